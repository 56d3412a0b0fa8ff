// SPDX-License-Identifier: Apache-2.0
//
// Layouts of the lists, by version. From format 1.2 on entries carry their length, and new fields are appended to them.
#include "capture/lists.h"

#include <algorithm>
#include <utility>

#include "capture/blocks.h"

namespace fvm {

namespace {

/// Tails up to this length were written before pid namespace start and tty were put in front.
constexpr uint64_t kOldTailBytes = 29;

/// One entry with its own length: knows how much of it is left.
class SizedEntry {
 public:
  /// `self_bytes`: how many bytes of the length field the length counts.
  SizedEntry(BodyReader& body, uint64_t self_bytes) : body_(body) {
    const uint64_t n = body.number<uint32_t>();
    at_start_ = body.left();
    if (n < self_bytes) {
      body.corrupt("an entry is shorter than its own length field");
    } else {
      bytes_ = n - self_bytes;
    }
  }
  uint64_t used() const { return at_start_ - body_.left(); }
  uint64_t left() const { return used() < bytes_ ? bytes_ - used() : 0; }
  template <typename T>
  T number_or(T otherwise) {
    return left() >= sizeof(T) ? body_.number<T>() : otherwise;
  }
  /// Steps over what a newer writer appended.
  void finish() {
    if (!body_.ok()) return;
    if (used() > bytes_) return body_.corrupt("an entry is longer than it says");
    body_.skip(left());
  }

