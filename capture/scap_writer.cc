// SPDX-License-Identifier: Apache-2.0
//
// The layouts are those of lists.cc, newest version of each.
#include "capture/scap_writer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "capture/late_fds.h"
#include "capture/late_records.h"
#include "capture/lists.h"

namespace fvm {

namespace {

constexpr uint16_t kSectionMinor = 2;

/// A NUL-separated list that fits: it ends behind a whole item.
std::string_view whole_items(std::string_view list) {
  if (list.size() <= list_limits::kVector) return list;
  list = list.substr(0, list_limits::kVector);
  const size_t end = list.rfind('\0');
  return list.substr(0, end == std::string_view::npos ? 0 : end + 1);
}

/// sysdig 0.29 has this many system calls and reads beyond its table for others. Such a call is written as the unknown
/// one with its native 64-bit number, from which today's readers take the name.
constexpr uint64_t kOldCalls = 330;

/// The ID of a generic event is to be left out.
bool is_new_call(const EventView& e) {
  return (e.code == EventCode::GENERIC_X || e.code == EventCode::GENERIC_E) && e.uinteger(0) >= kOldCalls;
}

/// What stands for the two parameters of such an event.
struct NewCall {
  std::array<uint8_t, sizeof(uint16_t)> id{}, native_id{};

