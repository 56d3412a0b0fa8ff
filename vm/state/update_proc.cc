// SPDX-License-Identifier: Apache-2.0
//
// What else changes a process: directories, credentials, limits, memory figures. The state reference, section 14.

#include "vm/state/state_core.h"

namespace fvm {
namespace {

constexpr uint64_t kAllCapabilities = (uint64_t{1} << 41) - 1;
constexpr int64_t kRlimitNofile = 7;
constexpr int64_t kSetChildSubreaper = 36, kGetChildSubreaper = 37;

bool succeeded(const Step& step) { return step.thread && step.result() >= 0; }

/// The new directory is kept in the main thread, but a relative one is taken from what the calling thread itself has
/// stored, as the reference does; for secondary threads that is nothing.
void change_directory(StateCore& core, Step& step, std::string_view path) {
  ThreadEntry* main = ThreadTable::main_of(*step.thread);
  if (!main) return;
  std::string cwd = concat_path(step.thread->cwd, path);
  if (cwd.empty() || cwd.back() != '/') cwd += '/';
  if (cwd == main->cwd) return;
  main->cwd = std::move(cwd);
  core.threads.recharge(*main);
  core.generations.touch_with_group(*step.thread);
}

/// The last of the ids a set*id call gives that is in effect.
size_t effective_id(const EventView& e) {
  return e.code == EventCode::SYSCALL_SETUID_X || e.code == EventCode::SYSCALL_SETGID_X ? 1 : 2;
}

void set_id(StateCore& core, Step& step, uint32_t Thread::*id) {
  const size_t parameter = effective_id(step.event);
  if (!step.thread || step.result() != 0 || !step.event.has(parameter)) return;
  // -1, which leaves the id as it is, is taken over too, as the reference does.
  step.thread->*id = static_cast<uint32_t>(step.event.uinteger(parameter));
  core.generations.touch_process(*step.thread);
}

void set_if_present(uint32_t& out, const EventView& e, size_t i) {
  if (e.has(i)) out = static_cast<uint32_t>(e.uinteger(i));
}

}  // namespace

void update_chdir(StateCore& core, Step& step) {
  if (succeeded(step) && step.event.has(1)) change_directory(core, step, step.event.text(1));
}

void update_fchdir(StateCore& core, Step& step) {
  if (succeeded(step) && step.fd) change_directory(core, step, step.fd->name);
}

void update_chroot(StateCore& core, Step& step) {
  if (!succeeded(step)) return;
  if (step.event.has(1)) {
    step.thread->root = concat_path(core.cwd_of(*step.thread), step.event.text(1));
    core.threads.recharge(*step.thread);
  }
  core.generations.touch_process(*step.thread);
  core.refresh_container_id(*step.thread);
}

void update_setuid(StateCore& core, Step& step) { set_id(core, step, &Thread::uid); }
void update_setgid(StateCore& core, Step& step) { set_id(core, step, &Thread::gid); }

void update_setsid(StateCore& core, Step& step) {
  if (!succeeded(step)) return;
  step.thread->sid = step.result();
  core.generations.touch_process(*step.thread);
  core.generations.touch_lineage(*step.thread);
}

void update_capset(StateCore& core, Step& step) {
  const EventView& e = step.event;
  if (!step.thread || step.result() != 0) return;
  if (e.has(1)) step.thread->cap_inheritable = e.uinteger(1);
  if (e.has(2)) step.thread->cap_permitted = e.uinteger(2);
  if (e.has(3)) step.thread->cap_effective = e.uinteger(3);
  core.generations.touch_process(*step.thread);
}

void update_namespaces(StateCore& core, Step& step) {
  const size_t flags = step.event.code == EventCode::SYSCALL_UNSHARE_X ? 1 : 2;
  if (!succeeded(step) || (step.event.uinteger(flags) & thread_flag::kCloneNewUser) == 0) return;
  step.thread->cap_inheritable = step.thread->cap_permitted = step.thread->cap_effective = kAllCapabilities;
  core.generations.touch_process(*step.thread);
}

void update_prctl(StateCore&, Step& step) {
  const int64_t option = step.event.integer(1);
  if (!succeeded(step) || !step.thread->group) return;
  if (option == kSetChildSubreaper || option == kGetChildSubreaper)
    step.thread->group->reaper = step.event.integer(3) != 0;
}

void update_rlimit(StateCore& core, Step& step) {
  const EventView& e = step.event;
  const bool any_process = e.code == EventCode::SYSCALL_PRLIMIT_X;
  if (!succeeded(step) || e.integer(any_process ? 6 : 3, -1) != kRlimitNofile) return;
  const int64_t limit = e.integer(1, -1);
  if (limit == -1) return;
  const int64_t target = any_process ? e.integer(5) : 0;
  ThreadEntry* thread = target == 0 ? step.thread : core.threads.find(target);
  ThreadEntry* main = thread ? ThreadTable::main_of(*thread) : nullptr;
  if (main) main->fdlimit = limit;
}

void update_memory(StateCore&, Step& step) {
  if (!step.thread) return;
  set_if_present(step.thread->vmsize_kb, step.event, 1);
  set_if_present(step.thread->vmrss_kb, step.event, 2);
  set_if_present(step.thread->vmswap_kb, step.event, 3);
}

void update_switch(StateCore&, Step& step) {
  const EventView& e = step.event;
  if (!step.thread) return;
  if (e.has(1)) step.thread->pfmajor = e.uinteger(1);
  if (e.has(2)) step.thread->pfminor = e.uinteger(2);
  ThreadEntry* main = ThreadTable::main_of(*step.thread);
  if (!main) return;
  set_if_present(main->vmsize_kb, e, 3);
  set_if_present(main->vmrss_kb, e, 4);
  set_if_present(main->vmswap_kb, e, 5);
}

void update_procinfo(StateCore& core, Step& step) {
  if (!step.thread) return;
  core.deferred.what |= StateCore::Deferred::kProcinfo;
  core.deferred.procinfo_tid = step.thread->tid;
  core.deferred.procinfo_user = step.event.uinteger(0);
  core.deferred.procinfo_system = step.event.uinteger(1);
}

}  // namespace fvm
