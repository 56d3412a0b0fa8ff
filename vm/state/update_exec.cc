// SPDX-License-Identifier: Apache-2.0
//
// execve, execveat and the end of threads: the state reference, sections 7 and 8.

#include "vm/state/state_core.h"

namespace fvm {
namespace {

enum : size_t {
  kExe = 1,
  kArgs,
  kTid,
  kPid,
  kPtid,
  kCwd,
  kFdLimit,
  kMajorFaults,
  kMinorFaults,
  kVmSize,
  kVmRss,
  kVmSwap,
  kComm,
  kCgroups,
  kEnv,
  kTty,
  kVpgid,
  kLoginUid,
  kFlags,
  kCapInheritable,
  kCapPermitted,
  kCapEffective,
  kExeIno,
  kExeCtime,
  kExeMtime,
  kUid,
  kTrustedExepath,
  kPgid,
  kGid,
};
enum : uint32_t { kExeWritable = 1u << 0, kExeUpperLayer = 1u << 1, kExeFromMemfd = 1u << 2, kExeLowerLayer = 1u << 3 };
constexpr int64_t kAtFdCwd = -100;
constexpr uint64_t kAtEmptyPath = 1u << 0;
constexpr std::string_view kMissing = "<NA>";

std::string_view enter_text(const StoredEnter& enter, size_t i) {
  const std::string_view text = until_nul(enter.param(i));
  return text.empty() || text == kOldMissingText ? kMissing : text;
}

int64_t enter_integer(const StoredEnter& enter, size_t i) {
  const Bytes b = enter.param(i);
  if (b.size() == 8) return load<int64_t>(b.data());
  return b.size() == 4 ? load<int32_t>(b.data()) : 0;
}

/// The executable's path as far as the enter event tells it; old captures have nothing better.
std::string path_from_enter(StateCore& core, ThreadEntry& thread) {
  const StoredEnter& enter = thread.enter;
  if (thread.last_enter == EventCode::SYSCALL_EXECVE_19_E) {
    const std::string_view name = enter_text(enter, 0);
    return name == kMissing ? std::string(kMissing) : concat_path(core.cwd_of(thread), name);
  }
  const int64_t dirfd = enter_integer(enter, 0);
  const std::string_view name = enter_text(enter, 1);
  const bool by_descriptor = (static_cast<uint64_t>(enter_integer(enter, 2)) & kAtEmptyPath) != 0;
  if (name == kMissing && !by_descriptor) return std::string(kMissing);
  if (!by_descriptor && name.starts_with('/')) return concat_path({}, name);
  if (dirfd == kAtFdCwd) return concat_path(core.cwd_of(thread), by_descriptor ? std::string_view(".") : name);
  const Fd* directory = core.find_fd(thread, dirfd);
  if (!directory) return std::string(kMissing);
  if (by_descriptor) return directory->name;
  std::string base = directory->name;
  if (!base.empty() && base.back() != '/') base += '/';
  return concat_path(base, name);
}

ExecImage new_image(StateCore& core, ThreadEntry& thread, const EventView& e) {
  const ExecImage& old = *thread.image;
  ExecImage image;
  image.exe = stored_text(text_param(e, kExe));
  image.comm = stored_text(e.has(kComm) ? text_param(e, kComm) : text_param(e, kExe));
  image.args = split_list(as_text(e.param(kArgs)));
  image.cmdline = join_cmdline(image);
  image.env = e.has(kEnv) ? split_list(as_text(e.param(kEnv))) : old.env;

  if (const std::string_view trusted = text_param(e, kTrustedExepath); trusted != kMissing)
    image.exepath = stored_text(trusted);
  else if (thread.enter_valid && thread.enter.present())
    image.exepath = path_from_enter(core, thread);
  else
    image.exepath = old.exepath;
  image.exepath.resize(without_deleted_mark(image.exepath).size());

  const uint64_t known = (old.exe_writable ? kExeWritable : 0u) | (old.exe_upper_layer ? kExeUpperLayer : 0u) |
                         (old.exe_from_memfd ? kExeFromMemfd : 0u) | (old.exe_lower_layer ? kExeLowerLayer : 0u);
  const uint64_t flags = e.uinteger(kFlags, known);
  image.exe_writable = (flags & kExeWritable) != 0;
  image.exe_upper_layer = (flags & kExeUpperLayer) != 0;
  image.exe_from_memfd = (flags & kExeFromMemfd) != 0;
  image.exe_lower_layer = (flags & kExeLowerLayer) != 0;
  image.exe_ino = old.exe_ino;
  image.exe_ino_ctime = old.exe_ino_ctime;
  image.exe_ino_mtime = old.exe_ino_mtime;
  if (e.has(kExeMtime)) {
    image.exe_ino = e.uinteger(kExeIno);
    image.exe_ino_ctime = e.uinteger(kExeCtime);
    image.exe_ino_mtime = e.uinteger(kExeMtime);
    if (thread.clone_ts != 0) thread.exe_ino_ctime_duration_clone_ts = thread.clone_ts - image.exe_ino_ctime;
    if (thread.pidns_init_start_ts != 0 && image.exe_ino_ctime > thread.pidns_init_start_ts)
      thread.exe_ino_ctime_duration_pidns_start = image.exe_ino_ctime - thread.pidns_init_start_ts;
  }
  return image;
}

bool closes_on_exec(const Fd& fd) { return (fd.open_flags & open_flag::kCloExec) != 0; }

bool any_closes_on_exec(const FdTable& table) {
  for (const auto& [number, fd] : table.all())
    if (closes_on_exec(fd)) return true;
  return false;
}

void set_credentials(ThreadEntry& t, const EventView& e) {
  if (e.has(kTty)) t.tty = static_cast<uint32_t>(e.uinteger(kTty));
  if (e.has(kVpgid)) t.vpgid = e.integer(kVpgid, -1);
  if (e.has(kLoginUid)) t.loginuid = static_cast<uint32_t>(e.uinteger(kLoginUid, UINT32_MAX));
  if (e.has(kCapEffective)) {
    t.cap_inheritable = e.uinteger(kCapInheritable);
    t.cap_permitted = e.uinteger(kCapPermitted);
    t.cap_effective = e.uinteger(kCapEffective);
  }
  if (e.has(kUid)) t.uid = static_cast<uint32_t>(e.uinteger(kUid, UINT32_MAX));
  t.pgid = e.integer(kPgid, -1);
  if (e.has(kGid)) t.gid = static_cast<uint32_t>(e.uinteger(kGid, UINT32_MAX));
}

void set_resources(ThreadEntry& t, const EventView& e) {
  if (e.has(kFdLimit)) t.fdlimit = e.integer(kFdLimit);
  if (!e.has(kVmSwap)) return;
  t.pfmajor = e.uinteger(kMajorFaults);
  t.pfminor = e.uinteger(kMinorFaults);
  t.vmsize_kb = static_cast<uint32_t>(e.uinteger(kVmSize));
  t.vmrss_kb = static_cast<uint32_t>(e.uinteger(kVmRss));
  t.vmswap_kb = static_cast<uint32_t>(e.uinteger(kVmSwap));
}

}  // namespace

void update_exec(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (step.result() < 0 || !step.thread) return;
  const int64_t pid = e.integer(kPid, step.thread->pid);
  if (!step.thread->is_main() && step.thread->group && pid != step.thread->pid) {
    // A thread of another process had this number; its end and the start of this process were lost.
    core.threads.remove(e.tid);
    step.thread = core.threads.get(e.tid);
    if (!step.thread) return;
  }
  ThreadEntry& t = *step.thread;
  core.threads.revive(t);  // a secondary thread's exec kills the leader and takes over its number

  t.lastexec_ts = e.ts_ns;
  if (!t.group) {
    t.pid = pid;
    t.ptid = e.integer(kPtid, -1);
    if ((t.flags & thread_flag::kChildInPidns) == 0) {
      t.vtid = t.tid;
      t.vpid = t.pid;
    }
    if (!t.is_invalid()) core.threads.link(t);
  }
  set_resources(t, e);
  if (e.has(kCgroups)) core.set_cgroups(t, as_text(e.param(kCgroups)));
  set_credentials(t, e);
  core.set_image(t, new_image(core, t, e));
  core.refresh_container_id(t);

  if (const FdTable* table = core.fds_of(t); table && any_closes_on_exec(*table))
    core.fds_for_writing(t)->remove_if(closes_on_exec);

  using namespace thread_flag;
  t.flags = kNameChanged | (t.flags & (kPipeSrc | kPipeDst | kMainThread | kCloneInverted));
  core.generations.touch_process(t);
  core.generations.touch_lineage(t);
  if (t.group) {
    const auto group = t.group;  // stays while its members go
    core.threads.remove_secondary(*group, t);
    step.thread = core.threads.find(e.tid);
  }
}

void update_procexit(StateCore& core, Step& step) {
  core.deferred.what |= StateCore::Deferred::kThread;
  core.deferred.tid = step.event.tid;
  if (!step.thread) return;
  core.threads.mark_dead(*step.thread);
  if (step.thread->first_child) step.thread->reaper_tid = step.event.integer(4, -1);
}

}  // namespace fvm
