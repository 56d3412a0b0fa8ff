// SPDX-License-Identifier: Apache-2.0
//
// evt.*, syscall.type and util.cnt: what can be said from the event itself and its descriptor record. Arguments and results
// as text are in evt_args.cc.
#include <array>
#include <charconv>

#include "vm/field/clock_text.h"
#include "vm/field/enum_text.h"
#include "vm/field/getters.h"

namespace fvm {
namespace {

constexpr uint64_t kNsPerS = 1'000'000'000;

constexpr unsigned base_category(const EventInfo& info) { return info.category & ~unsigned{FALCO_EC_ORIGIN_MASK}; }
bool is_io_category(unsigned category) { return category >= FALCO_EC_IO_READ && category <= FALCO_EC_IO_OTHER; }

std::string_view event_name(const EventView& event) {
  if (event.code == EventCode::GENERIC_X || event.code == EventCode::GENERIC_E) {
    const uint64_t id = event.uinteger(0);
    return id == 0 && event.has(1) ? native_syscall_name(static_cast<int64_t>(event.uinteger(1))) : syscall_name(id);
  }
  if (event.code == EventCode::ASYNCEVENT_E) return event.text(1);
  return event.info().name;
}

bool is_file_like(const Fd& fd) { return fd.is_file() || fd.type == FdType::Directory; }

/// Where opens keep their flags and mode; creat has no flags, open_by_handle_at no mode.
struct OpenParams {
  int8_t flags = -1, mode = -1;
};
OpenParams open_params(EventCode code) {
  switch (code) {
    case EventCode::SYSCALL_OPEN_X: return {2, 3};
    case EventCode::SYSCALL_OPENAT_2_X:
    case EventCode::SYSCALL_OPENAT2_X: return {3, 4};
    case EventCode::SYSCALL_OPEN_BY_HANDLE_AT_X: return {2, -1};
    case EventCode::SYSCALL_CREAT_X: return {-1, 2};
    default: return {};
  }
}

uint64_t open_flags(const EventView& event) {
  const int8_t at = open_params(event.code).flags;
  return at < 0 ? 0 : event.uinteger(static_cast<size_t>(at));
}

/// Number of bytes moved by an I/O call of the given category (0 = any) on a descriptor that `wanted` accepts.
template <typename Wanted>
ValueList io_bytes(const EvalContext& context, Arena& arena, unsigned category, Wanted&& wanted) {
  const EventView& event = *context.event;
  const unsigned own = base_category(event.info());
  int64_t result = 0;
  if (!event.is_exit() || !context.fd || !(category == 0 ? is_io_category(own) : own == category)) return missing();
  if (!wanted(*context.fd) || !return_value(event, result) || result < 0) return missing();
  return uinteger(arena, static_cast<uint64_t>(result));
}
bool any_fd(const Fd&) { return true; }
bool file_fd(const Fd& fd) { return fd.is_file(); }
bool net_fd(const Fd& fd) { return fd.is_ip_socket(); }

enum class ErrorKind { File, Net, Memory, Other };
ErrorKind error_kind(const EvalContext& context) {
  const EventView& event = *context.event;
  if (context.fd) {
    if (is_file_like(*context.fd)) return ErrorKind::File;
    if (context.fd->is_ip_socket() || context.fd->type == FdType::UnixSock) return ErrorKind::Net;
  } else {
    switch (event.code) {
      case EventCode::SYSCALL_OPEN_X:
      case EventCode::SYSCALL_CREAT_X:
      case EventCode::SYSCALL_OPENAT_X:
      case EventCode::SYSCALL_OPENAT_2_X:
      case EventCode::SYSCALL_OPENAT2_X:
      case EventCode::SYSCALL_OPEN_BY_HANDLE_AT_X: return ErrorKind::File;
      case EventCode::SOCKET_ACCEPT_X:
      case EventCode::SOCKET_ACCEPT_5_X:
      case EventCode::SOCKET_ACCEPT4_X:
      case EventCode::SOCKET_ACCEPT4_5_X:
      case EventCode::SOCKET_ACCEPT4_6_X:
      case EventCode::SOCKET_CONNECT_X: return ErrorKind::Net;
      default: break;
    }
  }
  return base_category(event.info()) == FALCO_EC_MEMORY ? ErrorKind::Memory : ErrorKind::Other;
}

ValueList error_count(const EvalContext& context, Arena& arena, ErrorKind kind) {
  int64_t result = 0;
  if (!return_value(*context.event, result) || error_kind(context) != kind) return missing();
  return uinteger(arena, result < 0 ? 1 : 0);
}

/// A value of `Event: X; ID: Y; ...` by its key.
std::string_view described(const EventView& event, std::string_view key) {
  std::string_view rest = event.text(2);
  while (!rest.empty()) {
    const size_t end = rest.find(';');
    std::string_view item = rest.substr(0, end);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    if (item.starts_with(key)) {
      item.remove_prefix(key.size());
      while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
      return item;
    }
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return {};
}

ValueList infra(const EvalContext& context, Arena& arena, std::string_view key, size_t cut, char stop) {
  if (context.event->code != EventCode::INFRASTRUCTURE_EVENT_E) return missing();
  std::string_view value = described(*context.event, key);
  if (stop != 0) value = value.substr(0, value.find(stop));
  value = value.substr(0, cut);
  return value.empty() ? missing() : text(arena, value);
}

ValueList clock(const EvalContext& context, Arena& arena, ClockForm form) {
  char* const out = arena.alloc(kClockTextBytes);
  return one(arena, Value::text({out, format_clock(context.event->ts_ns, form, out)}));
}

uint64_t since_first(const EvalContext& context) { return context.event->ts_ns - context.state->first_event_ts(); }

/// Time since the previous evaluation of this use; the first is 0.
uint64_t delta_ns(const FieldUse& use, const EvalContext& context) {
  if (!context.memory) return 0;
  FieldMemory::Slot& slot = context.memory->slot(use.slot);
  const uint64_t now = context.event->ts_ns;
  const uint64_t delta = slot.last_ts_ns == 0 ? 0 : now - slot.last_ts_ns;
  slot.last_ts_ns = now;
  return delta;
}

constexpr std::array<int8_t, kEventCount> data_params() {
  std::array<int8_t, kEventCount> at{};
  for (size_t code = 0; code < kEventCount; ++code) {
    at[code] = FieldMemory::kNoParam;
    for (size_t i = 0; i < kEvents[code].param_count; ++i)
      if (detail::kParams[kEvents[code].first_param + i].name == "data") at[code] = static_cast<int8_t>(i);
  }
  return at;
}
constexpr auto kDataParam = data_params();

/// Whether `code` answers to evt.type.is.KEY: a number is that code, a name the first code so named and the next one.
bool is_named(EventCode code, std::string_view key) {
  const auto wanted = static_cast<size_t>(code);
  size_t number = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), number);
  if (error == std::errc{} && end == key.data() + key.size()) return number == wanted;
  for (size_t first = 0; first < kEventCount; ++first)
    if (kEvents[first].name == key) return wanted == first || wanted == first + 1;
  return false;
}

}  // namespace