  NewCall() = default;
  explicit NewCall(uint64_t call) {
    const int16_t number = call < std::size(kSyscalls) ? kSyscalls[call].x86_64_nr : int16_t{-1};
    std::memcpy(native_id.data(), &number, sizeof number);
  }
};

/// Values that mean something in the process that recorded them only.
bool is_pointer(const EventInfo& event, size_t param) {
  const TypeId type = event.params()[param].type;
  return type == TypeId::CHARBUFARRAY || type == TypeId::CHARBUF_PAIR_ARRAY;
}

void put_address(BlockBuilder& block, const IpAddr& address, uint8_t family) {
  block.raw(as_text(Bytes(address.bytes).first(family == 4 ? 4 : 16)));
}

uint8_t listed_l4(L4 l4) {
  const auto* const found = std::find(kListedL4.begin(), kListedL4.end(), l4);
  return static_cast<uint8_t>(found == kListedL4.end() ? 0 : found - kListedL4.begin());
}

void put_thread(BlockBuilder& block, const ThreadRecord& t) {
  using namespace list_limits;
  block.begin_entry();
  for (const int64_t id : {t.tid, t.pid, t.ptid, t.sid, t.vpgid}) block.number(id);
  for (const std::string* name : {&t.comm, &t.exe, &t.exepath}) block.text(*name, kName);
  block.text(t.args, kVector);
  block.text(t.cwd, kName);
  block.number(t.fdlimit);
  for (const uint32_t n : {t.flags, t.uid, t.gid, t.vmsize_kb, t.vmrss_kb, t.vmswap_kb}) block.number(n);
  block.number(t.pfmajor);
  block.number(t.pfminor);
  block.text(t.env, kVector);
  block.number(t.vtid);
  block.number(t.vpid);
  block.text(whole_items(t.cgroups), kVector);
  block.text(t.root, kName);
  block.number(t.pidns_init_start_ts);
  block.number(t.tty);
  block.number(t.loginuid);
  block.number(static_cast<uint8_t>(t.exe_writable));
  for (const uint64_t mask : {t.cap_inheritable, t.cap_permitted, t.cap_effective}) block.number(mask);
  block.number(static_cast<uint8_t>(t.exe_upper_layer));
  for (const uint64_t n : {t.exe_ino, t.exe_ino_ctime, t.exe_ino_mtime}) block.number(n);
  block.number(static_cast<uint8_t>(t.exe_from_memfd));
  block.number(static_cast<uint8_t>(t.exe_lower_layer));
  block.number(t.pgid);
  block.end_entry();
}

void put_fd(BlockBuilder& block, const FdRecord& f) {
  if (f.type == FdType::Unknown || f.type == FdType::Uninitialized) return;  // says nothing
  block.begin_entry();
  block.number(f.fd);
  block.number(f.ino);
  block.number(static_cast<uint8_t>(f.type));
  switch (f.type) {
    case FdType::Ipv4Sock:
    case FdType::Ipv6Sock: {
      const uint8_t family = f.type == FdType::Ipv4Sock ? 4 : 6;
      put_address(block, f.sip, family);
      put_address(block, f.dip, family);
      block.number(f.sport);
      block.number(f.dport);
      block.number(listed_l4(f.l4));
      break;
    }
    case FdType::Ipv4ServSock:
    case FdType::Ipv6ServSock:
      put_address(block, f.sip, f.type == FdType::Ipv4ServSock ? 4 : 6);
      block.number(f.sport);
      block.number(listed_l4(f.l4));
      break;
    case FdType::UnixSock:
      block.number(f.unix_source);
      block.number(f.unix_destination);
      block.text(f.name, list_limits::kFdName);
      break;
    case FdType::FileV2:
      block.number(f.open_flags);
      block.text(f.name, list_limits::kFdName);
      block.number(f.dev);
      break;
    default:
      block.text(f.name, list_limits::kFdName);
      break;
  }
  block.end_entry();
}

}  // namespace

void ScapWriter::on_section() {
  put_users();
  has_events_ = false;
  block_.begin(kSectionBlock);
  block_.number(kSectionMagic);
  block_.number(kSectionMajor);
  block_.number(kSectionMinor);
  block_.number(UINT64_MAX);  // length unknown
  put(block_);
}

void ScapWriter::on_machine(const MachineInfo& m) {
  std::array<char, kMachineHostnameBytes> host{};
  std::copy_n(m.hostname.begin(), std::min(m.hostname.size(), host.size() - 1), host.begin());
  block_.begin(newest_block(BlockKind::Machine));
  block_.number(m.num_cpus);
  block_.number(m.memory_bytes);
  block_.number(m.max_pid);
  block_.raw({host.data(), host.size()});
  for (const uint64_t n : {m.boot_ts_ns, m.flags, uint64_t{0}, uint64_t{0}}) block_.number(n);
  put(block_);
}

void ScapWriter::on_threads(std::vector<ThreadRecord> threads) {
  if (has_events_) {
    for (const ThreadRecord& t : threads) {
      put_late(EventCode::SYSCALL_CLONE_20_X, t.tid, clone_params(t));
      if (t.tid != t.pid) continue;  // shares the rest with its leader, and an exec would end the others
      put_late(EventCode::SYSCALL_EXECVE_19_X, t.tid, exec_params(t));
      put_late(EventCode::SYSCALL_CHDIR_X, t.tid, chdir_params(t));
    }
    return;
  }
  put_users();
  block_.begin(newest_block(BlockKind::Threads));
  for (const ThreadRecord& t : threads) put_thread(block_, t);
  put(block_);
}

void ScapWriter::on_fds(int64_t tid, std::vector<FdRecord> fds) {
  if (has_events_) {
    const LateFds late = late_fds(fds);
    for (const LateEvent& e : late.events) put_late(e.code, tid, e.params);
    stats_.late += late.untold;
    return;
  }
  put_users();
  block_.begin(newest_block(BlockKind::Fds));
  block_.number(tid);
  for (const FdRecord& f : fds) put_fd(block_, f);
  put(block_);
}

void ScapWriter::on_interfaces(std::vector<InterfaceRecord> interfaces) {
  if (has_events_) {
    stats_.late += interfaces.size();
    return;
  }
  block_.begin(newest_block(BlockKind::Interfaces));
  for (const InterfaceRecord& i : interfaces) {
    const uint8_t family = i.address.family;
    const std::string_view name = std::string_view(i.name).substr(0, list_limits::kInterfaceName);
    block_.begin_entry(false);
    block_.number(family == 4 ? ListedInterface::Ipv4 : ListedInterface::Ipv6);
    block_.number(static_cast<uint16_t>(name.size()));
    for (const IpAddr* address : {&i.address, &i.netmask, &i.broadcast}) put_address(block_, *address, family);
    block_.number(uint64_t{0});  // link speed
    block_.raw(name);
    block_.end_entry();
  }
  put(block_);
}

void ScapWriter::on_user(const UserRecord& user) {
  if (has_events_) return put_late(EventCode::USER_ADDED_E, -1, user_params(user));
  users_.begin_entry();
  users_.number(uint8_t{0});
  users_.number(user.uid);
  users_.number(user.gid);
  for (const std::string* s : {&user.name, &user.home, &user.shell}) users_.text(*s, list_limits::kUserText);
  users_.end_entry();
}

void ScapWriter::on_group(const GroupRecord& group) {
  if (has_events_) return put_late(EventCode::GROUP_ADDED_E, -1, group_params(group));
  users_.begin_entry();
  users_.number(uint8_t{1});
  users_.number(group.gid);
  users_.text(group.name, list_limits::kUserText);
  users_.end_entry();
}

void ScapWriter::put_users() {
  if (!users_.has_body()) return;
  put(users_);
  users_.begin(newest_block(BlockKind::Users));
}

void ScapWriter::put_late(EventCode code, int64_t tid, const std::vector<std::string>& params) {
  std::array<Bytes, limits::kEventParams> located;
  std::transform(params.begin(), params.end(), located.begin(), [](const std::string& p) { return as_bytes(p); });
  EventView late;
  late.ts_ns = last_ts_ns_;
  late.tid = tid;
  late.code = code;
  late.set_params(located.data(), params.size());
  event(late, true);
}

void ScapWriter::event(const EventView& e, bool state_only) {
  put_users();
  const bool wide_lengths = e.info().has(FALCO_EF_LARGE_PAYLOAD);
  std::array<Bytes, limits::kEventParams> params;
  size_t bytes = kEventHeaderBytes + e.nparams * (wide_lengths ? sizeof(uint32_t) : sizeof(uint16_t));
  bool fits = true;
  for (size_t i = 0; i < e.nparams; ++i) {
    if (!is_pointer(e.info(), i)) params[i] = e.param(i);
    bytes += params[i].size();
    fits &= wide_lengths || params[i].size() <= UINT16_MAX;
  }
  NewCall new_call;
  if (is_new_call(e)) {
    new_call = NewCall(e.uinteger(0));
    params[0] = new_call.id;
    if (e.nparams > 1) params[1] = new_call.native_id;
  }
  constexpr size_t kMostAround = kBlockFrameBytes + sizeof e.cpu + sizeof kEventFlagStateOnly + sizeof(uint32_t);
  if (!fits || bytes + kMostAround > limits::kEventBytes) {
    ++stats_.too_long;
    return;
  }
  const bool large = wide_lengths || bytes + kMostAround > limits::kPlainEventBytes;
  block_.begin(newest_block(BlockKind::Event, state_only, large));
  block_.number(e.cpu);
  if (state_only) block_.number(kEventFlagStateOnly);
  block_.number(e.ts_ns);
  block_.number(e.tid);
  block_.number(static_cast<uint32_t>(bytes));
  block_.number(static_cast<uint16_t>(e.code));
  block_.number(uint32_t{e.nparams});
  for (const Bytes& value : std::span(params).first(e.nparams)) {
    if (wide_lengths) {
      block_.number(static_cast<uint32_t>(value.size()));
    } else {
      block_.number(static_cast<uint16_t>(value.size()));
    }
  }
  for (const Bytes& value : std::span(params).first(e.nparams)) block_.raw(as_text(value));
  put(block_);
  has_events_ = true;
  last_ts_ns_ = e.ts_ns;
  ++stats_.events;
  stats_.state_only += state_only ? 1 : 0;
}

}  // namespace fvm
