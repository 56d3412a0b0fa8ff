// SPDX-License-Identifier: Apache-2.0
//
// Wire layouts of addresses and their text. Pure functions.

#include "vm/state/socket_text.h"

#include <arpa/inet.h>

#include <charconv>

#include "vm/state/interfaces.h"

namespace fvm {
namespace {

constexpr size_t kInetTupleBytes = 13, kInet6TupleBytes = 37, kUnixTupleBytes = 18;
constexpr size_t kInetAddressBytes = 7, kInet6AddressBytes = 19;

Endpoint endpoint(const uint8_t* ip, size_t width, const uint8_t* port) {
  Endpoint e;
  e.ip.family = width == 16 ? 6 : 4;
  std::memcpy(e.ip.bytes.data(), ip, width);
  e.port = load<uint16_t>(port);
  return e;
}

template <typename T>
void append_number(std::string& out, T value, int base = 10) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value, base);
  out.append(digits, end.ptr);
}

std::string family_text(uint8_t family) {
  std::string out = "family ";
  append_number(out, static_cast<unsigned>(family));
  return out;
}

std::string pair_text(const Endpoint& source, const Endpoint& destination) {
  std::string out = endpoint_text(source.ip, source.port);
  out += "->";
  out += endpoint_text(destination.ip, destination.port);
  return out;
}

}  // namespace

std::optional<Endpoint> inet_address(Bytes a) {
  if (a.size() >= kInetAddressBytes && a[0] == kFamilyInet) return endpoint(&a[1], 4, &a[5]);
  if (a.size() >= kInet6AddressBytes && a[0] == kFamilyInet6) return endpoint(&a[1], 16, &a[17]);
  return std::nullopt;
}

IpAddr unmapped(const IpAddr& address) {
  if (address.family != 6 || !is_ipv4_mapped(address.bytes.data())) return address;
  IpAddr v4;
  std::memcpy(v4.bytes.data(), address.bytes.data() + kIpv4MappedOffset, 4);
  return v4;
}

std::optional<InetTuple> inet_tuple(Bytes t) {
  if (t.size() >= kInetTupleBytes && t[0] == kFamilyInet)
    return InetTuple{endpoint(&t[1], 4, &t[5]), endpoint(&t[7], 4, &t[11])};
  if (t.size() < kInet6TupleBytes || t[0] != kFamilyInet6) return std::nullopt;
  InetTuple tuple{endpoint(&t[1], 16, &t[17]), endpoint(&t[19], 16, &t[35])};
  if (is_ipv4_mapped(&t[1]) && is_ipv4_mapped(&t[19])) {
    tuple.source.ip = unmapped(tuple.source.ip);
    tuple.destination.ip = unmapped(tuple.destination.ip);
  }
  return tuple;
}

std::optional<std::string_view> unix_address(Bytes a) {
  if (a.empty() || a[0] != kFamilyUnix) return std::nullopt;
  return until_nul(a.subspan(1));
}

std::optional<UnixTuple> unix_tuple(Bytes t) {
  if (t.size() < kUnixTupleBytes || t[0] != kFamilyUnix || t.back() != 0) return std::nullopt;
  return UnixTuple{load<uint64_t>(&t[1]), load<uint64_t>(&t[9]), until_nul(t.subspan(17))};
}

void append_ip(std::string& out, const IpAddr& address) {
  char text[INET6_ADDRSTRLEN];
  if (inet_ntop(address.family == 6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text)) out += text;
}

std::string endpoint_text(const IpAddr& ip, uint16_t port) {
  std::string out;
  append_ip(out, ip);
  out += ':';
  append_number(out, port);
  return out;
}

std::string socket_text(const Fd& s) {
  if (s.l4 == L4::Tcp || s.l4 == L4::Udp) return pair_text({s.sip, s.sport}, {s.dip, s.dport});
  if (s.l4 != L4::Icmp && s.l4 != L4::Raw) return "<unknown>";
  std::string out;
  append_ip(out, s.sip);
  out += "->";
  append_ip(out, s.dip);
  return out;
}

std::string unix_text(const UnixTuple& tuple) {
  std::string out;
  append_number(out, tuple.source, 16);
  out += "->";
  append_number(out, tuple.destination, 16);
  out += ' ';
  out += tuple.path;
  return out;
}

std::string tuple_text(Bytes t) {
  if (t.empty()) return {};
  if (const auto tuple = inet_tuple(t)) return pair_text(tuple->source, tuple->destination);
  if (t[0] == kFamilyInet) return "INVALID IPv4";
  if (t[0] == kFamilyInet6) return "INVALID IPv6";
  if (t[0] != kFamilyUnix) return family_text(t[0]);
  const auto tuple = unix_tuple(t);
  return tuple ? unix_text(*tuple) : "INVALID SOCKTUPLE";
}

std::string sockaddr_text(Bytes a) {
  if (a.empty()) return {};
  if (const auto address = inet_address(a)) {
    const IpAddr ip = address->ip;
    return endpoint_text(ip, address->port);
  }
  if (a[0] == kFamilyInet) return "INVALID IPv4";
  if (a[0] == kFamilyInet6) return "INVALID IPv6";
  if (a[0] != kFamilyUnix) return family_text(a[0]);
  if (a.back() != 0) return "INVALID PATH";
  return std::string(until_nul(a.subspan(1)));
}

}  // namespace fvm
