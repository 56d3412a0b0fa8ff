// SPDX-License-Identifier: Apache-2.0
//
// EventSource: where events come from (capture file, live device, test). StateSink: where the initial state that a
// capture carries goes (process list, descriptors, users, interfaces). One virtual call per batch, never per event.
// Ordering promise: everything a batch's events may rely on has been given to the sink before next_batch() returns that
// batch, and nothing newer has; so a source ends a batch early in front of a metadata block.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/event/event_set.h"
#include "vm/event/event_view.h"
#include "vm/ops/value.h"

namespace fvm {

struct MachineInfo {
  uint32_t num_cpus = 0;
  uint64_t memory_bytes = 0;
  uint64_t max_pid = 0;
  std::string hostname;
  uint64_t boot_ts_ns = 0;  ///< epoch ns; 0 unknown
  uint64_t flags = 0;
};

/// One entry of a process list. Defaults are what an old list version that lacks the entry means.
struct ThreadRecord {
  int64_t tid = -1, pid = -1, ptid = -1, sid = -1, vpgid = -1, pgid = -1, vtid = -1, vpid = -1;
  std::string comm, exe, exepath, cwd, root;
  std::string args, env, cgroups;  ///< NUL-separated, as on the wire
  int64_t fdlimit = -1;
  uint32_t flags = 0;  ///< thread flag bits, spec: state, 3.1
  uint32_t uid = UINT32_MAX, gid = UINT32_MAX, loginuid = UINT32_MAX;
  uint32_t vmsize_kb = 0, vmrss_kb = 0, vmswap_kb = 0;
  uint64_t pfmajor = 0, pfminor = 0;
  uint64_t clone_ts = 0, pidns_init_start_ts = 0;
  uint32_t tty = 0;
  uint64_t cap_permitted = 0, cap_effective = 0, cap_inheritable = 0;
  bool exe_writable = false, exe_upper_layer = false, exe_lower_layer = false, exe_from_memfd = false;
  uint64_t exe_ino = 0, exe_ino_ctime = 0, exe_ino_mtime = 0;
};

/// Descriptor type numbers of the format (scap fd types).
enum class FdType : int8_t {
  Uninitialized = -1,
  Unknown = 0,
  File = 1,
  Directory = 2,
  Ipv4Sock = 3,
  Ipv6Sock = 4,
  Ipv4ServSock = 5,
  Ipv6ServSock = 6,
  Fifo = 7,
  UnixSock = 8,
  Event = 9,
  Unsupported = 10,
  SignalFd = 11,
  EventPoll = 12,
  Inotify = 13,
  TimerFd = 14,
  Netlink = 15,
  FileV2 = 16,
  Bpf = 17,
  UserFaultFd = 18,
  IoUring = 19,
  MemFd = 20,
  PidFd = 21,
};

enum class L4 : int8_t { NotApplicable = -1, Unknown = 0, Tcp = 1, Udp = 2, Icmp = 3, Raw = 4 };

/// One entry of a descriptor list.
struct FdRecord {
  int64_t fd = -1;
  FdType type = FdType::Unknown;
  uint64_t ino = 0;
  std::string name;  ///< files, pipes, unix path, ...
  uint32_t open_flags = 0, dev = 0, mount_id = 0;
  IpAddr sip, dip;  ///< connected sockets; a listening socket's address is in sip
  uint16_t sport = 0, dport = 0;
  L4 l4 = L4::NotApplicable;
  uint64_t unix_source = 0, unix_destination = 0;
};

struct InterfaceRecord {
  std::string name;
  IpAddr address, netmask, broadcast;
};

struct UserRecord {
  uint32_t uid = 0, gid = 0;
  std::string name, home, shell;
};
struct GroupRecord {
  uint32_t gid = 0;
  std::string name;
};

class StateSink {
 public:
  virtual ~StateSink() = default;
  /// A new section of the stream begins; state of an earlier section (another capture, concatenated) is void.
  virtual void on_section() = 0;
  virtual void on_machine(const MachineInfo&) = 0;
  /// Threads and descriptors may come in several calls a section; each adds. Links between threads can be made after
  /// the last one only: parents may follow their children.
  virtual void on_threads(std::vector<ThreadRecord>) = 0;
  virtual void on_fds(int64_t tid, std::vector<FdRecord>) = 0;
  virtual void on_interfaces(std::vector<InterfaceRecord>) = 0;
  virtual void on_user(const UserRecord&) = 0;
  virtual void on_group(const GroupRecord&) = 0;
};

/// Why a source stopped or complained; text is for people, offset is where in the uncompressed stream.
struct SourceError {
  enum class Kind : uint8_t { Open, NotACapture, Unsupported, Truncated, Corrupt, Io } kind{};
  uint64_t offset = 0;
  std::string message;
};

/// What the consumer of events looks at.
struct Interest {
  EventSet read;          ///< events with their parameters
  EventSet noted;         ///< of the others, those of which thread and time matter
  EventSet state{};       ///< of those read, the ones that change what is remembered
  EventSet of_sockets{};  ///< of those read, the ones that tell something only when their descriptor is a socket
  SyscallSet generic{};   ///< when the generic event is read, the calls that are to be told by it