bool return_value(const EventView& event, int64_t& value) {
  if (!event.is_exit() || event.code == EventCode::GENERIC_X || event.nparams == 0) return false;
  if ((event.info().category & FALCO_EC_SYSCALL) == 0) return false;
  const size_t width = event.param(0).size();
  value = width == 4 || width == 8 ? event.integer(0) : 0;
  return true;
}

FALCO_GETTER(EvtNum) { return uinteger(arena, context.event->num); }
FALCO_GETTER(EvtTime) { return clock(context, arena, ClockForm::Time); }
FALCO_GETTER(EvtTimeS) { return clock(context, arena, ClockForm::TimeS); }
FALCO_GETTER(EvtTimeIso8601) { return clock(context, arena, ClockForm::Iso8601); }
FALCO_GETTER(EvtDatetime) { return clock(context, arena, ClockForm::Datetime); }
FALCO_GETTER(EvtDatetimeS) { return clock(context, arena, ClockForm::DatetimeS); }
FALCO_GETTER(EvtOutputtime) { return clock(context, arena, ClockForm::Time); }
FALCO_GETTER(EvtRawtime) { return uinteger(arena, context.event->ts_ns); }
FALCO_GETTER(EvtRawtimeS) { return uinteger(arena, context.event->ts_ns / kNsPerS); }
FALCO_GETTER(EvtRawtimeNs) { return uinteger(arena, context.event->ts_ns % kNsPerS); }
FALCO_GETTER(EvtReltime) { return uinteger(arena, since_first(context)); }
FALCO_GETTER(EvtReltimeS) { return uinteger(arena, since_first(context) / kNsPerS); }
FALCO_GETTER(EvtReltimeNs) { return uinteger(arena, since_first(context) % kNsPerS); }

