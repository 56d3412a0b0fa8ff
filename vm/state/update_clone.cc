// SPDX-License-Identifier: Apache-2.0
//
// clone, fork, vfork, clone3: the state reference, section 6. Parent and child both report; the parent's report is
// preferred where its numbers can be trusted, and either may come first.

#include <algorithm>

#include "vm/state/state_core.h"
#include "vm/state/text_list.h"

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
  kFlags,
  kUid,
  kGid,
  kVtid,
  kVpid,
  kPidnsStart,
};
constexpr uint64_t kStaleAfterNs = 2'000'000'000;

bool lists_equal(const std::vector<std::string>& list, std::string_view wire) {
  size_t i = 0;
  bool equal = true;
  for_each_item(wire, [&](std::string_view item) {
    equal = i < list.size() && list[i++] == item;
    return equal;
  });
  return equal && i == list.size();
}

std::string_view comm_of(const EventView& e) { return e.has(kComm) ? text_param(e, kComm) : text_param(e, kExe); }

/// exe, comm and args of the event on top of `image`.
ExecImage with_command(ExecImage image, const EventView& e) {
  image.exe = stored_text(text_param(e, kExe));
  image.comm = stored_text(comm_of(e));
  image.args = split_list(as_text(e.param(kArgs)));
  image.cmdline = join_cmdline(image);
  return image;
}

bool same_command(const ExecImage& image, const EventView& e) {
  return image.exe == text_param(e, kExe) && image.comm == comm_of(e) &&
         lists_equal(image.args, as_text(e.param(kArgs)));
}

void set_command(StateCore& core, ThreadEntry& thread, const EventView& e) {
  if (same_command(*thread.image, e)) return;
  core.set_image(thread, with_command(*thread.image, e));
  core.generations.touch_lineage(thread);
}

/// What a child has from its creator beyond what the event says.
void inherit(ThreadEntry& child, const ThreadEntry& source) {
  child.root = source.root;
  child.sid = source.sid;
  child.vpgid = source.vpgid;
  child.pgid = source.pgid;
  child.tty = source.tty;
  child.loginuid = source.loginuid;
  child.cap_inheritable = source.cap_inheritable;
  child.cap_permitted = source.cap_permitted;
  child.cap_effective = source.cap_effective;
  child.exe_ino_ctime_duration_clone_ts = source.exe_ino_ctime_duration_clone_ts;
}

/// `source`: whom the child takes after; null when the event doesn't tell.
void build_child(StateCore& core, ThreadEntry& child, ThreadEntry* source, bool source_valid, const EventView& e) {
  if (source_valid) {
    child.image = source->image;
    inherit(child, *source);
  }
  set_command(core, child, e);
  if (child.flags & thread_flag::kCloneThread) {
    child.flags |= thread_flag::kCloneFiles;
    if (source) child.lastexec_ts = source->lastexec_ts;
  } else if (source) {
    FdTable* table = core.fds_of(*source);
    ThreadEntry* owner = table == source->fds.get() ? source : ThreadTable::main_of(*source);
    if (table && owner) child.fds = owner->fds;  // shared until one of the two writes
    if (source_valid) child.cwd = core.cwd_of(*source);
    // The environment is the calling thread's own; only main threads hold one.
    if (source_valid && !source->is_main() && !child.image->env.empty()) {
      ExecImage image = *child.image;
      image.env.clear();
      core.set_image(child, std::move(image));
    }
  }
  if (e.has(kFdLimit)) child.fdlimit = e.integer(kFdLimit);
  if (e.has(kVmSwap)) {
    child.pfmajor = e.uinteger(kMajorFaults);
    child.pfminor = e.uinteger(kMinorFaults);
    child.vmsize_kb = static_cast<uint32_t>(e.uinteger(kVmSize));
    child.vmrss_kb = static_cast<uint32_t>(e.uinteger(kVmRss));
    child.vmswap_kb = static_cast<uint32_t>(e.uinteger(kVmSwap));
  }
  child.uid = static_cast<uint32_t>(e.uinteger(kUid, UINT32_MAX));
  child.gid = static_cast<uint32_t>(e.uinteger(kGid, UINT32_MAX));
  if (e.has(kCgroups)) core.set_cgroups(child, as_text(e.param(kCgroups)));
  core.refresh_container_id(child);
  child.clone_ts = e.ts_ns;
}

void repair(StateCore& core, ThreadEntry& thread, int64_t pid, int64_t ptid, int64_t vtid, int64_t vpid) {
  thread.pid = pid;
  thread.ptid = ptid;
  thread.vtid = vtid;
  thread.vpid = vpid;
  if (!thread.is_invalid()) core.threads.link(thread);
}