  static Interest in_all() { return {EventSet::all(), EventSet::all(), EventSet::all(), {}, SyscallSet().set()}; }
};

/// Is told of each event that rules matched, before the next one comes.
class MatchListener {
 public:
  virtual ~MatchListener() = default;
  virtual void on_match(const EventView& event) = 0;
};

/// One counter per event code.
using CountByCode = std::array<uint64_t, kEventCount>;

struct SourceStats {
  uint64_t raw_events = 0;    ///< event blocks read, enter and exit counted each
  uint64_t bytes = 0;         ///< uncompressed bytes consumed
  uint64_t upgraded = 0;      ///< events whose layout was brought up to date
  uint64_t absorbed = 0;      ///< old enter events: merged into their exit event, or without content of their own
  uint64_t refused = 0;       ///< records that could not be used, skipped
  std::string first_refusal;  ///< why the first of them was, and where; empty without one
  uint64_t unknown_blocks = 0;
  uint64_t unknown_events =
      0;  ///< event codes of a newer producer, skipped; raw = given out + absorbed + refused + these
  uint64_t wrong_partners = 0;  ///< exit events whose stored enter event was of another call: upgraded without it
  uint64_t enters_evicted = 0;  ///< stored enter events pushed out by the limit on their number
  // Loss that a capture shows without saying so. By the code of the exit event, or of the single event, that is
  // concerned.
  CountByCode exits_missing{};  ///< the enter event of a call is there and its exit event never came: the event is lost
  CountByCode
      enters_missing{};  ///< the exit event is there, its enter event should be and is not: arguments may be lost
  CountByCode refused_by_code{};  ///< the part of `refused` whose event code could be read
  CountByCode unread_by_code{};   ///< given out unread or as a number, state_only ones apart
  // Of live sources only.
  CountByCode dropped_by_code{};  ///< happened, and the producer could not record them
  uint64_t masked = 0;            ///< of no interest, or of this program itself: not recorded
  uint64_t late = 0;              ///< given out behind a younger one of another CPU
};

enum class BatchStatus : uint8_t { Events, End, Failed };

class EventSource {
 public:
  virtual ~EventSource() = default;
  /// Gives the next events; they and what they borrow stay valid until the following call. Failed: error() says why;
  /// what came before stands.
  virtual BatchStatus next_batch(StateSink& sink, std::span<EventView>& out) = 0;
  /// A source may give out unread what is not to be read, and need not look for loss there. Of what is not to be noted
  /// either it may give out the number only (EventView::more), and so it may of what is to be noted when the batch has a note of
  /// the same thread already and nothing of it to be read since. Enter events with an exit event that is read are always read.
  virtual void set_interest(const Interest&) {}
  virtual const SourceError& error() const = 0;
  /// Brings the counters up to date: not for every batch. Valid until the next call of a member.
  virtual const SourceStats& stats() = 0;
  /// Compressed bytes consumed and in total, for a progress display; total 0 = unknown.
  virtual uint64_t position() const = 0;
  virtual uint64_t size() const = 0;
};

}  // namespace fvm