 private:
  BodyReader& body_;
  uint64_t at_start_ = 0;
  uint64_t bytes_ = 0;
};

bool more(const BodyReader& body) { return body.ok() && body.left() >= kListPaddingBytes; }

/// args and env: writers may leave out the last terminator.
std::string nul_separated(BodyReader& body, std::string_view what) {
  std::string s = body.counted(list_limits::kVector, what);
  if (!s.empty() && s.back() != '\0') s += '\0';
  return s;
}

IpAddr address(BodyReader& body, uint8_t family) {
  IpAddr a;
  a.family = family;
  const Bytes b = body.bytes(family == 4 ? 4 : 16);
  std::copy(b.begin(), b.end(), a.bytes.begin());
  return a;
}

L4 l4_of(uint8_t wire) { return wire < kListedL4.size() ? kListedL4[wire] : L4::Unknown; }

void read_thread_tail(ThreadRecord& t, SizedEntry& entry) {
  if (entry.left() > kOldTailBytes) {
    t.pidns_init_start_ts = entry.number_or<uint64_t>(0);
    t.tty = entry.number_or<uint32_t>(0);
  }
  t.loginuid = entry.number_or<uint32_t>(UINT32_MAX);
  t.exe_writable = entry.number_or<uint8_t>(0) != 0;
  t.cap_inheritable = entry.number_or<uint64_t>(0);
  t.cap_permitted = entry.number_or<uint64_t>(0);
  t.cap_effective = entry.number_or<uint64_t>(0);
  t.exe_upper_layer = entry.number_or<uint8_t>(0) != 0;
  t.exe_ino = entry.number_or<uint64_t>(0);
  t.exe_ino_ctime = entry.number_or<uint64_t>(0);
  t.exe_ino_mtime = entry.number_or<uint64_t>(0);
  t.exe_from_memfd = entry.number_or<uint8_t>(0) != 0;
  t.exe_lower_layer = entry.number_or<uint8_t>(0) != 0;
  t.pgid = entry.number_or<int64_t>(-1);
}

void read_thread(BodyReader& body, int version, ThreadRecord& t) {
  t.tid = body.number<int64_t>();
  t.pid = body.number<int64_t>();
  t.ptid = body.number<int64_t>();
  if (version >= 6) t.sid = body.number<int64_t>();
  if (version >= 8) t.vpgid = body.number<int64_t>();
  t.comm = body.text(list_limits::kName, "a process name");
  t.exe = body.text(list_limits::kName, "a program name");
  if (version >= 7) t.exepath = body.text(list_limits::kName, "a program path");
  t.args = nul_separated(body, "an argument list");
  t.cwd = body.text(list_limits::kName, "a working directory");
  t.fdlimit = body.number<int64_t>();
  t.flags = body.number<uint32_t>();
  t.uid = body.number<uint32_t>();
  t.gid = body.number<uint32_t>();
  if (version >= 2) {
    t.vmsize_kb = body.number<uint32_t>();
    t.vmrss_kb = body.number<uint32_t>();
    t.vmswap_kb = body.number<uint32_t>();
    t.pfmajor = body.number<uint64_t>();
    t.pfminor = body.number<uint64_t>();
  }
  if (version >= 3) t.env = nul_separated(body, "an environment");
  if (version >= 4) {
    t.vtid = body.number<int64_t>();
    t.vpid = body.number<int64_t>();
    t.cgroups = body.counted(list_limits::kVector, "a cgroup list");
  }
  if (version >= 5) t.root = body.text(list_limits::kName, "a root directory");
}

/// False: the type is from a newer writer, its data unknown.
bool read_fd(BodyReader& body, FdRecord& f, SizedEntry* entry) {
  f.fd = body.number<int64_t>();
  f.ino = body.number<uint64_t>();
  const uint8_t type = body.number<uint8_t>();
  if (type > static_cast<uint8_t>(FdType::PidFd)) {
    f.type = FdType::Unsupported;
    f.name = "unknown-type:[" + std::to_string(type) + "]";
    return false;
  }
  f.type = static_cast<FdType>(type);
  switch (f.type) {
    case FdType::Unknown:
      break;
    case FdType::Ipv4Sock:
    case FdType::Ipv6Sock: {
      const uint8_t family = f.type == FdType::Ipv4Sock ? 4 : 6;
      f.sip = address(body, family);
      f.dip = address(body, family);
      f.sport = body.number<uint16_t>();
      f.dport = body.number<uint16_t>();
      f.l4 = l4_of(body.number<uint8_t>());
      break;
    }
    case FdType::Ipv4ServSock:
    case FdType::Ipv6ServSock:
      f.sip = address(body, f.type == FdType::Ipv4ServSock ? 4 : 6);
      f.sport = body.number<uint16_t>();
      f.l4 = l4_of(body.number<uint8_t>());
      break;
    case FdType::UnixSock:
      f.unix_source = body.number<uint64_t>();
      f.unix_destination = body.number<uint64_t>();
      f.name = body.text(list_limits::kFdName, "a socket path");
      break;
    case FdType::FileV2:
      f.open_flags = body.number<uint32_t>();
      f.name = body.text(list_limits::kFdName, "a descriptor name");
      if (entry) f.dev = entry->number_or<uint32_t>(0);
      break;
    default:
      f.name = body.text(list_limits::kFdName, "a descriptor name");
      break;
  }
  return true;
}

}  // namespace

void read_machine(BodyReader& body, StateSink& sink) {
  MachineInfo m;
  m.num_cpus = body.number<uint32_t>();
  m.memory_bytes = body.number<uint64_t>();
  m.max_pid = body.number<uint64_t>();
  m.hostname = until_nul(body.bytes(kMachineHostnameBytes));
  m.boot_ts_ns = body.number<uint64_t>();
  m.flags = body.number<uint64_t>();
  body.skip(2 * sizeof(uint64_t));  // reserved
  if (!body.ok()) return;
  sink.on_machine(m);
  body.skip(body.left());
}

void read_threads(BodyReader& body, int version, StateSink& sink) {
  std::vector<ThreadRecord> chunk;
  while (more(body)) {
    ThreadRecord t;
    if (version >= 9) {
      SizedEntry entry(body, sizeof(uint32_t));
      read_thread(body, version, t);
      read_thread_tail(t, entry);
      entry.finish();
    } else {
      read_thread(body, version, t);
    }
    if (!body.ok()) break;
    chunk.push_back(std::move(t));
    if (chunk.size() == limits::kListChunk) sink.on_threads(std::exchange(chunk, {}));
  }
  if (!chunk.empty()) sink.on_threads(std::move(chunk));
  body.skip(body.left());
}

bool read_fds(BodyReader& body, int version, StateSink& sink) {
  const int64_t tid = body.number<int64_t>();
  std::vector<FdRecord> chunk;
  bool complete = true;
  while (more(body)) {
    FdRecord f;
    bool known;
    if (version >= 2) {
      SizedEntry entry(body, sizeof(uint32_t));
      known = read_fd(body, f, &entry);
      entry.finish();
    } else {
      known = read_fd(body, f, nullptr);
    }
    if (!body.ok()) break;
    chunk.push_back(std::move(f));
    if (chunk.size() == limits::kListChunk) sink.on_fds(tid, std::exchange(chunk, {}));
    if (!known && version < 2) {  // without a length there is no way to find the next entry
      complete = false;
      break;
    }
  }
  if (!chunk.empty()) sink.on_fds(tid, std::move(chunk));
  body.skip(body.left());
  return complete;
}

bool read_interfaces(BodyReader& body, int version, StateSink& sink) {
  bool complete = true;
  std::vector<InterfaceRecord> list;
  const auto read_entry = [&](InterfaceRecord& record) {
    const uint16_t type = body.number<uint16_t>();
    const size_t name_bytes = body.number<uint16_t>();
    if (!body.ok()) return;
    if (type < 1 || type > 4) return body.corrupt("an interface has the unknown type " + std::to_string(type));
    if (name_bytes > list_limits::kInterfaceName) return body.corrupt("an interface name is too long");
    const auto kind = static_cast<ListedInterface>(type);
    const uint8_t family = kind == ListedInterface::Ipv4 || kind == ListedInterface::Ipv4WithoutSpeed ? 4 : 6;
    record.address = address(body, family);
    record.netmask = address(body, family);
    record.broadcast = address(body, family);
    if (kind <= ListedInterface::Ipv6) body.skip(sizeof(uint64_t));  // link speed
    record.name = until_nul(body.bytes(name_bytes));
  };
  while (more(body)) {
    InterfaceRecord record;
    if (version >= 2) {
      SizedEntry entry(body, 0);
      read_entry(record);
      entry.finish();
    } else {
      read_entry(record);
    }
    if (!body.ok()) break;
    if (list.size() < limits::kInterfaces) {
      list.push_back(std::move(record));
    } else {
      complete = false;
    }
  }
  sink.on_interfaces(std::move(list));
  body.skip(body.left());
  return complete;
}

void read_users(BodyReader& body, int version, StateSink& sink) {
  const auto read_entry = [&](auto&& finish) {
    if (body.number<uint8_t>() == 0) {
      UserRecord user;
      user.uid = body.number<uint32_t>();
      user.gid = body.number<uint32_t>();
      user.name = body.text(list_limits::kUserText, "a user name");
      user.home = body.text(list_limits::kUserText, "a home directory");
      user.shell = body.text(list_limits::kUserText, "a shell");
      finish();
      if (body.ok()) sink.on_user(user);
    } else {
      GroupRecord group;
      group.gid = body.number<uint32_t>();
      group.name = body.text(list_limits::kUserText, "a group name");
      finish();
      if (body.ok()) sink.on_group(group);
    }
  };
  while (more(body)) {
    if (version >= 2) {
      SizedEntry entry(body, sizeof(uint32_t));
      read_entry([&] { entry.finish(); });
    } else {
      read_entry([] {});
    }
  }
  body.skip(body.left());
}

}  // namespace fvm