// No event of a capture belongs to a plugin that could name or describe it.
FALCO_GETTER(EvtPluginname) { return missing(); }
FALCO_GETTER(EvtPlugininfo) { return missing(); }
FALCO_GETTER(EvtSource) {
  const EventView& event = *context.event;
  if (event.info().category & FALCO_EC_PLUGIN) return missing();
  if (event.code == EventCode::ASYNCEVENT_E && event.uinteger(0) != 0) return missing();
  return text(arena, "syscall");
}
FALCO_GETTER(EvtIsAsync) { return boolean(arena, (context.event->info().category & FALCO_EC_METAEVENT) != 0); }
FALCO_GETTER(EvtAsynctype) {
  if ((context.event->info().category & FALCO_EC_METAEVENT) == 0) return missing();
  return text(arena, event_name(*context.event));
}
FALCO_GETTER(EvtHostname) { return text(arena, context.state->machine().hostname); }

// Enter and exit no longer come apart, so there is no latency to measure.
FALCO_GETTER(EvtLatency) { return uinteger(arena, 0); }
FALCO_GETTER(EvtLatencyS) { return uinteger(arena, 0); }
FALCO_GETTER(EvtLatencyNs) { return uinteger(arena, 0); }
FALCO_GETTER(EvtLatencyQuantized) { return uinteger(arena, 0); }
FALCO_GETTER(EvtLatencyHuman) { return text(arena, "0ns"); }
FALCO_GETTER(EvtWaitLatency) { return uinteger(arena, 0); }

FALCO_GETTER(EvtDeltatime) { return uinteger(arena, delta_ns(use, context)); }
FALCO_GETTER(EvtDeltatimeS) { return uinteger(arena, delta_ns(use, context) / kNsPerS); }
FALCO_GETTER(EvtDeltatimeNs) { return uinteger(arena, delta_ns(use, context) % kNsPerS); }

FALCO_GETTER(EvtDir) { return text(arena, context.event->is_exit() ? "<" : ">"); }
FALCO_GETTER(EvtType) { return text(arena, event_name(*context.event)); }
FALCO_GETTER(EvtTypeIs) {
  const EventCode code = context.event->code;
  if (use.arg == FieldArg::Index) return uinteger(arena, use.index == static_cast<int64_t>(code) ? 1 : 0);
  return uinteger(arena, is_named(code, use.key) ? 1 : 0);
}
FALCO_GETTER(SyscallType) {
  if ((context.event->info().category & FALCO_EC_SYSCALL) == 0) return missing();
  return text(arena, event_name(*context.event));
}

