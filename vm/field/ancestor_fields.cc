// SPDX-License-Identifier: Apache-2.0
//
// Parents, ancestors, session and group leaders. `proc.aname` and its kin give one value per proper ancestor in a condition
// (some ancestor must satisfy the operator) and all of them joined in output; with [n] the n-th ancestor alone.
#include "vm/field/ancestor_output.h"
#include "vm/field/getters.h"
#include "vm/field/lineage.h"
#include "vm/field/process_text.h"

namespace fvm {
namespace {

using TextOf = std::string_view (*)(const Thread&, Arena&);

std::string_view comm(const Thread& t, Arena&) { return t.image->comm; }
std::string_view exe(const Thread& t, Arena&) { return t.image->exe; }
std::string_view exepath(const Thread& t, Arena&) { return t.image->exepath; }
std::string_view cmdline(const Thread& t, Arena&) { return t.image->cmdline; }
std::string_view args(const Thread& t, Arena& arena) { return join_words(t.image->args, arena); }
std::string_view env(const Thread& t, Arena& arena) { return join_words(t.image->env, arena); }

constexpr uint32_t kNearestWithEnv = 20;  ///< ancestors that proc.aenv[NAME] asks

const Thread* nth(const EvalContext& context, int64_t n) {
  if (n < 0 || n > int64_t{limits::kAncestors}) return nullptr;
  return context.state->ancestor(*context.thread, static_cast<uint32_t>(n));
}

ValueList text_of(const EvalContext& context, Arena& arena, int64_t n, TextOf f) {
  const Thread* thread = nth(context, n);
  return thread ? text(arena, f(*thread, arena)) : missing();
}

template <typename F>
ValueList of_all(const EvalContext& context, Arena& arena, F&& value) {
  Value* values = nullptr;
  uint32_t count = 0, room = 0;
  for_each_ancestor(*context.state, *context.thread, [&](const Thread& thread) {
    if (count == room) {
      room = room == 0 ? 8 : 2 * room;
      auto* bigger = arena.alloc_array<Value>(room);
      for (uint32_t i = 0; i < count; ++i) bigger[i] = values[i];
      values = bigger;
    }
    values[count++] = value(thread);
    return true;
  });
  return count == 0 ? missing() : ValueList{values, count, true};
}

ValueList texts_of_all(const EvalContext& context, Arena& arena, TextOf f) {
  return of_all(context, arena,
                [&](const Thread& t) { return Value::text(until_nul(as_bytes(f(t, arena)))); });
}

ValueList texts(const FieldUse& use, const EvalContext& context, Arena& arena, TextOf f) {
  return use.arg == FieldArg::Index ? text_of(context, arena, use.index, f) : texts_of_all(context, arena, f);
}

ValueList joined(const ValueList& values, Arena& arena) {
  TextBuilder all(arena);
  for (const Value& value : values.values()) {
    if (!all.empty()) all.add(' ');
    all.add(value.as_text());
  }
  return !all.empty() ? one(arena, Value::text(all.view())) : missing();
}

ValueList env_of_nearest(const FieldUse& use, const EvalContext& context, Arena& arena) {
  std::string_view value;
  uint32_t asked = 0;
  for_each_ancestor(*context.state, *context.thread, [&](const Thread& thread) {
    value = env_value(*thread.image, use.key);
    return value.empty() && ++asked < kNearestWithEnv;
  });
  return text(arena, value);
}

enum class LeaderKind { ByNamespace, HostGroup };

/// Leader of session or group `id`: the thread of that number where numbers are the host's, else the oldest of the nearest
/// ancestors that share the id without a gap.
const Thread* leader(const EvalContext& context, int64_t Thread::*member, LeaderKind kind) {
  const Thread& thread = *context.thread;
  const int64_t id = thread.*member;
  if (id == -1) return nullptr;
  if (kind == LeaderKind::HostGroup || !thread.in_pid_namespace())
    if (const Thread* named = context.state->find_thread(id)) return named;
  const Thread* oldest = nullptr;
  for_each_ancestor(*context.state, thread, [&](const Thread& ancestor) {
    if (ancestor.*member != id) return false;
    oldest = &ancestor;
    return true;
  });
  return oldest;
}

ValueList leader_text(const EvalContext& context, Arena& arena, int64_t Thread::*member, LeaderKind kind, TextOf f) {
  const Thread* thread = leader(context, member, kind);
  return text(arena, thread ? f(*thread, arena) : std::string_view{});
}

}  // namespace

bool LiveFields::process_state(ProcessState& process) const {
  if (context_.thread == nullptr || context_.state->event_container() != nullptr) return false;
  process = {context_.thread->tid, context_.thread->state_number()};
  return true;
}

bool LiveFields::image_shorthand(const Thread* of, uint64_t& number) const {
  constexpr uint64_t kNoProcess = 0;  // no image has that number
  if (context_.thread == nullptr) return false;
  number = of != nullptr ? of->image->id : kNoProcess;
  return true;
}

bool LiveFields::ancestor_shorthand(int64_t n, uint64_t& number) const {
  return context_.thread != nullptr && image_shorthand(nth(context_, n), number);
}

FALCO_GETTER(ProcPname) { return text_of(context, arena, 1, comm); }
FALCO_GETTER(ProcPexe) { return text_of(context, arena, 1, exe); }
FALCO_GETTER(ProcPexepath) { return text_of(context, arena, 1, exepath); }
FALCO_GETTER(ProcPcmdline) { return text_of(context, arena, 1, cmdline); }
FALCO_GETTER(ProcPpid) {
  const Thread* parent = nth(context, 1);
  return parent ? integer(arena, parent->pid) : missing();
}

FALCO_GETTER(ProcAname) { return texts(use, context, arena, comm); }
FALCO_GETTER(ProcAexe) { return texts(use, context, arena, exe); }
FALCO_GETTER(ProcAexepath) { return texts(use, context, arena, exepath); }
FALCO_GETTER(ProcAcmdline) { return texts(use, context, arena, cmdline); }
FALCO_GETTER(ProcAargs) {
  if (use.arg == FieldArg::Index) return text_of(context, arena, use.index, args);
  return joined(texts_of_all(context, arena, args), arena);
}
FALCO_GETTER(ProcApid) {
  if (use.arg == FieldArg::Index) {
    const Thread* thread = nth(context, use.index);
    return thread ? integer(arena, thread->pid) : missing();
  }
  return of_all(context, arena, [](const Thread& thread) { return Value::integer(thread.pid); });
}
// An index doesn't narrow the condition down: every ancestor's environment is asked, as in the reference engine.
FALCO_GETTER(ProcAenv) {
  return use.arg == FieldArg::Key ? env_of_nearest(use, context, arena) : texts_of_all(context, arena, env);
}

ValueList ancestor_output(const FieldUse& use, const EvalContext& context, Arena& arena) {
  switch (use.id) {
    case FieldId::ProcAname: return joined(texts_of_all(context, arena, comm), arena);
    case FieldId::ProcAexe: return joined(texts_of_all(context, arena, exe), arena);
    case FieldId::ProcAexepath: return joined(texts_of_all(context, arena, exepath), arena);
    case FieldId::ProcAcmdline: return joined(texts_of_all(context, arena, cmdline), arena);
    case FieldId::ProcApid: {
      const Thread* own = nth(context, 0);
      return own ? integer(arena, own->pid) : missing();
    }
    case FieldId::ProcAenv:
      if (use.arg == FieldArg::Key) return env_of_nearest(use, context, arena);
      if (use.arg == FieldArg::None || use.index == 0) {
        const Thread* main = context.state->main_thread(*context.thread);
        return text(arena, main ? env(*main, arena) : std::string_view{});
      }
      return text_of(context, arena, use.index, env);
    default: return missing();
  }
}

FALCO_GETTER(ProcPvpid) {
  const Thread* parent = context.state->parent(*context.thread);
  return parent ? integer(arena, parent->vpid) : missing();
}
FALCO_GETTER(ProcPpidTs) {
  const Thread* parent = context.state->parent(*context.thread);
  return parent ? uinteger(arena, parent->clone_ts) : missing();
}
FALCO_GETTER(ProcPpidDuration) {
  const Thread* parent = context.state->ancestor(*context.thread, 1);  // the process; proc.ppid.ts is of the very thread
  return parent && parent->clone_ts != 0 ? uinteger(arena, context.event->ts_ns - parent->clone_ts) : missing();
}

FALCO_GETTER(ProcSname) { return leader_text(context, arena, &Thread::sid, LeaderKind::ByNamespace, comm); }
FALCO_GETTER(ProcSidExe) { return leader_text(context, arena, &Thread::sid, LeaderKind::ByNamespace, exe); }
FALCO_GETTER(ProcSidExepath) { return leader_text(context, arena, &Thread::sid, LeaderKind::ByNamespace, exepath); }
FALCO_GETTER(ProcVpgidName) { return leader_text(context, arena, &Thread::vpgid, LeaderKind::ByNamespace, comm); }
FALCO_GETTER(ProcVpgidExe) { return leader_text(context, arena, &Thread::vpgid, LeaderKind::ByNamespace, exe); }
FALCO_GETTER(ProcVpgidExepath) {
  return leader_text(context, arena, &Thread::vpgid, LeaderKind::ByNamespace, exepath);
}
FALCO_GETTER(ProcPgidName) { return leader_text(context, arena, &Thread::pgid, LeaderKind::HostGroup, comm); }
FALCO_GETTER(ProcPgidExe) { return leader_text(context, arena, &Thread::pgid, LeaderKind::HostGroup, exe); }
FALCO_GETTER(ProcPgidExepath) { return leader_text(context, arena, &Thread::pgid, LeaderKind::HostGroup, exepath); }

}  // namespace fvm
