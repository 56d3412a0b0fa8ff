// SPDX-License-Identifier: Apache-2.0
//
// Conversion by Kind; widths come from types.def. Service names come from services.def first and from the machine's
// services database after that, so that well-known names give the same image everywhere.
#include "compiler/sema/constants.h"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <limits>

#include "vm/ops/hex.h"
#include "vm/ops/net_ops.h"

namespace falcoc {

namespace {

using fvm::CmpOp;
using fvm::Kind;
using fvm::TypeId;

struct Service {
  std::string_view name;
  uint16_t port;
};
constexpr Service kServices[] = {
#define FALCO_SERVICE(name, port) {name, port},
#include "compiler/sema/services.def"
#undef FALCO_SERVICE
};

/// An optionally signed decimal number; the magnitude saturates.
struct Decimal {
  bool negative = false;
  uint64_t magnitude = 0;
  bool saturated = false;
};

std::optional<Decimal> parse_decimal(std::string_view text) {
  size_t i = 0;
  while (i < text.size() && std::string_view(" \t\n\v\f\r").find(text[i]) != std::string_view::npos) ++i;
  Decimal out;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) out.negative = text[i++] == '-';
  if (i == text.size()) return std::nullopt;
  for (; i < text.size(); ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    const uint64_t digit = static_cast<uint64_t>(text[i] - '0');
    if (out.magnitude > (UINT64_MAX - digit) / 10) {
      out.saturated = true;
      out.magnitude = UINT64_MAX;
    } else if (!out.saturated) {
      out.magnitude = out.magnitude * 10 + digit;
    }
  }
  return out;
}

/// As strtoll.
int64_t to_signed(const Decimal& d) {
  constexpr uint64_t kMax = static_cast<uint64_t>(INT64_MAX);
  if (d.negative) return d.magnitude > kMax ? INT64_MIN : -static_cast<int64_t>(d.magnitude);
  return d.magnitude > kMax ? INT64_MAX : static_cast<int64_t>(d.magnitude);
}

/// As strtoull: a negative number wraps, an overflow is the maximum.
uint64_t to_unsigned(const Decimal& d) { return d.negative && !d.saturated ? 0 - d.magnitude : d.magnitude; }

uint64_t truncate(uint64_t value, size_t bytes) {
  return bytes >= 8 ? value : value & ((uint64_t{1} << (bytes * 8)) - 1);
}

uint64_t sign_extend(uint64_t value, size_t bytes) {
  if (bytes >= 8) return value;
  const uint64_t sign = uint64_t{1} << (bytes * 8 - 1);
  return (truncate(value, bytes) ^ sign) - sign;
}

std::optional<uint16_t> service_port(std::string_view name) {
  for (const Service& service : kServices)
    if (service.name == name) return service.port;
  const std::string terminated(name);
  if (const servent* entry = getservbyname(terminated.c_str(), nullptr)) {
    return ntohs(static_cast<uint16_t>(entry->s_port));
  }
  return std::nullopt;
}

ConstantResult expected(std::string_view what) { return {std::nullopt, std::string(what)}; }

ConstantResult port(std::string_view text, Constant constant) {
  if (std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) {
    const uint64_t number = text.empty() ? 0 : parse_decimal(text)->magnitude;
    if (number > static_cast<uint64_t>(std::numeric_limits<int>::max())) return expected("a port number");
    constant.number = truncate(number, 2);
    return {std::move(constant), {}};
  }
  const auto found = service_port(text);
  if (!found) return expected("a port number or the name of a service");
  constant.number = *found;
  return {std::move(constant), {}};
}

}  // namespace

ConstantResult convert_constant(std::string_view text, TypeId type, CmpOp op) {
  Constant constant;
  constant.kind = fvm::kind_of(type);
  constant.spelling = text;
  if (constant.kind != Kind::Bytes && text.find('\0') != std::string_view::npos)
    return expected("text without NUL bytes");
  const size_t width = fvm::type_info(type).size_bytes;

  switch (constant.kind) {
    case Kind::Text:
      constant.text = text;
      return {std::move(constant), {}};
    case Kind::Bytes:
      if (op == CmpOp::BContains || op == CmpOp::BStartsWith) {
        auto decoded = fvm::ops::decode_hex(text);
        if (!decoded) return expected("an even number of hex digits");
        constant.text = std::move(*decoded);
      } else {
        constant.text = text;
      }
      return {std::move(constant), {}};
    case Kind::Int: {
      const auto number = parse_decimal(text);
      if (!number) return expected("a decimal number");
      constant.number = sign_extend(static_cast<uint64_t>(to_signed(*number)), width);
      return {std::move(constant), {}};
    }
    case Kind::Uint: {
      if (type == TypeId::PORT) return port(text, std::move(constant));
      const auto number = parse_decimal(text);
      if (!number) return expected("a decimal number");
      constant.number = truncate(to_unsigned(*number), width);
      return {std::move(constant), {}};
    }
    case Kind::Double: {
      const auto number = parse_decimal(text);
      if (!number) return expected("a decimal integer");
      constant.real =
          static_cast<double>(static_cast<int32_t>(sign_extend(static_cast<uint64_t>(to_signed(*number)), 4)));
      return {std::move(constant), {}};
    }
    case Kind::Bool:
      if (text != "true" && text != "false") return expected("`true` or `false`");
      constant.number = text == "true";
      return {std::move(constant), {}};
    case Kind::Ip: {
      const auto address = fvm::ops::parse_ip(text);
      if (!address) return expected("an IP address");
      constant.net.base = *address;
      return {std::move(constant), {}};
    }
    case Kind::Net: {
      const auto net = fvm::ops::parse_net(text);
      if (!net) return expected("an IP network (`address/prefix`)");
      constant.net = *net;
      return {std::move(constant), {}};
    }
    case Kind::None:
      break;
  }
  return expected("comparable with this type");
}

}  // namespace falcoc