FALCO_GETTER(EvtCategory) {
  const unsigned category = base_category(context.event->info());
  switch (category) {
    case FALCO_EC_OTHER: return text(arena, "other");
    case FALCO_EC_FILE: return text(arena, "file");
    case FALCO_EC_NET: return text(arena, "net");
    case FALCO_EC_IPC: return text(arena, "IPC");
    case FALCO_EC_MEMORY: return text(arena, "memory");
    case FALCO_EC_PROCESS: return text(arena, "process");
    case FALCO_EC_SLEEP: return text(arena, "sleep");
    case FALCO_EC_SYSTEM: return text(arena, "system");
    case FALCO_EC_SIGNAL: return text(arena, "signal");
    case FALCO_EC_USER: return text(arena, "user");
    case FALCO_EC_TIME: return text(arena, "time");
    case FALCO_EC_PROCESSING: return text(arena, "processing");
    case FALCO_EC_WAIT: return text(arena, "wait");
    case FALCO_EC_SCHEDULER: return text(arena, "scheduler");
    case FALCO_EC_INTERNAL: return text(arena, "internal");
    default: break;
  }
  if (!is_io_category(category) || !context.fd) return text(arena, "unknown");
  switch (context.fd->type) {
    case FdType::File:
    case FdType::FileV2:
    case FdType::Directory: return text(arena, "file");
    case FdType::Ipv4Sock:
    case FdType::Ipv6Sock:
    case FdType::Ipv4ServSock:
    case FdType::Ipv6ServSock: return text(arena, "net");
    case FdType::Fifo:
    case FdType::UnixSock:
    case FdType::Event:
    case FdType::SignalFd:
    case FdType::Inotify:
    case FdType::UserFaultFd: return text(arena, "ipc");
    default: return text(arena, "unknown");
  }
}

FALCO_GETTER(EvtCpu) { return integer(arena, context.event->cpu); }
FALCO_GETTER(EvtBuffer) {
  const int8_t at = kDataParam[static_cast<size_t>(context.event->code)];
  if (at < 0 || at >= static_cast<int>(context.event->nparams)) return missing();
  return one(arena, Value::bytes(context.event->param(static_cast<size_t>(at))));
}

FALCO_GETTER(EvtBuflen) { return io_bytes(context, arena, 0, any_fd); }
FALCO_GETTER(EvtBuflenIn) { return io_bytes(context, arena, FALCO_EC_IO_READ, any_fd); }
FALCO_GETTER(EvtBuflenOut) { return io_bytes(context, arena, FALCO_EC_IO_WRITE, any_fd); }
FALCO_GETTER(EvtBuflenFile) { return io_bytes(context, arena, 0, file_fd); }
FALCO_GETTER(EvtBuflenFileIn) { return io_bytes(context, arena, FALCO_EC_IO_READ, file_fd); }
FALCO_GETTER(EvtBuflenFileOut) { return io_bytes(context, arena, FALCO_EC_IO_WRITE, file_fd); }
FALCO_GETTER(EvtBuflenNet) { return io_bytes(context, arena, 0, net_fd); }
FALCO_GETTER(EvtBuflenNetIn) { return io_bytes(context, arena, FALCO_EC_IO_READ, net_fd); }
FALCO_GETTER(EvtBuflenNetOut) { return io_bytes(context, arena, FALCO_EC_IO_WRITE, net_fd); }

FALCO_GETTER(EvtRawres) {
  int64_t value = 0;
  return return_value(*context.event, value) ? integer(arena, value) : missing();
}
FALCO_GETTER(EvtFailed) {
  int64_t value = 0;
  return return_value(*context.event, value) ? boolean(arena, value < 0) : missing();
}
FALCO_GETTER(EvtIsIo) {
  return boolean(arena, context.event->info().has(FALCO_EF_READS_FROM_FD | FALCO_EF_WRITES_TO_FD));
}
FALCO_GETTER(EvtIsIoRead) { return boolean(arena, context.event->info().has(FALCO_EF_READS_FROM_FD)); }
FALCO_GETTER(EvtIsIoWrite) { return boolean(arena, context.event->info().has(FALCO_EF_WRITES_TO_FD)); }
FALCO_GETTER(EvtIoDir) {
  const EventInfo& info = context.event->info();
  if (info.has(FALCO_EF_WRITES_TO_FD)) return text(arena, "write");
  return info.has(FALCO_EF_READS_FROM_FD) ? text(arena, "read") : missing();
}
FALCO_GETTER(EvtIsWait) { return boolean(arena, context.event->info().has(FALCO_EF_WAITS)); }
FALCO_GETTER(EvtIsSyslog) {
  const bool writes = context.event->info().has(FALCO_EF_WRITES_TO_FD);
  return boolean(arena, writes && context.fd && context.fd->name.find("/dev/log") != std::string::npos);
}

