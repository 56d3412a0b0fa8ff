// SPDX-License-Identifier: Apache-2.0
//
// Calls that make, copy or close descriptors, other than sockets: the state reference, sections 9 and 13.

#include <charconv>

#include "vm/state/state_core.h"

namespace fvm {
namespace {

constexpr int64_t kAtFdCwd = -100;
constexpr std::string_view kMissing = "<NA>", kUnknownDirectory = "<UNKNOWN>";
constexpr uint32_t kCreatedBitsAndAbove = ~(open_flag::kCreated - 1);  // known at the end of the call only
constexpr int64_t kDupFd = 1, kSetFd = 3, kDupFdCloExec = 26;          // fcntl_commands
constexpr uint64_t kCloseRangeCloExec = 4, kFdCloExec = 1, kMfdCloExec = 1, kEpollCloExec = 1;

struct OpenCall {
  int64_t dirfd = kAtFdCwd;
  size_t name_param = 0;
  std::string_view name;
  uint32_t flags = 0;
  uint32_t dev = 0;
  uint64_t ino = 0;
  bool has_directory = true;  ///< the name may be relative
};

uint32_t u32(const EventView& e, size_t i) { return static_cast<uint32_t>(e.uinteger(i)); }
uint32_t u32(Bytes b) { return b.size() == 4 ? load<uint32_t>(b.data()) : 0; }

/// All but the name, which the enter event may tell better.
OpenCall read_call(const EventView& e) {
  OpenCall c;
  switch (e.code) {
    case EventCode::SYSCALL_OPEN_X:
      c.name_param = 1, c.flags = u32(e, 2), c.dev = u32(e, 4), c.ino = e.uinteger(5);
      break;
    case EventCode::SYSCALL_CREAT_X:
      c.name_param = 1, c.dev = u32(e, 3), c.ino = e.uinteger(4);
      if (e.uinteger(5) & 1) c.flags |= open_flag::kUpperLayer;
      if (e.uinteger(5) & 2) c.flags |= open_flag::kLowerLayer;
      break;
    case EventCode::SYSCALL_OPENAT_2_X:
      c.dirfd = e.integer(1, -1), c.name_param = 2, c.flags = u32(e, 3);
      // As the reference: older captures tell the device but no inode, and are taken to tell neither.
      if (e.nparams > 6 && e.has(6)) c.dev = u32(e, 5), c.ino = e.uinteger(6);
      break;
    case EventCode::SYSCALL_OPENAT2_X:
      c.dirfd = e.integer(1, -1), c.name_param = 2, c.flags = u32(e, 3), c.dev = u32(e, 6),
      c.ino = e.uinteger(7);
      break;
    default:  // open_by_handle_at
      c.name_param = 3, c.flags = u32(e, 2), c.dev = u32(e, 4), c.ino = e.uinteger(5), c.has_directory = false;
      break;
  }
  return c;
}

/// What the call was given when it began; another thread may have rewritten the memory since. False where nothing is known.
bool apply_enter(const ThreadEntry& thread, EventCode code, OpenCall& call) {
  if (!thread.enter_valid || !thread.enter.present() || !call.has_directory) return false;
  const bool at = code == EventCode::SYSCALL_OPENAT_2_X || code == EventCode::SYSCALL_OPENAT2_X;
  const std::string_view name = until_nul(thread.enter.param(at ? 1 : 0));
  if (name.empty() || name == kOldMissingText || name == kMissing) return false;
  call.name = name;
  if (code == EventCode::SYSCALL_CREAT_X) return true;
  call.flags = u32(thread.enter.param(at ? 2 : 1)) | (call.flags & kCreatedBitsAndAbove);
  if (!at) return true;
  const Bytes dirfd = thread.enter.param(0);
  if (dirfd.size() == 8) call.dirfd = load<int64_t>(dirfd.data());
  return true;
}

/// What a relative name starts at; may use `room`.
std::string_view base_directory(StateCore& core, ThreadEntry& thread, const OpenCall& call, std::string& room) {
  if (!call.has_directory || call.name.starts_with('/')) return {};
  if (call.dirfd == kAtFdCwd) return core.cwd_of(thread);
  const Fd* directory = core.find_fd(thread, call.dirfd);
  if (!directory) return kUnknownDirectory;
  if (directory->name.empty() || directory->name.back() == '/') return directory->name;
  room = directory->name;
  room += '/';
  return room;
}

void set_cloexec(Fd& fd, bool on) {
  fd.open_flags = on ? fd.open_flags | open_flag::kCloExec : fd.open_flags & ~open_flag::kCloExec;
}

void copy_fd(StateCore& core, Step& step, int64_t number, bool cloexec) {
  const Fd& source = *step.fd;
  if (number == source.fd) {
    step.thread->lastevent_fd = number;
    return set_cloexec(core.edit_fd(step), cloexec);
  }
  Fd* copy = core.begin_fd(step, number, source.name.size() + source.name_raw.size());
  if (!copy) return;
  *copy = source;
  copy->fd = number;
  set_cloexec(*copy, cloexec);
  core.finish_fd(step, *copy);
}

void add_typed(StateCore& core, Step& step, int64_t number, FdType type, uint32_t open_flags) {
  Fd fd;
  fd.fd = number;
  fd.type = type;
  fd.open_flags = open_flags;
  core.add_fd(step, std::move(fd));
}

}  // namespace

void update_open(StateCore& core, Step& step) {
  const int64_t number = step.result();
  if (!step.thread || number < 0) return;  // many opens look for what isn't there
  OpenCall call = read_call(step.event);
  if (!apply_enter(*step.thread, step.event.code, call)) call.name = text_param(step.event, call.name_param);

  // The path is put together first: the record it is for may be the one that the directory's name lies in.
  std::string room;
  const std::string_view path = concat_path(base_directory(core, *step.thread, call, room), call.name, core.path);
  Fd* fd = core.begin_fd(step, number, path.size() + call.name.size());
  if (!fd) return;
  fd->type = (call.flags & open_flag::kDirectory) ? FdType::Directory : FdType::FileV2;
  fd->open_flags = call.flags;
  fd->dev = call.dev;
  fd->ino = call.ino;
  if (call.flags & open_flag::kUpperLayer) fd->flags |= fd_flag::kOverlayUpper;
  if (call.flags & open_flag::kLowerLayer) fd->flags |= fd_flag::kOverlayLower;
  fd->name = path;
  fd->name_raw = call.name;
  step.name_changed = !path.empty();
  core.finish_fd(step, *fd);
}

void update_close(StateCore& core, Step& step) {
  if (!step.fd || step.result() < 0) return;
  core.deferred.what |= StateCore::Deferred::kFd;
  core.deferred.fd_tid = step.thread->tid;
  core.deferred.fd_number = step.fd->fd;
}

void update_close_range(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.thread || step.result() < 0) return;
  const auto first = static_cast<int64_t>(e.uinteger(1)), last = static_cast<int64_t>(e.uinteger(2));
  const auto in_range = [&](const Fd& fd) { return fd.fd >= first && fd.fd <= last; };
  FdTable* table = core.fds_for_writing(*step.thread);
  if (!table) return;
  if ((e.uinteger(3) & kCloseRangeCloExec) == 0) return table->remove_if(in_range);
  for (const auto& [number, fd] : table->all())
    if (in_range(fd) && (fd.open_flags & open_flag::kCloExec) == 0) set_cloexec(*table->edit(number), true);
}

