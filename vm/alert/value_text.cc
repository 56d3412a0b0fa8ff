// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/value_text.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "vm/ops/net_ops.h"

namespace fvm {
namespace {

constexpr size_t kTextCut = 1023;  ///< longest text of a list or a byte buffer

template <typename T>
void append_number(std::string& out, T value, int base) {
  char buffer[72] = {};
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, base).ptr;
  if (base == 16) {
    for (char* p = buffer; p != end; ++p)
      if (*p >= 'a') *p = static_cast<char>(*p - 'a' + 'A');
  }
  out.append(buffer, end);
}

/// The bits of a number in the width of its type: a negative one has no more digits than that in hex.
uint64_t bits_of(const Value& v, TypeId type) {
  const unsigned width = 8u * type_info(type).size_bytes;
  return width == 0 || width >= 64 ? v.as_uint() : v.as_uint() & ((uint64_t{1} << width) - 1);
}

void append_integer(std::string& out, const Value& v, const PrintStyle& style) {
  switch (style.format) {
    case Format::HEX: return append_number(out, bits_of(v, style.type), 16);
    case Format::OCT: return append_number(out, bits_of(v, style.type), 8);
    case Format::PADDED_DEC: {
      const size_t begin = out.size();
      append_number(out, v.as_uint(), 10);
      const size_t digits = out.size() - begin;
      if (digits < 9) out.insert(begin, 9 - digits, '0');
      return;
    }
    case Format::NA:
    case Format::DEC:
    case Format::ID:
    case Format::DIR:
      if (v.kind() == Kind::Int) return append_number(out, v.as_int(), 10);
      return append_number(out, v.as_uint(), 10);
  }
}

void append_buffer(std::string& out, Bytes bytes, bool whole) {
  if (!whole && bytes.size() > kTextCut) bytes = bytes.first(kTextCut);
  for (const uint8_t b : bytes) out.push_back(b >= 0x20 && b <= 0x7e ? static_cast<char>(b) : '.');
}

void append_one(std::string& out, const Value& v, const PrintStyle& style) {
  switch (v.kind()) {
    case Kind::Text: out += v.as_text(); return;
    case Kind::Bytes: return append_buffer(out, v.as_bytes(), style.whole_buffer);
    case Kind::Int:
    case Kind::Uint: return append_integer(out, v, style);
    case Kind::Bool: out += v.as_bool() ? "true" : "false"; return;
    case Kind::Double: {
      char buffer[400];
      const int n = std::snprintf(buffer, sizeof buffer, "%.1f", v.as_double());
      out.append(buffer, static_cast<size_t>(n));
      return;
    }
    case Kind::Ip: {
      char buffer[ops::kIpTextBytes];
      out += ops::format_ip(v.as_ip(), buffer);
      return;
    }
    case Kind::Net: out += "<IPNET>"; return;
    case Kind::None: return;
  }
}

bool is_time(TypeId type) { return type == TypeId::RELTIME || type == TypeId::ABSTIME; }

nlohmann::json one_to_json(const Value& v, const PrintStyle& style) {
  switch (v.kind()) {
    case Kind::Bool: return v.as_bool();
    case Kind::Double: return v.as_double();
    case Kind::Int:
    case Kind::Uint:
      if (!is_time(style.type) && (style.format == Format::HEX || style.format == Format::OCT || style.format == Format::PADDED_DEC)) break;
      if (v.kind() == Kind::Int) return v.as_int();
      return v.as_uint();
    default: break;
  }
  std::string text;
  append_one(text, v, style);
  return text;
}

}  // namespace

PrintStyle style_of(const FieldUse& use) {
  const FieldInfo& info = field_info(use.id);
  PrintStyle style{use.type, info.format, info.has(FALCO_FF_LIST) && use.arg == FieldArg::None, use.id == FieldId::EvtBuffer};
  if (use.id != FieldId::EvtRawarg) return style;
  // A raw argument prints in the format of the first parameter of its name.
  for (const ParamInfo& param : detail::kParams) {
    if (param.name == use.key) {
      style.format = param.format;
      break;
    }
  }
  return style;
}

bool is_clock_text(FieldId field) {
  switch (field) {
    case FieldId::EvtTime:
    case FieldId::EvtTimeS:
    case FieldId::EvtTimeIso8601:
    case FieldId::EvtDatetime:
    case FieldId::EvtDatetimeS:
    case FieldId::EvtOutputtime:
      return true;
    default:
      return false;
  }
}

bool is_printable(const PrintStyle& style) {
  switch (style.type) {
    case TypeId::MODE:
    case TypeId::SYSCALLID:
    case TypeId::SIGTYPE:
    case TypeId::SIGSET:
    case TypeId::SOCKADDR:
    case TypeId::SOCKTUPLE:
    case TypeId::FDLIST:
    case TypeId::DYN:
      return false;
    default:
      break;
  }
  const Kind kind = kind_of(style.type);
  return !((kind == Kind::Int || kind == Kind::Uint) && style.format == Format::NA);
}

void append_text(std::string& out, const ValueList& value, const PrintStyle& style) {
  if (!style.is_list) {
    if (value.count != 0) append_one(out, value.data[0], style);
    return;
  }
  std::string list = "(";
  for (uint32_t i = 0; i < value.count; ++i) {
    if (i != 0) list.push_back(',');
    append_one(list, value.data[i], style);
  }
  list.push_back(')');
  if (list.size() > kTextCut) list.resize(kTextCut);
  out += list;
}

nlohmann::json to_json(const ValueList& value, const PrintStyle& style) {
  if (!value.present || !is_printable(style)) return nullptr;
  if (!style.is_list) return value.count == 0 ? nlohmann::json() : one_to_json(value.data[0], style);
  nlohmann::json list = nlohmann::json::array();
  for (const Value& v : value.values()) list.push_back(one_to_json(v, style));
  return list;
}

std::string to_line(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string escape_line(std::string_view text) {
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (std::all_of(text.begin(), text.end(), is_plain)) return std::string(text);
  const std::string quoted = to_line(nlohmann::json(text));
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace fvm
