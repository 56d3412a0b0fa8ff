// SPDX-License-Identifier: Apache-2.0
//
// Values of event parameters and descriptors, from the text of a test to wire bytes.
#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "tools/testing/stage.h"

namespace falcoc::testing {
namespace {

using fvm::EnumTable;
using fvm::TypeId;

bool bad_value(const Tree& value, std::string_view wanted, Diagnostics& diags) {
  diags.emit<diag::BadTestValue>(value.range, std::string_view(value.is_scalar() ? value.text : "this"), wanted);
  return false;
}

struct End {
  fvm::IpAddr ip;
  uint16_t port = 0;
};

/// `1.2.3.4:80` or `[::1]:80`.
std::optional<End> end_of(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = number_of(text.substr(colon + 1));
  if (!port || *port < 0 || *port > UINT16_MAX) return std::nullopt;
  std::string_view address = text.substr(0, colon);
  End out;
  out.port = static_cast<uint16_t>(*port);
  if (address.starts_with('[') && address.ends_with(']')) {
    out.ip.family = 6;
    address = address.substr(1, address.size() - 2);
  }
  if (inet_pton(out.ip.family == 6 ? AF_INET6 : AF_INET, std::string(address).c_str(), out.ip.bytes.data()) != 1)
    return std::nullopt;
  return out;
}

struct Ends {
  End from, to;
};

std::optional<Ends> ends_of(std::string_view text) {
  const size_t arrow = text.find("->");
  if (arrow == std::string_view::npos) return std::nullopt;
  const auto from = end_of(text.substr(0, arrow)), to = end_of(text.substr(arrow + 2));
  if (!from || !to || from->ip.family != to->ip.family) return std::nullopt;
  return Ends{*from, *to};
}

std::string end_bytes(const End& end) {
  return std::string(reinterpret_cast<const char*>(end.ip.bytes.data()), end.ip.family == 4 ? 4 : 16) +
         little_endian(end.port);
}

std::string family_byte(const End& end) { return std::string(1, end.ip.family == 4 ? '\x02' : '\x0a'); }

std::string_view without(std::string_view text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  return text;
}

std::optional<std::string> read_tuple(const Tree& value, Diagnostics& diags) {
  const std::string_view text = without(without(value.text, "udp "), "tcp ");
  if (const auto ends = ends_of(text)) return family_byte(ends->from) + end_bytes(ends->from) + end_bytes(ends->to);
  if (const std::string_view path = without(text, "unix "); path.starts_with('/') || path.starts_with('@')) {
    return "\x01" + little_endian(uint64_t{0xffff888000000100}) + little_endian(uint64_t{0xffff888000000200}) +
           std::string(path) + '\0';
  }
  bad_value(value, "a connection: FROM:PORT->TO:PORT or the path of a unix socket", diags);
  return std::nullopt;
}

std::optional<std::string> read_address(const Tree& value, Diagnostics& diags) {
  if (const auto end = end_of(value.text)) return family_byte(*end) + end_bytes(*end);
  if (const auto ends = ends_of(value.text)) return family_byte(ends->to) + end_bytes(ends->to);
  if (const std::string_view path = without(value.text, "unix "); path.starts_with('/') || path.starts_with('@'))
    return "\x01" + std::string(path) + '\0';
  bad_value(value, "an address: ADDRESS:PORT or the path of a unix socket", diags);
  return std::nullopt;
}

std::optional<uint64_t> named(EnumTable table, std::string_view name) {
  const auto names = fvm::enum_names(table);
  const auto found = std::ranges::find(names, name, &fvm::EnumName::name);
  return found == names.end() ? std::nullopt : std::optional(found->value);
}

/// As chmod takes it: octal.
std::optional<int64_t> read_mode(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// `A|B`, a list of names, or a number.
std::optional<uint64_t> read_flags(const Tree& value, EnumTable table, bool is_mode) {
  uint64_t bits = 0;
  const auto add = [&](std::string_view word) {
    const bool is_octal = is_mode && !word.starts_with("0x") && !word.starts_with("0o");
    if (const auto number = is_octal ? read_mode(word) : number_of(word))
      return bits |= static_cast<uint64_t>(*number), true;
    const auto bit = named(table, word);
    if (bit) bits |= *bit;
    return bit.has_value();
  };
  if (value.is_list()) {
    for (const Tree& item : value.items)
      if (!add(item.text)) return std::nullopt;
    return bits;
  }
  std::string_view rest = value.text;
  while (true) {
    const size_t bar = rest.find('|');
    if (!add(rest.substr(0, bar))) return std::nullopt;
    if (bar == std::string_view::npos) return bits;
    rest.remove_prefix(bar + 1);
  }
}

std::optional<int64_t> read_number(const Tree& value, const fvm::ParamInfo& param, bool is_result) {
  if (param.aux == fvm::Aux::Flags) {
    const auto bits = read_flags(value, param.table, param.type == TypeId::MODE);
    return bits ? std::optional(static_cast<int64_t>(*bits)) : std::nullopt;
  }
  if (!value.is_scalar()) return std::nullopt;
  if (is_result || param.type == TypeId::ERRNO) {
    if (const auto error = named(EnumTable::errno_name, value.text)) return -static_cast<int64_t>(*error);
  }
  switch (param.type) {
    case TypeId::SIGTYPE:
      if (const auto signal = named(EnumTable::signal_name, value.text)) return static_cast<int64_t>(*signal);
      break;
    case TypeId::SYSCALLID: {
      const auto found = std::ranges::find(fvm::kSyscalls, value.text, &fvm::SyscallInfo::name);
      if (found != std::end(fvm::kSyscalls)) return found - std::begin(fvm::kSyscalls);
      break;
    }
    case TypeId::BOOL:
      if (value.text == "true" || value.text == "false") return value.text == "true" ? 1 : 0;
      break;
    case TypeId::MODE:
      return value.text.starts_with("0x") || value.text.starts_with("0o") ? number_of(value.text)
                                                                          : read_mode(value.text);
    default:
      if (param.format == fvm::Format::OCT && !value.text.starts_with("0x") && !value.text.starts_with("0o"))
        return read_mode(value.text);
      if (value.text == "AT_FDCWD") return -100;
      break;
  }
  return number_of(value.text);
}

}  // namespace

std::optional<int64_t> number_of(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0o")) {
    base = text[1] == 'x' ? 16 : 8;
    text.remove_prefix(2);
  }
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return static_cast<int64_t>(negative ? uint64_t{0} - value : value);
}

std::string nul_list(const Tree& items) {
  std::string out;
  if (items.is_scalar()) return items.text.empty() ? out : items.text + '\0';
  for (const Tree& item : items.items) (out += item.text) += '\0';
  return out;
}

std::optional<std::string> read_param(const Tree& value, const fvm::ParamInfo& param, bool is_result,
                                      Diagnostics& diags) {
  if (value.is_null()) return std::string();  // recorded as absent
  switch (param.type) {
    case TypeId::SOCKTUPLE:
      return read_tuple(value, diags);
    case TypeId::SOCKADDR:
      return read_address(value, diags);
    case TypeId::BYTEBUF:
      return value.is_list() ? nul_list(value) : value.text;
    default:
      break;
  }
  if (fvm::kind_of(param.type) == fvm::Kind::Text && value.is_scalar()) return value.text + '\0';
  const size_t width = fvm::type_info(param.type).size_bytes;
  if (width == 0 || width > 8) {
    bad_value(value, "something that can be written in a test; leave this parameter out", diags);
    return std::nullopt;
  }
  const auto number = read_number(value, param, is_result);
  if (number) return little_endian(*number).substr(0, width);
  bad_value(value,
            param.aux == fvm::Aux::Flags ? "a flag of this parameter, or several as A|B"
            : is_result                  ? "a number or the name of an error"
                                         : "a number",
            diags);
  return std::nullopt;
}

std::optional<fvm::FdRecord> read_descriptor(const Tree& tree, int64_t number, Diagnostics& diags) {
  using fvm::FdType;
  fvm::FdRecord fd;
  fd.fd = number;
  fd.ino = 5000 + static_cast<uint64_t>(number);
  const bool is_udp = tree.text.starts_with("udp ");
  const std::string_view text = without(without(tree.text, "udp "), "tcp ");
  fd.l4 = is_udp ? fvm::L4::Udp : fvm::L4::Tcp;
  if (const auto ends = ends_of(text)) {
    fd.type = ends->from.ip.family == 6 ? FdType::Ipv6Sock : FdType::Ipv4Sock;
    fd.sip = ends->from.ip, fd.sport = ends->from.port, fd.dip = ends->to.ip, fd.dport = ends->to.port;
  } else if (const auto end = end_of(text)) {
    fd.type = end->ip.family == 6 ? FdType::Ipv6ServSock : FdType::Ipv4ServSock;
    fd.sip = end->ip, fd.sport = end->port;
  } else if (text == "pipe") {
    fd.type = FdType::Fifo;
  } else if (text == "unix" || text.starts_with("unix ")) {
    fd.type = FdType::UnixSock;
    fd.name = without(without(text, "unix"), " ");
  } else if (text.starts_with("memfd:")) {
    fd.type = FdType::MemFd;
    fd.name = without(text, "memfd:");
  } else if (text.starts_with('/')) {
    fd.type = text.ends_with('/') ? FdType::Directory : FdType::FileV2;
    fd.name = text.ends_with('/') && text.size() > 1 ? text.substr(0, text.size() - 1) : text;
    fd.open_flags = 1;
  } else {
    bad_value(tree,
              "a descriptor: /PATH, /FOLDER/, pipe, unix PATH, memfd:NAME, FROM:PORT->TO:PORT, udp FROM:PORT->TO:PORT "
              "or ADDRESS:PORT",
              diags);
    return std::nullopt;
  }
  return fd;
}

}  // namespace falcoc::testing