void update_dup(StateCore& core, Step& step) {
  const int64_t number = step.result();
  if (number < 0 || !step.fd) return;
  if (number == 0) step.thread->flags |= thread_flag::kPipeDst;
  if (number == 1) step.thread->flags |= thread_flag::kPipeSrc;
  const bool dup3 = step.event.code == EventCode::SYSCALL_DUP3_X;
  copy_fd(core, step, number, dup3 && (step.event.uinteger(3) & open_flag::kCloExec) != 0);
}

void update_fcntl(StateCore& core, Step& step) {
  const int64_t number = step.result(), command = step.event.integer(2);
  if (number < 0 || !step.fd) return;
  if (command == kDupFd || command == kDupFdCloExec) copy_fd(core, step, number, command == kDupFdCloExec);
  if (command == kSetFd) set_cloexec(core.edit_fd(step), (step.event.uinteger(3) & kFdCloExec) != 0);
}

void update_pipe(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.thread || step.result() < 0) return;
  for (const size_t end : {size_t{1}, size_t{2}}) {
    Fd fd;
    fd.fd = e.integer(end, -1);
    fd.type = FdType::Fifo;
    fd.ino = e.uinteger(3);
    if (e.code == EventCode::SYSCALL_PIPE2_X) fd.open_flags = u32(e, 4);
    if (fd.fd >= 0) core.add_fd(step, std::move(fd));
  }
}