/// The parent can't tell which record is meant, or comes too late; the child's own report will make it.
bool leave_to_child(const StateCore& core, const ThreadEntry& caller, int64_t child_tid, const EventView& e) {
  const uint64_t flags = e.uinteger(kFlags);
  using namespace thread_flag;
  return (flags & (kChildInPidns | kCloneNewPid | kCloneParent | kCloneVfork)) != 0 || caller.tid != caller.vtid ||
         e.code == EventCode::SYSCALL_VFORK_20_X || core.recent_exits.contains(caller.tid, child_tid, e.ts_ns);
}

/// The thread that reports as parent. One that nobody knew takes its numbers from the report.
ThreadEntry* reporting_parent(StateCore& core, const EventView& e, bool& was_valid) {
  ThreadEntry* caller = core.threads.get(e.tid);
  if (!caller) return nullptr;
  was_valid = !caller->is_invalid();
  if (was_valid) return caller;
  const bool has_virtual = e.has(kVpid);
  repair(core, *caller, e.integer(kPid, -1), e.integer(kPtid, -1), has_virtual ? e.integer(kVtid, -1) : caller->tid,
         has_virtual ? e.integer(kVpid, -1) : -1);
  return caller;
}

void update_from_parent(StateCore& core, Step& step, int64_t child_tid) {
  const EventView& e = step.event;
  bool caller_valid = false;
  ThreadEntry* caller = reporting_parent(core, e, caller_valid);
  if (!caller || child_tid == caller->tid || leave_to_child(core, *caller, child_tid, e)) return;

  if (const ThreadEntry* present = core.threads.find(child_tid)) {
    if (present->flags & thread_flag::kCloneInverted) return;
    core.threads.remove(child_tid);
    caller = reporting_parent(core, e, caller_valid);  // it may have gone with the last thread of a dead process
    if (!caller) return;
    if (step.thread) step.thread = caller;
  }

  auto child = core.threads.make(child_tid);
  child->flags = static_cast<uint32_t>(e.uinteger(kFlags));
  const bool is_thread = (child->flags & thread_flag::kCloneThread) != 0;
  child->pid = is_thread ? caller->pid : child_tid;
  child->ptid = is_thread ? caller->ptid : caller->tid;
  child->vtid = child->tid;
  child->vpid = child->pid;
  child->pidns_init_start_ts = core.boot_ts_ns();
  if (!caller_valid) set_command(core, *caller, e);
  build_child(core, *child, caller, caller_valid, e);
  core.threads.add(std::move(child));
}

void update_from_child(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (const ThreadEntry* present = core.threads.find(e.tid)) {
    const bool fresh = e.ts_ns < present->clone_ts || e.ts_ns - present->clone_ts < kStaleAfterNs;
    if (present->clone_ts != 0 && fresh) return;
    core.threads.remove(e.tid);
  }
  auto child = core.threads.make(e.tid);
  child->pid = e.integer(kPid, -1);
  child->ptid = e.integer(kPtid, -1);
  const bool has_virtual = e.has(kVpid);
  child->vtid = has_virtual ? e.integer(kVtid, -1) : child->tid;
  child->vpid = has_virtual ? e.integer(kVpid, -1) : -1;
  child->flags = static_cast<uint32_t>(e.uinteger(kFlags)) | thread_flag::kCloneInverted;
  const bool is_thread = (child->flags & thread_flag::kCloneThread) != 0;

  step.thread = nullptr;
  const int64_t source_tid = is_thread ? child->pid : child->ptid;
  ThreadEntry* source = source_tid >= 0 ? core.threads.get(source_tid) : nullptr;
  const bool source_valid = source && !source->is_invalid();
  if (source && !source_valid && is_thread) {
    repair(core, *source, child->pid, child->ptid, child->vpid, child->vpid);
    set_command(core, *source, e);
  }
  const bool in_namespace =
      (child->flags & (thread_flag::kChildInPidns | thread_flag::kCloneNewPid)) != 0 || child->tid != child->vtid;
  child->pidns_init_start_ts = core.boot_ts_ns() + (in_namespace && e.has(kPidnsStart) ? e.uinteger(kPidnsStart) : 0);
  build_child(core, *child, source, source_valid, e);
  step.thread = core.threads.add(std::move(child));
}

}  // namespace

void update_clone(StateCore& core, Step& step) {
  const int64_t result = step.result();
  if (result < 0) return;
  if (result == 0) return update_from_child(core, step);
  update_from_parent(core, step, result);
}

}  // namespace fvm
