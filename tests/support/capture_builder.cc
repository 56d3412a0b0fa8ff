// SPDX-License-Identifier: Apache-2.0
//
// Encoders of the current generation of every block, from the records that a StateSink receives.
#include "tests/support/capture_builder.h"

#include <zlib.h>

#include <cstdio>
#include <cstring>

#include "vm/base/check.h"

namespace fvm::testing {

namespace {

constexpr uint32_t kSection = 0x0A0D0D0A, kMachine = 0x201, kThreads = 0x215, kFds = 0x218, kInterfaces = 0x219,
                   kUsers = 0x220, kEventV1 = 0x204, kEvent = 0x216, kEventFlags = 0x217, kEventLarge = 0x221,
                   kEventFlagsLarge = 0x222;

std::string address_bytes(const IpAddr& a) {
  return {reinterpret_cast<const char*>(a.bytes.data()), a.family == 4 ? size_t{4} : size_t{16}};
}

/// Prefixes `entry` with its length, the four bytes of the length itself included.
std::string sized(const std::string& entry) { return le(static_cast<uint32_t>(entry.size() + 4)) + entry; }

uint8_t wire_l4(L4 l4) {
  switch (l4) {
    case L4::NotApplicable:
      return 1;
    case L4::Tcp:
      return 2;
    case L4::Udp:
      return 3;
    case L4::Icmp:
      return 4;
    case L4::Raw:
      return 5;
    case L4::Unknown:
      break;
  }
  return 0;
}

std::string thread_entry(const ThreadRecord& t) {
  std::string e = le(t.tid) + le(t.pid) + le(t.ptid) + le(t.sid) + le(t.vpgid);
  e += str16(t.comm) + str16(t.exe) + str16(t.exepath) + str16(t.args) + str16(t.cwd);
  e += le(t.fdlimit) + le(t.flags) + le(t.uid) + le(t.gid);
  e += le(t.vmsize_kb) + le(t.vmrss_kb) + le(t.vmswap_kb) + le(t.pfmajor) + le(t.pfminor);
  e += str16(t.env) + le(t.vtid) + le(t.vpid) + str16(t.cgroups) + str16(t.root);
  e += le(t.pidns_init_start_ts) + le(t.tty) + le(t.loginuid) + le(uint8_t{t.exe_writable});
  e += le(t.cap_inheritable) + le(t.cap_permitted) + le(t.cap_effective) + le(uint8_t{t.exe_upper_layer});
  e += le(t.exe_ino) + le(t.exe_ino_ctime) + le(t.exe_ino_mtime);
  e += le(uint8_t{t.exe_from_memfd}) + le(uint8_t{t.exe_lower_layer}) + le(t.pgid);
  return sized(e);
}

std::string fd_entry(const FdRecord& f) {
  std::string e = le(f.fd) + le(f.ino) + le(static_cast<uint8_t>(f.type));
  switch (f.type) {
    case FdType::Unknown:
      break;
    case FdType::Ipv4Sock:
    case FdType::Ipv6Sock:
      e += address_bytes(f.sip) + address_bytes(f.dip) + le(f.sport) + le(f.dport) + le(wire_l4(f.l4));
      break;
    case FdType::Ipv4ServSock:
    case FdType::Ipv6ServSock:
      e += address_bytes(f.sip) + le(f.sport) + le(wire_l4(f.l4));
      break;
    case FdType::UnixSock:
      e += le(f.unix_source) + le(f.unix_destination) + str16(f.name);
      break;
    case FdType::FileV2:
      e += le(f.open_flags) + str16(f.name) + le(f.dev);
      break;
    default:
      e += str16(f.name);
      break;
  }
  return sized(e);
}

}  // namespace

std::string Param::encode(TypeId type) const {
  if (const Raw* raw = std::get_if<Raw>(&value_)) return raw->bytes;
  if (const std::string* text = std::get_if<std::string>(&value_)) {
    return kind_of(type) == Kind::Text ? *text + '\0' : *text;
  }
  const size_t width = type_info(type).size_bytes;
  FALCO_CHECK(width >= 1 && width <= 8);
  return le(std::get<int64_t>(value_)).substr(0, width);
}

std::string str16(std::string_view text) { return le(static_cast<uint16_t>(text.size())) + std::string(text); }

std::string nul_list(std::initializer_list<std::string_view> items) {
  std::string out;
  for (const std::string_view item : items) (out += item) += '\0';
  return out;
}

IpAddr ip4(std::string_view dotted) {
  unsigned part[4] = {};
  FALCO_CHECK(std::sscanf(std::string(dotted).c_str(), "%u.%u.%u.%u", &part[0], &part[1], &part[2], &part[3]) == 4);
  IpAddr a;
  for (size_t i = 0; i < 4; ++i) a.bytes[i] = static_cast<uint8_t>(part[i]);
  return a;
}

Param sockaddr4(std::string_view ip, uint16_t port) {
  return Param::raw(le(uint8_t{2}) + address_bytes(ip4(ip)) + le(port));
}
Param sockaddr_unix(std::string_view path) { return Param::raw(le(uint8_t{1}) + std::string(path) + '\0'); }
Param socktuple4(std::string_view sip, uint16_t sport, std::string_view dip, uint16_t dport) {
  return Param::raw(le(uint8_t{2}) + address_bytes(ip4(sip)) + le(sport) + address_bytes(ip4(dip)) + le(dport));
}
Param socktuple_unix(uint64_t source, uint64_t destination, std::string_view path) {
  return Param::raw(le(uint8_t{1}) + le(source) + le(destination) + std::string(path) + '\0');
}

std::string encode_event(EventCode code, uint64_t ts_ns, int64_t tid, const std::vector<Param>& params, int version) {
  const EventInfo& info = event_info(code);
  FALCO_CHECK(params.size() <= info.param_count);
  const bool large = info.has(FALCO_EF_LARGE_PAYLOAD) && version == 2;
  std::string lens, data;
  for (size_t i = 0; i < params.size(); ++i) {
    const std::string bytes = params[i].encode(info.params()[i].type);
    lens += large ? le(static_cast<uint32_t>(bytes.size())) : le(static_cast<uint16_t>(bytes.size()));
    data += bytes;
  }
  const size_t header_bytes = version == 2 ? 26 : 22;
  std::string event = le(ts_ns) + le(tid) + le(static_cast<uint32_t>(header_bytes + lens.size() + data.size())) +
                      le(static_cast<uint16_t>(code));
  if (version == 2) event += le(static_cast<uint32_t>(params.size()));
  return event + lens + data;
}

std::vector<uint8_t> gzip_member(Bytes plain) {
  z_stream z{};
  FALCO_CHECK(deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::vector<uint8_t> out(deflateBound(&z, plain.size()));
  z.next_in = const_cast<uint8_t*>(plain.data());
  z.avail_in = static_cast<unsigned>(plain.size());
  z.next_out = out.data();
  z.avail_out = static_cast<unsigned>(out.size());
  FALCO_CHECK(deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

CaptureBuilder::CaptureBuilder(bool with_section) {
  if (with_section) section();
}

CaptureBuilder& CaptureBuilder::section() {
  return block(kSection, le(uint32_t{0x1A2B3C4D}) + le(uint16_t{1}) + le(uint16_t{2}) + le(~uint64_t{0}));
}

CaptureBuilder& CaptureBuilder::machine(const MachineInfo& m) {
  std::string host = m.hostname.substr(0, 127);
  host.resize(128, '\0');
  return block(kMachine, le(m.num_cpus) + le(m.memory_bytes) + le(m.max_pid) + host + le(m.boot_ts_ns) + le(m.flags) +
                             le(uint64_t{0}) + le(uint64_t{0}));
}

CaptureBuilder& CaptureBuilder::threads(const std::vector<ThreadRecord>& threads) {
  std::string body;
  for (const ThreadRecord& t : threads) body += thread_entry(t);
  return block(kThreads, body);
}

CaptureBuilder& CaptureBuilder::fds(int64_t tid, const std::vector<FdRecord>& fds) {
  std::string body = le(tid);
  for (const FdRecord& f : fds) body += fd_entry(f);
  return block(kFds, body);
}

CaptureBuilder& CaptureBuilder::interfaces(const std::vector<InterfaceRecord>& interfaces) {
  std::string body;
  for (const InterfaceRecord& i : interfaces) {
    const std::string entry = le(uint16_t{i.address.family == 4 ? uint16_t{1} : uint16_t{2}}) +
                              le(static_cast<uint16_t>(i.name.size())) + address_bytes(i.address) +
                              address_bytes(i.netmask) + address_bytes(i.broadcast) + le(uint64_t{0}) + i.name;
    body += le(static_cast<uint32_t>(entry.size())) + entry;  // the only list whose length leaves itself out
  }
  return block(kInterfaces, body);
}

CaptureBuilder& CaptureBuilder::users(const std::vector<UserRecord>& users, const std::vector<GroupRecord>& groups) {
  std::string body;
  for (const UserRecord& u : users) {
    body += sized(le(uint8_t{0}) + le(u.uid) + le(u.gid) + str16(u.name) + str16(u.home) + str16(u.shell));
  }
  for (const GroupRecord& g : groups) body += sized(le(uint8_t{1}) + le(g.gid) + str16(g.name));
  return block(kUsers, body);
}

CaptureBuilder& CaptureBuilder::event(EventCode code, uint64_t ts_ns, int64_t tid, const std::vector<Param>& params,
                                      const EventOptions& options) {
  const bool large = event_info(code).has(FALCO_EF_LARGE_PAYLOAD);
  uint32_t type = large ? kEventLarge : kEvent;
  std::string body = le(options.cpu);
  if (options.version == 1) {
    type = kEventV1;
  } else if (options.state_only) {
    type = large ? kEventFlagsLarge : kEventFlags;
    body += le(uint32_t{1});
  }
  return block(type, body + encode_event(code, ts_ns, tid, params, options.version));
}

CaptureBuilder& CaptureBuilder::block(uint32_t type, std::string_view body) {
  const size_t padding = (4 - body.size() % 4) % 4;
  const std::string length = le(static_cast<uint32_t>(8 + body.size() + padding + 4));
  return append(le(type)).append(length).append(body).append(std::string(padding, '\0')).append(length);
}

CaptureBuilder& CaptureBuilder::append(std::string_view bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

std::vector<uint8_t> CaptureBuilder::gzip() const { return gzip_member(bytes_); }

}  // namespace fvm::testing
