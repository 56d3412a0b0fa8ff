// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/net_ops.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

namespace fvm::ops {

std::optional<IpAddr> parse_ip(std::string_view text) {
  char buffer[kIpTextBytes];
  if (text.size() >= sizeof buffer || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  IpAddr address;
  const bool is_v4 = text.find('.') != std::string_view::npos;
  address.family = is_v4 ? 4 : 6;
  if (inet_pton(is_v4 ? AF_INET : AF_INET6, buffer, address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::optional<IpNet> parse_net(std::string_view text) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::optional<IpAddr> base = parse_ip(text.substr(0, slash));
  if (!base) return std::nullopt;
  const std::string_view digits = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  const unsigned lowest = base->family == 4 ? 0 : 1;
  const unsigned highest = base->family == 4 ? 32 : 128;
  if (prefix < lowest || prefix > highest) return std::nullopt;
  return IpNet{*base, static_cast<uint8_t>(prefix)};
}

bool contains(const IpNet& net, const IpAddr& address) {
  if (net.base.family != address.family) return false;
  const size_t whole = net.prefix / 8u;
  if (whole > address.bytes.size()) return false;
  if (std::memcmp(net.base.bytes.data(), address.bytes.data(), whole) != 0) return false;
  const unsigned rest = net.prefix % 8u;
  if (rest == 0) return true;
  const unsigned mask = 0xffu << (8 - rest) & 0xffu;
  return whole < address.bytes.size() && (net.base.bytes[whole] & mask) == (address.bytes[whole] & mask);
}

std::string_view format_ip(const IpAddr& address, char* out) {
  const int family = address.family == 4 ? AF_INET : AF_INET6;
  if (inet_ntop(family, address.bytes.data(), out, kIpTextBytes) == nullptr) return {};
  return out;
}

std::string format_ip(const IpAddr& address) {
  char buffer[kIpTextBytes];
  return std::string(format_ip(address, buffer));
}

std::string format_net(const IpNet& net) { return format_ip(net.base) + '/' + std::to_string(net.prefix); }

}  // namespace fvm::ops
