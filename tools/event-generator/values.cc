// SPDX-License-Identifier: Apache-2.0
#include "tools/event-generator/values.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "tools/event-generator/sandbox.h"
#include "tools/event-generator/stand_in.h"
#include "tools/event-generator/steps.h"

namespace event_generator {
namespace {

constexpr std::string_view kGenerator = "event-generator";
constexpr size_t kNameLength = 15;  // what the kernel keeps of a program's name
constexpr char kBlank = ' ';

std::string kernel_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1).substr(0, kNameLength));
}

void add_command(const Act& act, Values& values) {
  const Command command = parse_command(act.command, {});
  const std::string name = kernel_name(command.path);
  std::string line = name;
  for (size_t i = 1; i < command.arguments.size(); ++i) line += kBlank + command.arguments[i];
  values["proc.name"] = name;
  values["proc.cmdline"] = line;
  values["proc.pname"] = act.parent.empty() ? kGenerator : act.parent;
  values["container.id"] = command.container ? kShownContainer : "host";
}

void add_steps(const Act& act, Values& values) {
  std::string problem;
  for (const Step& step : parse_steps(act.steps, problem)) {
    const std::vector<std::string> fields = split(step.shows, kBlank);
    for (size_t i = 0; i < std::min(fields.size(), step.operands.size()); ++i) {
      if (fields[i] != "-") values[fields[i]] = step.operands[i];
    }
  }
}

void add_said(const Act& act, Values& values) {
  for (const std::string& value : split(act.values, ';')) {
    const size_t begin = value.find_first_not_of(kBlank), equals = value.find('=');
    const std::string field = value.substr(begin, equals - begin);
    values.erase(field);
    if (equals + 1 < value.size()) values[field] = value.substr(equals + 1);
  }
}

}  // namespace

Values values_of(const Act& act) {
  Values values;
  add_command(act, values);
  add_steps(act, values);
  add_said(act, values);
  return values;
}

}  // namespace event_generator
