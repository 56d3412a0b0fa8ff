// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/alert.h"

#include "vm/field/clock_text.h"
#include "vm/alert/value_text.h"

namespace fvm {
namespace {

std::string plain_line(const Alert& alert) {
  std::string line = clock_text(alert.ts_ns, ClockForm::Time);
  line += ": ";
  line += alert.priority;
  line += ' ';
  line += alert.message;
  return line;
}

}  // namespace

std::string render_text(const Alert& alert) { return escape_line(plain_line(alert)); }

std::string render_json(const Alert& alert, std::string_view hostname) {
  nlohmann::json object;
  object["hostname"] = hostname;
  object["output"] = plain_line(alert);
  nlohmann::json& fields = object["output_fields"] = alert.fields;
  fields["evt.time"] = alert.ts_ns;
  object["priority"] = alert.priority;
  object["rule"] = alert.rule;
  object["source"] = alert.source;
  nlohmann::json& tags = object["tags"] = nlohmann::json::array();
  for (const std::string_view tag : alert.tags) tags.push_back(tag);
  object["time"] = clock_text(alert.ts_ns, ClockForm::Zulu);
  return to_line(object);
}

}  // namespace fvm
