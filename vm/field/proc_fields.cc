// SPDX-License-Identifier: Apache-2.0
//
// proc.* and thread.* of the event's own thread and its main thread. Parents, ancestors and leaders: ancestor_fields.cc.
#include <algorithm>

#include "vm/field/enum_text.h"
#include "vm/field/getters.h"
#include "vm/field/lineage.h"
#include "vm/field/process_text.h"
#include "vm/state/fd_table.h"

namespace fvm {
namespace {

const ExecImage& image(const EvalContext& context) { return *context.thread->image; }
const Thread* main_thread(const EvalContext& context) { return context.state->main_thread(*context.thread); }

ValueList nonzero(Arena& arena, uint64_t value) { return value == 0 ? missing() : uinteger(arena, value); }
ValueList nonzero_int(Arena& arena, uint64_t value) {
  return value == 0 ? missing() : integer(arena, static_cast<int64_t>(value));
}
ValueList id(Arena& arena, int64_t value) {
  return value < -1 || value > int64_t{UINT32_MAX} ? missing() : integer(arena, value);
}
ValueList known_id(Arena& arena, int64_t value) { return value == -1 ? missing() : integer(arena, value); }

ValueList capabilities(Arena& arena, uint64_t bits) {
  TextBuilder names(arena);
  for (const EnumName& row : names_of(EnumTable::capability)) {
    if (row.value > 63 || (bits >> row.value & 1) == 0) continue;
    if (!names.empty()) names.add(' ');
    names.add(row.name);
  }
  return one(arena, Value::text(names.view()));
}

ValueList standard_fd_type(const EvalContext& context, Arena& arena, int64_t number) {
  const Fd* fd = context.state->find_fd(*context.thread, number);
  return fd ? text(arena, fd_type_name(fd->type)) : missing();
}
ValueList standard_fd_name(const EvalContext& context, Arena& arena, int64_t number) {
  const Fd* fd = context.state->find_fd(*context.thread, number);
  return fd ? text(arena, fd->name) : missing();
}

uint64_t fd_count(const EvalContext& context) {
  const Thread* main = main_thread(context);
  const FdTable* table = main ? context.state->fds_of(*main) : nullptr;
  return table ? table->size() : 0;
}
int64_t fd_limit(const EvalContext& context) {
  const Thread* main = main_thread(context);
  return main ? main->fdlimit : 0;
}

bool is_switch(const EventView& event) {
  return event.code == EventCode::SCHEDSWITCH_1_E || event.code == EventCode::SCHEDSWITCH_6_E;
}

/// Time since the previous switch on this cpu that the use saw; 0 for other events and the first switch.
uint64_t exec_time_ns(const FieldUse& use, const EvalContext& context) {
  if (!context.memory || !is_switch(*context.event)) return 0;
  auto& by_cpu = context.memory->slot(use.slot).cpu_ts_ns;
  const size_t cpu = context.event->cpu;
  if (cpu >= by_cpu.size()) by_cpu.resize(cpu + 1);
  const uint64_t previous = by_cpu[cpu];
  by_cpu[cpu] = context.event->ts_ns;
  return previous == 0 ? 0 : context.event->ts_ns - previous;
}

/// Growth of processor time since the thread's previous procinfo event, at most 100.
ValueList cpu_growth(const EvalContext& context, Arena& arena, bool user, bool system) {
  const EventView& event = *context.event;
  if (event.code != EventCode::PROCINFO_E) return missing();
  const Thread& thread = *context.thread;
  if (thread.procinfo_cpu_user == UINT64_MAX) return real(arena, 0);
  const uint64_t before = (user ? thread.procinfo_cpu_user : 0) + (system ? thread.procinfo_cpu_sys : 0);
  const uint64_t now = (user ? event.uinteger(0) : 0) + (system ? event.uinteger(1) : 0);
  return real(arena, now > before ? static_cast<double>(std::min<uint64_t>(now - before, 100)) : 0);
}

}  // namespace

std::string_view env_value(const ExecImage& process, std::string_view name) {
  for (const std::string& entry : process.env) {
    if (entry.size() <= name.size() + 1 || !entry.starts_with(name) || entry[name.size()] != '=') continue;
    std::string_view value = std::string_view(entry).substr(name.size() + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    while (!value.empty() && value.back() == ' ') value.remove_suffix(1);
    return value;
  }
  return {};
}

std::string_view join_words(const std::vector<std::string>& words, Arena& arena) {
  if (words.size() == 1) return words[0];
  TextBuilder joined(arena);
  for (const std::string& word : words) {
    if (&word != &words[0]) joined.add(' ');
    joined.add(word);
  }
  return joined.view();
}

FALCO_GETTER(ThreadTid) { return id(arena, context.event->tid); }
FALCO_GETTER(ProcPid) { return id(arena, context.thread->pid); }
FALCO_GETTER(ThreadVtid) { return known_id(arena, context.thread->vtid); }
FALCO_GETTER(ProcVpid) { return known_id(arena, context.thread->vpid); }
FALCO_GETTER(ThreadIsmain) { return boolean(arena, context.thread->is_main()); }
FALCO_GETTER(ThreadNametid) {
  TextBuilder name(arena);
  name.add(image(context).comm).add_int(context.event->tid);
  return text(arena, name.view());
}

FALCO_GETTER(ProcName) { return text(arena, image(context).comm); }
FALCO_GETTER(ProcExe) { return text(arena, image(context).exe); }
FALCO_GETTER(ProcExepath) { return text(arena, image(context).exepath); }
FALCO_GETTER(ProcCmdline) { return text(arena, image(context).cmdline); }
FALCO_GETTER(ProcArgs) {
  const auto& args = image(context).args;
  if (use.arg != FieldArg::Index) return text(arena, join_words(args, arena));
  if (use.index < 0 || static_cast<uint64_t>(use.index) >= args.size()) return text(arena, "");
  return text(arena, args[static_cast<size_t>(use.index)]);
}
FALCO_GETTER(ProcExeline) {
  TextBuilder line(arena);
  line.add(image(context).exe).add(' ').add(join_words(image(context).args, arena));
  return text(arena, line.view());
}
FALCO_GETTER(ProcCmdnargs) { return uinteger(arena, image(context).args.size()); }
FALCO_GETTER(ProcCmdlenargs) {
  uint64_t bytes = 0;
  for (const std::string& arg : image(context).args) bytes += arg.size();
  return uinteger(arena, bytes);
}

FALCO_GETTER(ProcEnv) {
  const Thread* main = main_thread(context);
  if (!main) return text(arena, "");
  if (use.arg == FieldArg::Key) return text(arena, env_value(*main->image, use.key));
  return text(arena, join_words(main->image->env, arena));
}
FALCO_GETTER(ProcCwd) { return text(arena, context.state->cwd_of(*context.thread)); }
FALCO_GETTER(ProcTty) { return uinteger(arena, context.thread->tty); }
FALCO_GETTER(ProcLoginshellid) {
  int64_t shell = -1;
  const auto check = [&](const Thread& thread) {
    if (std::string_view(thread.image->comm).ends_with("sh")) shell = thread.pid;
    return true;
  };
  const Thread* main = main_thread(context);
  check(main ? *main : *context.thread);
  for_each_ancestor(*context.state, *context.thread, check);
  return known_id(arena, shell);
}

FALCO_GETTER(ProcSid) { return integer(arena, context.thread->sid); }
FALCO_GETTER(ProcVpgid) { return integer(arena, context.thread->vpgid); }
FALCO_GETTER(ProcPgid) { return integer(arena, context.thread->pgid); }
FALCO_GETTER(ProcIsSidLeader) { return boolean(arena, context.thread->sid == context.thread->vpid); }
FALCO_GETTER(ProcIsVpgidLeader) { return boolean(arena, context.thread->vpgid == context.thread->vpid); }
FALCO_GETTER(ProcIsPgidLeader) { return boolean(arena, context.thread->pgid == context.thread->pid); }

FALCO_GETTER(ProcDuration) {
  const uint64_t started = context.thread->clone_ts;
  return started == 0 ? missing() : uinteger(arena, context.event->ts_ns - started);
}
FALCO_GETTER(ProcPidTs) { return nonzero(arena, context.thread->clone_ts); }
FALCO_GETTER(ProcPidnsInitStartTs) { return nonzero(arena, context.thread->pidns_init_start_ts); }

FALCO_GETTER(ProcIsExeWritable) { return boolean(arena, image(context).exe_writable); }
FALCO_GETTER(ProcIsExeUpperLayer) { return boolean(arena, image(context).exe_upper_layer); }
FALCO_GETTER(ProcIsExeLowerLayer) { return boolean(arena, image(context).exe_lower_layer); }
FALCO_GETTER(ProcIsExeFromMemfd) { return boolean(arena, image(context).exe_from_memfd); }
FALCO_GETTER(ProcExeIno) { return nonzero_int(arena, image(context).exe_ino); }
FALCO_GETTER(ProcExeInoCtime) { return nonzero(arena, image(context).exe_ino_ctime); }
FALCO_GETTER(ProcExeInoMtime) { return nonzero(arena, image(context).exe_ino_mtime); }
FALCO_GETTER(ProcExeInoCtimeDurationProcStart) {
  const uint64_t age = context.thread->exe_ino_ctime_duration_clone_ts;
  return age > uint64_t{INT64_MAX} ? missing() : nonzero(arena, age);  // changed after the process had started: no age
}
FALCO_GETTER(ProcExeInoCtimeDurationPidnsStart) {
  return nonzero(arena, context.thread->exe_ino_ctime_duration_pidns_start);
}

FALCO_GETTER(ThreadCapPermitted) { return capabilities(arena, context.thread->cap_permitted); }
FALCO_GETTER(ThreadCapInheritable) { return capabilities(arena, context.thread->cap_inheritable); }
FALCO_GETTER(ThreadCapEffective) { return capabilities(arena, context.thread->cap_effective); }

FALCO_GETTER(ProcFdopencount) { return uinteger(arena, fd_count(context)); }
FALCO_GETTER(ProcFdlimit) { return integer(arena, fd_limit(context)); }
FALCO_GETTER(ProcFdusage) {
  const int64_t limit = fd_limit(context);
  if (limit <= 0) return real(arena, 0);
  return real(arena, std::min(100.0, 100.0 * static_cast<double>(fd_count(context)) / static_cast<double>(limit)));
}

FALCO_GETTER(ProcVmsize) { return uinteger(arena, context.thread->vmsize_kb); }
FALCO_GETTER(ProcVmrss) { return uinteger(arena, context.thread->vmrss_kb); }
FALCO_GETTER(ProcVmswap) { return uinteger(arena, context.thread->vmswap_kb); }
FALCO_GETTER(ThreadPfmajor) { return uinteger(arena, context.thread->pfmajor); }
FALCO_GETTER(ThreadPfminor) { return uinteger(arena, context.thread->pfminor); }
FALCO_GETTER(ThreadVmsize) { return uinteger(arena, context.thread->is_main() ? context.thread->vmsize_kb : 0); }
FALCO_GETTER(ThreadVmrss) { return uinteger(arena, context.thread->is_main() ? context.thread->vmrss_kb : 0); }
FALCO_GETTER(ThreadVmsizeB) {
  return uinteger(arena, context.thread->is_main() ? uint64_t{1024} * context.thread->vmsize_kb : 0);
}
FALCO_GETTER(ThreadVmrssB) {
  return uinteger(arena, context.thread->is_main() ? uint64_t{1024} * context.thread->vmrss_kb : 0);
}

FALCO_GETTER(ProcNthreads) { return uinteger(arena, context.state->live_threads(*context.thread)); }
FALCO_GETTER(ProcNchilds) {
  const uint64_t threads = context.state->live_threads(*context.thread);
  return uinteger(arena, threads != 0 && context.state->group_leader_alive(*context.thread) ? threads - 1 : threads);
}

FALCO_GETTER(ThreadCgroups) {
  const Cgroups& cgroups = *context.thread->cgroups;
  if (cgroups.empty()) return missing();
  TextBuilder joined(arena);
  for (const auto& [subsystem, path] : cgroups) {
    if (!joined.empty()) joined.add(' ');
    joined.add(subsystem).add('=').add(path);
  }
  return text(arena, joined.view());
}
FALCO_GETTER(ThreadCgroup) {
  for (const auto& [subsystem, path] : *context.thread->cgroups)
    if (subsystem == use.key) return text(arena, path);
  return missing();
}

FALCO_GETTER(ThreadExectime) { return uinteger(arena, exec_time_ns(use, context)); }
FALCO_GETTER(ThreadTotexectime) {
  const uint64_t now = exec_time_ns(use, context);
  if (!context.memory) return uinteger(arena, now);
  auto& sums = context.memory->slot(use.slot).thread_sum_ns;
  const auto known = sums.find(context.event->tid);
  if (known != sums.end()) return uinteger(arena, known->second += now);
  if (now != 0 && sums.size() < limits::kThreads) sums.emplace(context.event->tid, now);
  return uinteger(arena, now);
}
FALCO_GETTER(ThreadCpu) { return cpu_growth(context, arena, true, true); }
FALCO_GETTER(ThreadCpuUser) { return cpu_growth(context, arena, true, false); }
FALCO_GETTER(ThreadCpuSystem) { return cpu_growth(context, arena, false, true); }

FALCO_GETTER(ProcStdinType) { return standard_fd_type(context, arena, 0); }
FALCO_GETTER(ProcStdoutType) { return standard_fd_type(context, arena, 1); }
FALCO_GETTER(ProcStderrType) { return standard_fd_type(context, arena, 2); }
FALCO_GETTER(ProcStdinName) { return standard_fd_name(context, arena, 0); }
FALCO_GETTER(ProcStdoutName) { return standard_fd_name(context, arena, 1); }
FALCO_GETTER(ProcStderrName) { return standard_fd_name(context, arena, 2); }

}  // namespace fvm
