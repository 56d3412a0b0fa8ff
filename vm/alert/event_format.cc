// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/event_format.h"

#include <utility>

namespace fvm {
namespace {

constexpr size_t kWidest = 65535;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string at_byte(size_t offset) { return " (at byte " + std::to_string(offset) + " of the format)"; }

}  // namespace

Result<EventFormat, std::string> EventFormat::parse(std::string_view format) {
  EventFormat made;
  size_t at = 0;
  if (format.starts_with('*')) {
    made.print_incomplete_ = true;
    at = 1;
  }
  if (at == format.size()) return Err{std::string("the format is empty")};
  while (at < format.size()) {
    const size_t percent = format.find('%', at);
    made.add_literal(format.substr(at, percent - at));
    if (percent == std::string_view::npos) break;
    at = percent + 1;
    size_t width = 0;
    for (; at < format.size() && is_digit(format[at]); ++at) {
      width = width * 10 + static_cast<size_t>(format[at] - '0');
      if (width > kWidest) return Err{"the width is more than " + std::to_string(kWidest) + at_byte(percent)};
    }
    if (at == format.size()) return Err{"a field name must follow `%`" + at_byte(percent)};
    const std::string_view rest = format.substr(at);
    auto field = longest_field_prefix(rest);
    if (!field) {
      const std::string_view word = rest.substr(0, field_name_length(rest));
      if (word.empty()) return Err{"a field name must follow `%`" + at_byte(percent)};
      return Err{describe(resolve_field(word, nullptr), word) + at_byte(at)};
    }
    made.add_field(std::move(field->field), rest.substr(0, field->length), width);
    at += field->length;
  }
  return made;
}

void EventFormat::add_literal(std::string_view text) {
  if (text.empty()) return;
  Part part;
  part.literal = text;
  parts_.push_back(std::move(part));
}

void EventFormat::add_field(FieldName name, std::string_view text, size_t width) {
  Part part;
  part.is_field = true;
  part.text = text;
  part.name = std::make_unique<FieldName>(std::move(name));
  part.use = {part.name->id,    part.name->arg, part.name->type, part.name->index, part.name->key,
              static_cast<uint32_t>(parts_.size())};
  part.style = style_of(part.use);
  part.width = width;
  parts_.push_back(std::move(part));
}

ValueList EventFormat::read(const Part& part, const EvalContext& context) {
  EvalContext remembering = context;
  remembering.memory = &memory_;
  const ValueList value = LiveFields(remembering).read_for_output(part.use, arena_);
  return is_printable(part.style) ? value : ValueList::missing();
}

bool EventFormat::append_line(const EvalContext& context, std::string& out) {
  arena_.reset();
  const size_t line = out.size();
  for (const Part& part : parts_) {
    if (!part.is_field) {
      out += part.literal;
      continue;
    }
    const size_t begin = out.size();
    const ValueList value = read(part, context);
    if (value.present) {
      append_text(out, value, part.style);
    } else if (print_incomplete_) {
      out += "<NA>";
    } else {
      out.resize(line);
      return false;
    }
    if (part.width != 0) out.resize(begin + part.width, ' ');
  }
  return true;
}

bool EventFormat::to_object(const EvalContext& context, nlohmann::json& out) {
  arena_.reset();
  out = nlohmann::json::object();
  for (const Part& part : parts_) {
    if (!part.is_field) continue;
    const ValueList value = read(part, context);
    if (!value.present && !print_incomplete_) return false;
    nlohmann::json& entry = out[part.text];
    if (is_clock_text(part.use.id)) {
      entry = context.event->ts_ns;
    } else if (value.present) {
      entry = to_json(value, part.style);
    }
  }
  return true;
}

}  // namespace fvm