FALCO_GETTER(EvtCount) { return uinteger(arena, 1); }
FALCO_GETTER(EvtCountError) {
  int64_t value = 0;
  return return_value(*context.event, value) ? uinteger(arena, value < 0 ? 1 : 0) : missing();
}
FALCO_GETTER(EvtCountErrorFile) { return error_count(context, arena, ErrorKind::File); }
FALCO_GETTER(EvtCountErrorNet) { return error_count(context, arena, ErrorKind::Net); }
FALCO_GETTER(EvtCountErrorMemory) { return error_count(context, arena, ErrorKind::Memory); }
FALCO_GETTER(EvtCountErrorOther) { return error_count(context, arena, ErrorKind::Other); }
FALCO_GETTER(EvtCountExit) { return context.event->is_exit() ? uinteger(arena, 1) : missing(); }
FALCO_GETTER(EvtCountProcinfo) {
  const bool procinfo = context.event->code == EventCode::PROCINFO_E;
  return uinteger(arena, procinfo && context.thread && context.thread->is_main() ? 1 : 0);
}
FALCO_GETTER(EvtCountThreadinfo) {
  return uinteger(arena, context.event->code == EventCode::PROCINFO_E ? 1 : 0);
}

// Distance in milliseconds, rounded up. `evt.around[T] = D` means a distance of at most D: the compiler writes it as `<=`.
FALCO_GETTER(EvtAround) {
  const uint64_t ts = context.event->ts_ns;
  const auto centre = static_cast<uint64_t>(use.index);
  const uint64_t distance_ns = ts > centre ? ts - centre : centre - ts;
  return uinteger(arena, distance_ns / 1'000'000 + (distance_ns % 1'000'000 != 0 ? 1 : 0));
}

bool LiveFields::open_mode_shorthand(uint64_t& number) const {
  number = static_cast<uint64_t>(context_.event->code) << 32 | (open_flags(*context_.event) & UINT32_MAX);
  return true;
}

FALCO_GETTER(EvtIsOpenRead) { return boolean(arena, (open_flags(*context.event) & open_flag::kRdOnly) != 0); }
FALCO_GETTER(EvtIsOpenWrite) { return boolean(arena, (open_flags(*context.event) & open_flag::kWrOnly) != 0); }
FALCO_GETTER(EvtIsOpenExec) {
  constexpr uint64_t kAnyExec = 1 | 8 | 64;  // S_IXOTH, S_IXGRP, S_IXUSR
  const OpenParams at = open_params(context.event->code);
  if (at.mode < 0) return boolean(arena, false);
  const bool creates = at.flags < 0 || (open_flags(*context.event) & (open_flag::kCreat | open_flag::kTmpFile)) != 0;
  return boolean(arena, creates && (context.event->uinteger(static_cast<size_t>(at.mode)) & kAnyExec) != 0);
}
FALCO_GETTER(EvtIsOpenCreate) {
  const uint64_t flags = open_flags(*context.event);
  int64_t result = -1;
  const bool opened = return_value(*context.event, result) && result >= 0;
  return boolean(arena, (flags & open_flag::kCreated) != 0 || ((flags & open_flag::kTmpFile) != 0 && opened));
}

FALCO_GETTER(EvtInfraDockerName) { return infra(context, arena, "Event:", std::string_view::npos, 0); }
FALCO_GETTER(EvtInfraDockerContainerId) { return infra(context, arena, "ID:", 12, 0); }
FALCO_GETTER(EvtInfraDockerContainerName) { return infra(context, arena, "name:", std::string_view::npos, 0); }
FALCO_GETTER(EvtInfraDockerContainerImage) { return infra(context, arena, "Image:", std::string_view::npos, '@'); }

FALCO_GETTER(UtilCnt) {
  if (!context.memory) return uinteger(arena, 1);
  return uinteger(arena, ++context.memory->slot(use.slot).count);
}

}  // namespace fvm