void update_anonymous(StateCore& core, Step& step) {
  const EventView& e = step.event;
  const int64_t number = step.result();
  if (!step.thread || number < 0) return;
  switch (e.code) {
    case EventCode::SYSCALL_EVENTFD_X:
      return add_typed(core, step, number, FdType::Event, 0);
    case EventCode::SYSCALL_EVENTFD2_X:
      return add_typed(core, step, number, FdType::Event, u32(e, 1));
    case EventCode::SYSCALL_SIGNALFD_X:
      return add_typed(core, step, number, FdType::SignalFd, 0);
    case EventCode::SYSCALL_SIGNALFD4_X:
      return add_typed(core, step, number, FdType::SignalFd, u32(e, 1));
    case EventCode::SYSCALL_TIMERFD_CREATE_X:
      return add_typed(core, step, number, FdType::TimerFd, u32(e, 2));
    case EventCode::SYSCALL_INOTIFY_INIT_X:
      return add_typed(core, step, number, FdType::Inotify, 0);
    case EventCode::SYSCALL_INOTIFY_INIT1_X:
      return add_typed(core, step, number, FdType::Inotify, u32(e, 1));
    case EventCode::SYSCALL_USERFAULTFD_X:
      return add_typed(core, step, number, FdType::UserFaultFd, u32(e, 1));
    case EventCode::SYSCALL_IO_URING_SETUP_X:
      return add_typed(core, step, number, FdType::IoUring, 0);
    case EventCode::SYSCALL_EPOLL_CREATE_X:
      return add_typed(core, step, number, FdType::EventPoll, 0);
    case EventCode::SYSCALL_EPOLL_CREATE1_X:
      return add_typed(core, step, number, FdType::EventPoll,
                       (e.uinteger(1) & kEpollCloExec) ? open_flag::kCloExec : 0);
    default:  // bpf; the reference takes the result of every command for a descriptor
      return add_typed(core, step, number, FdType::Bpf, 0);
  }
}

void update_memfd(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.thread || step.result() < 0) return;
  Fd fd;
  fd.fd = step.result();
  fd.type = FdType::MemFd;
  fd.name = text_param(e, 1);
  fd.open_flags = (e.uinteger(2) & kMfdCloExec) ? open_flag::kCloExec : 0;
  step.name_changed = !fd.name.empty();
  core.add_fd(step, std::move(fd));
}

void update_pidfd_open(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.thread || step.result() < 0) return;
  Fd fd;
  fd.fd = step.result();
  fd.type = FdType::PidFd;
  fd.pid = e.integer(1, -1);
  fd.open_flags = open_flag::kCloExec;  // always, by definition of the call
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, fd.pid);
  fd.name = "/proc/" + std::string(digits, end.ptr);
  step.name_changed = true;
  core.add_fd(step, std::move(fd));
}

void update_pidfd_getfd(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.thread || step.result() < 0) return;
  const Fd* pidfd = core.find_fd(*step.thread, e.integer(1, -1));
  ThreadEntry* target = pidfd ? core.threads.find(pidfd->pid) : nullptr;
  const Fd* source = target ? core.find_fd(*target, e.integer(2, -1)) : nullptr;
  if (!source) return;
  Fd copy = *source;
  copy.fd = step.result();
  set_cloexec(copy, true);
  core.add_fd(step, std::move(copy));
}

}  // namespace fvm
