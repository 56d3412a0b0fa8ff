// SPDX-License-Identifier: Apache-2.0
#include "literals.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>

namespace fvm::testing {

std::string_view take_until(std::string_view& text, std::string_view end) {
  const size_t at = std::min(text.find(end), text.size());
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(std::min(at + end.size(), text.size()));
  return head;
}

uint64_t number_of(std::string_view text, int base) {
  bool negative = false;
  if (text.starts_with('-')) text.remove_prefix(1), negative = true;
  if (text.starts_with("0x")) text.remove_prefix(2), base = 16;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  REQUIRE_MESSAGE((error == std::errc{} && end == text.data() + text.size()), std::string(text));
  return negative ? uint64_t{0} - value : value;
}

std::string unquoted(std::string_view text) {
  REQUIRE(text.size() >= 2);
  std::string out;
  for (size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case '0':
        out += '\0';
        break;
      case 'n':
        out += '\n';
        break;
      case 'x':
        out += static_cast<char>(number_of(text.substr(i + 1, 2), 16)), i += 2;
        break;
      default:
        out += text[i];
    }
  }
  return out;
}

EndpointText endpoint_of(std::string_view text) {
  const size_t colon = text.rfind(':');
  REQUIRE(colon != std::string_view::npos);
  const std::string address(text.substr(0, colon));
  EndpointText out;
  const bool v6 = address.find(':') != std::string::npos;
  out.ip.family = v6 ? 6 : 4;
  REQUIRE_MESSAGE(inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), out.ip.bytes.data()) == 1, address);
  out.port = static_cast<uint16_t>(number_of(text.substr(colon + 1)));
  return out;
}

namespace {

std::string ip_ends(int family, std::string_view text) {
  std::string out(1, family == AF_INET ? '\x02' : '\x0a');
  while (!text.empty()) {
    const EndpointText end = endpoint_of(take_until(text, "->"));
    out.append(reinterpret_cast<const char*>(end.ip.bytes.data()), end.ip.family == 4 ? 4 : 16);
    out += le(end.port);
  }
  return out;
}

std::string unix_ends(std::string_view text) {
  std::string out(1, '\x01');
  if (text.find("->") != std::string_view::npos) {
    const uint64_t source = number_of(take_until(text, "->"), 16);
    out += le(source) + le(number_of(take_until(text, ":"), 16));
  }
  return out + std::string(text) + '\0';
}

std::string fd_list(std::string_view text) {
  std::string entries;
  uint16_t count = 0;
  while (!text.empty()) {
    std::string_view entry = take_until(text, ",");
    const uint64_t fd = number_of(take_until(entry, ":"));
    entries += le(fd) + le(static_cast<uint16_t>(number_of(entry)));
    ++count;
  }
  return le(count) + entries;
}

std::string layout_value(std::string_view text) {
  const auto layout = static_cast<uint8_t>(number_of(take_until(text, ":")));
  const std::string_view type = take_until(text, ":");
  for (size_t id = 0; id < std::size(kTypes); ++id) {
    if (kTypes[id].name != type) continue;
    const auto type_id = static_cast<TypeId>(id);
    const Param value = text.starts_with('"') ? Param(unquoted(text)) : Param(number_of(text));
    return le(layout) + value.encode(type_id);
  }
  FAIL("no such type: " << std::string(type));
  return {};
}

std::string hex_bytes(std::string_view text) {
  std::string out;
  for (size_t i = 0; i + 1 < text.size(); i += 2) out += static_cast<char>(number_of(text.substr(i, 2), 16));
  return out;
}

}  // namespace

Literal literal_of(std::string_view text) {
  Literal out;
  if (text == "-") return out;
  if (text.starts_with('"')) {
    out.kind = Literal::Kind::Text;
    out.text = unquoted(text);
    out.param = Param(out.text);
    return out;
  }
  constexpr std::pair<std::string_view, std::string (*)(std::string_view)> kForms[] = {
      {"inet:", [](std::string_view t) { return ip_ends(AF_INET, t); }},
      {"inet6:", [](std::string_view t) { return ip_ends(AF_INET6, t); }},
      {"unix:", unix_ends},
      {"fds:", fd_list},
      {"dyn:", layout_value},
      {"bytes:", hex_bytes},
  };
  for (const auto& [prefix, encode] : kForms) {
    if (!text.starts_with(prefix)) continue;
    out.kind = Literal::Kind::Other;
    out.param = Param::raw(encode(text.substr(prefix.size())));
    return out;
  }
  out.kind = Literal::Kind::Number;
  out.number = static_cast<int64_t>(number_of(text));
  out.param = Param(out.number);
  return out;
}

std::string_view take_word(std::string_view& rest) {
  bool quoted = false;
  size_t i = 0;
  for (; i < rest.size() && (quoted || rest[i] != ' '); ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == '"') {
      quoted = !quoted;
    }
  }
  const std::string_view out = rest.substr(0, i);
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return out;
}

}  // namespace fvm::testing
