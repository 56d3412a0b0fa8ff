// SPDX-License-Identifier: Apache-2.0
//
// State: the order in which one event is applied (the state reference, section 2), and look-ups. What events do is in
// update_*.cc.

#include "vm/state/state.h"

#include <array>
#include <vector>

#include "vm/state/import.h"
#include "vm/state/interest.h"
#include "vm/state/socket_text.h"
#include "vm/state/state_core.h"

namespace fvm {
namespace {

enum class Lookup : uint8_t { None, Find, Get };  // Get makes up unknown threads

struct EventTraits {
  Lookup lookup = Lookup::None;
  bool metadata = false;  ///< its tid means no thread
  bool hidden = false;    ///< an enter event kept for its exit event only
  bool pairs = true;      ///< takes part in the pairing of enter and exit
  bool has_fd = false;    ///< any descriptor flag
  bool uses_fd = false;
  bool lead_in = false;   ///< in front of all others it belongs to the metadata of a capture
  bool noted = false;     ///< unread, it still says something of its thread
  int8_t fd_param = -1;
  bool needs_socket = false;  ///< without one its handler has nothing to do
  Handler handler = nullptr;  ///< null: the event changes nothing
};

constexpr bool is_clone(EventCode code) {
  return code == EventCode::SYSCALL_CLONE_20_X || code == EventCode::SYSCALL_FORK_20_X ||
         code == EventCode::SYSCALL_VFORK_20_X || code == EventCode::SYSCALL_CLONE3_X;
}

/// Users, groups, containers, plugins. Other meta events (drop, notification …) may name a thread.
constexpr bool is_metadata(const EventInfo& info) {
  return (info.category & (FALCO_EC_METAEVENT | FALCO_EC_PLUGIN)) != 0 && !info.has(FALCO_EF_SKIPPARSERESET);
}

constexpr Lookup lookup_of(EventCode code) {
  const EventInfo& info = event_info(code);
  if (code == EventCode::PROCINFO_E || code == EventCode::SCHEDSWITCH_6_E || code == EventCode::PROCEXIT_1_E ||
      is_clone(code))
    return Lookup::Find;
  return info.has(FALCO_EF_SKIPPARSERESET) || is_metadata(info) ? Lookup::None : Lookup::Get;
}

constexpr std::array<EventTraits, kEventCount> make_traits() {
  std::array<EventTraits, kEventCount> table{};
  for (size_t i = 0; i < kEventCount; ++i) {
    const auto code = static_cast<EventCode>(i);
    const EventInfo& info = kEvents[i];
    table[i].lookup = lookup_of(code);
    table[i].metadata = is_metadata(info);
    table[i].pairs = code != EventCode::SCHEDSWITCH_6_E && !info.has(FALCO_EF_SKIPPARSERESET);
    table[i].noted = table[i].lookup == Lookup::Get || table[i].pairs;
    table[i].uses_fd = info.has(FALCO_EF_USES_FD);
    table[i].has_fd = info.has(FALCO_EF_USES_FD | FALCO_EF_CREATES_FD | FALCO_EF_DESTROYS_FD);
  }
  for (EventCode code : {EventCode::CONTAINER_JSON_2_E, EventCode::USER_ADDED_E, EventCode::USER_DELETED_E,
                         EventCode::GROUP_ADDED_E, EventCode::GROUP_DELETED_E, EventCode::ASYNCEVENT_E})
    table[static_cast<size_t>(code)].lead_in = true;
  for (EventCode code : {EventCode::SYSCALL_OPEN_E, EventCode::SYSCALL_CREAT_E, EventCode::SYSCALL_OPENAT_2_E,
                         EventCode::SYSCALL_OPENAT2_E, EventCode::SOCKET_CONNECT_E, EventCode::SYSCALL_EXECVE_19_E,
                         EventCode::SYSCALL_EXECVEAT_E})
    table[static_cast<size_t>(code)].hidden = true;
#define FALCO_HANDLER(Sym, function, Use)                        \
  table[static_cast<size_t>(EventCode::Sym)].handler = function; \
  table[static_cast<size_t>(EventCode::Sym)].needs_socket = state_use::k##Use == state_use::kConnected;
#include "vm/state/handlers.def"
#undef FALCO_HANDLER
#define FALCO_EVENT_FD(Sym, parameter) table[static_cast<size_t>(EventCode::Sym)].fd_param = parameter;
#include "vm/state/event_fd.def"
#undef FALCO_EVENT_FD
  return table;
}
constexpr std::array<EventTraits, kEventCount> kTraits = make_traits();

bool completes(EventCode enter, EventCode exit) {
  if (static_cast<unsigned>(enter) + 1 == static_cast<unsigned>(exit)) return true;
  // A successful execveat is reported as an execve.
  return enter == EventCode::SYSCALL_EXECVEAT_E && exit == EventCode::SYSCALL_EXECVE_19_X;
}

bool worth_storing(const EventView& e) {
  return e.code == EventCode::SOCKET_CONNECT_E || e.code == EventCode::SYSCALL_EXECVEAT_E || e.has(0);
}

void forget_enter(ThreadEntry& thread) {
  thread.enter.clear();
  thread.enter_stored = false;
}

}  // namespace

struct State::Impl {
  explicit Impl(const StateLimits& ceilings) : core(ceilings) {}

  StateCore core;
  Import import;
  uint64_t first_event_ts_ns = 0;
  bool leading = true;  ///< only events that belong to the metadata have come yet
  bool in_batch = false;  ///< events stay where they are until end_batch()
  std::vector<int64_t> borrowers;  ///< of the batch: threads that may have borrowed an enter event
  ThreadLookup* lookup = nullptr;
  /// The event of the last update().
  struct Shown {
    const EventView* event = nullptr;
    ThreadEntry* thread = nullptr;
    const Fd* fd = nullptr;
    bool name_changed = false;
  } shown;

  void run_deferred(uint64_t now_ns);
  /// What comes before every event.
  void begin(const EventView& event) {
    if (import.pending()) import.finish(core);
    if (first_event_ts_ns == 0 && (event.info().category & FALCO_EC_METAEVENT) == 0) first_event_ts_ns = event.ts_ns;
    if (core.deferred.what != 0) run_deferred(event.ts_ns);
  }
  void make_room() {
    if (core.threads.crowded()) core.threads.make_room();
  }
  void look_up(int64_t tid, StateSink& sink) {
    if (lookup->look_up(tid, sink) && import.pending()) import.finish(core);
  }
  void bind(Step& step, const EventTraits& traits);
  void note(const EventView& event, const EventTraits& traits);
  void keep_enter(const EventView& event, const EventTraits& traits);
};

State::State(const StateLimits& ceilings) : impl_(std::make_unique<Impl>(ceilings)) {}
State::~State() = default;

void State::set_lookup(ThreadLookup* lookup) { impl_->lookup = lookup; }

void State::on_section() {
  impl_->core.threads.clear();
  impl_->borrowers.clear();
  impl_->core.recent_exits.clear();
  impl_->core.image_classes.clear();
  impl_->core.interfaces.set({});
  impl_->core.machine = {};
  impl_->core.deferred = {};
  impl_->import.clear();
  impl_->first_event_ts_ns = 0;
  impl_->leading = true;
}
void State::on_machine(const MachineInfo& machine) { impl_->core.machine = machine; }
void State::on_threads(std::vector<ThreadRecord> threads) { impl_->import.add(impl_->core, threads); }
void State::on_fds(int64_t tid, std::vector<FdRecord> fds) { impl_->import.add(impl_->core, tid, std::move(fds)); }
void State::on_interfaces(std::vector<InterfaceRecord> list) { impl_->core.interfaces.set(std::move(list)); }
void State::on_user(const UserRecord& r) {
  impl_->core.users.set_user({}, User{r.uid, r.gid, r.name, r.home, r.shell});
  impl_->core.generations.touch_all_processes();
}
void State::on_group(const GroupRecord& r) {
  impl_->core.users.set_group({}, Group{r.gid, r.name});
  impl_->core.generations.touch_all_processes();
}

void State::Impl::run_deferred(uint64_t now_ns) {
  StateCore::Deferred& todo = core.deferred;
  if (todo.what & todo.kThread) {
    if (const ThreadEntry* t = core.threads.find(todo.tid)) core.recent_exits.add(t->ptid, t->tid, now_ns);
    core.threads.remove(todo.tid);
  }
  if (todo.what & todo.kFd) {
    ThreadEntry* t = core.threads.find(todo.fd_tid);
    FdTable* table = t ? core.fds_for_writing(*t) : nullptr;
    if (table) table->remove(todo.fd_number);
  }
  if (todo.what & todo.kProcinfo) {
    if (ThreadEntry* t = core.threads.find(todo.procinfo_tid)) {
      t->procinfo_cpu_user = todo.procinfo_user;
      t->procinfo_cpu_sys = todo.procinfo_system;
    }
  }
  todo.what = 0;
}

/// Finds thread and descriptor of the event; pairs it with its enter event.
void State::Impl::bind(Step& step, const EventTraits& traits) {
  const EventView& e = step.event;
  if (traits.lookup == Lookup::None) return;
  step.thread = traits.lookup == Lookup::Get ? core.threads.get(e.tid) : core.threads.find(e.tid);
  if (!step.thread || !traits.pairs) return;
  ThreadEntry& t = *step.thread;
  t.lastaccess_ts = e.ts_ns;
  if (!e.is_exit()) {
    t.lastevent_fd = -1;
    t.last_enter = e.code;
    t.enter_valid = false;
    if (t.enter_stored) forget_enter(t);
  } else {
    t.enter_valid = completes(t.last_enter, e.code);
    if (!t.enter_valid) t.lastevent_fd = -1;
  }
  if (!traits.uses_fd) return;
  if (t.lastevent_fd == -1 && traits.fd_param >= 0)
    t.lastevent_fd = e.integer(static_cast<size_t>(traits.fd_param), -1);
  step.fd = core.find_fd(t, t.lastevent_fd);
}

void State::prefetch(std::span<const EventView> batch, size_t next) const {
  const ThreadTable& threads = impl_->core.threads;
  constexpr size_t kPlace = 16, kRecord = 12, kTargets = 8, kDescriptors = 4;
  if (next + kPlace < batch.size()) threads.prefetch_place(batch[next + kPlace].tid);
  if (next + kRecord < batch.size()) threads.prefetch_record(batch[next + kRecord].tid);
  if (next + kTargets < batch.size()) threads.prefetch_targets(batch[next + kTargets].tid);
  if (next + kDescriptors < batch.size()) threads.prefetch_descriptors(batch[next + kDescriptors].tid);
}

bool State::outgrows_caches() const { return impl_->core.threads.is_large(); }

EventSet events_noted_by_state() {
  EventSet noted;
  for (size_t code = 0; code < kEventCount; ++code)
    if (kTraits[code].noted) noted.add(static_cast<EventCode>(code));
  return noted;
}

EventSet events_of_sockets() {
  EventSet events;
  for (size_t code = 0; code < kEventCount; ++code)
    if (kTraits[code].needs_socket) events.add(static_cast<EventCode>(code));
  return events;
}

void State::Impl::note(const EventView& event, const EventTraits& traits) {
  ThreadTable& threads = core.threads;
  ThreadEntry* t = threads.find(event.tid);
  if (!t && traits.lookup == Lookup::Get) {
    make_room();
    t = threads.get(event.tid);
  }
  if (t && traits.pairs) {
    t->lastaccess_ts = event.ts_ns;
    t->lastevent_fd = -1;
    t->enter_valid = false;
    if (t->enter_stored) forget_enter(*t);
  }
}

bool State::note(const EventView& event) {
  impl_->begin(event);
  impl_->leading = false;
  const EventTraits& traits = kTraits[static_cast<size_t>(event.code)];
  if (traits.noted) impl_->note(event, traits);
  return !event.state_only;
}

size_t State::note_run(std::span<const EventView> events, uint64_t& number) {
  Impl& impl = *impl_;
  size_t count = 0;
  for (; count < events.size() && events[count].unread && !events[count].state_only; ++count) {
    const EventView& event = events[count];
    if (count == 0 || impl.first_event_ts_ns == 0) impl.begin(event);
    const EventTraits& traits = kTraits[static_cast<size_t>(event.code)];
    if (traits.noted) impl.note(event, traits);
    number += uint64_t{1} + event.more;
  }
  if (count > 0) impl.leading = false;
  return count;
}

/// An enter event that is kept for its exit event and says nothing by itself.
void State::Impl::keep_enter(const EventView& event, const EventTraits& traits) {
  leading = false;
  ThreadEntry* const t = core.threads.get(event.tid);
  if (!t) return;
  t->lastaccess_ts = event.ts_ns;
  t->lastevent_fd = traits.fd_param >= 0 ? event.integer(static_cast<size_t>(traits.fd_param), -1) : -1;
  t->last_enter = event.code;
  t->enter_valid = false;
  if (worth_storing(event)) {
    t->enter_stored = true;
    if (!in_batch) return t->enter.store(event, core.budget);
    t->enter.borrow(event, core.budget);
    if (borrowers.empty() || borrowers.back() != t->tid) borrowers.push_back(t->tid);
  } else if (t->enter_stored) {
    forget_enter(*t);
  }
}

void State::begin_batch() { impl_->in_batch = true; }

void State::end_batch() {
  Impl& impl = *impl_;
  impl.in_batch = false;
  for (const int64_t tid : impl.borrowers) {
    ThreadEntry* const thread = impl.core.threads.find(tid);
    if (thread != nullptr) thread->enter.keep(impl.core.budget);
  }
  impl.borrowers.clear();
}

bool State::update(const EventView& event) {
  Impl& impl = *impl_;
  StateCore& core = impl.core;
  impl.begin(event);
  impl.make_room();
  const EventTraits& traits = kTraits[static_cast<size_t>(event.code)];
  core.event_container = nullptr;
  if (traits.hidden) {
    impl.keep_enter(event, traits);
    return false;
  }
  if (impl.lookup != nullptr && traits.lookup == Lookup::Get && core.threads.find(event.tid) == nullptr) {
    impl.look_up(event.tid, *this);
  }
  Step step{event};
  impl.bind(step, traits);
  if (traits.handler != nullptr && (!traits.needs_socket || (step.fd && step.fd->is_connected_type()))) {
    traits.handler(core, step);
  }
  impl.leading = impl.leading && traits.lead_in;
  if (impl.leading) return false;
  if (step.thread && event.is_exit() && step.thread->enter_stored) forget_enter(*step.thread);
  impl.shown = {&event, step.thread, step.fd, step.name_changed};
  return !event.state_only;
}

void State::describe(EvalContext& out) {
  StateCore& core = impl_->core;
  const Impl::Shown& shown = impl_->shown;
  const EventTraits& traits = kTraits[static_cast<size_t>(shown.event->code)];
  FieldMemory* const memory = out.memory;
  out = {};
  out.event = shown.event;
  out.state = this;
  out.memory = memory;
  ThreadEntry* t = shown.thread;
  if (!t && !traits.metadata) t = core.threads.find(shown.event->tid);
  if (!t) return;
  core.generations.catch_up(*t);
  out.thread = t;
  if (!traits.has_fd) return;
  out.has_fd_fields = true;
  out.fd_num = t->lastevent_fd;
  out.fd = shown.fd ? shown.fd : core.find_fd(*t, t->lastevent_fd);
  out.fd_name_changed = shown.fd && shown.name_changed;
}

const Thread* State::find_thread(int64_t tid) const { return impl_->core.threads.find(tid); }
const Thread* State::main_thread(const Thread& thread) const { return ThreadTable::main_of(thread); }

const Thread* State::ancestor(const Thread& thread, uint32_t n) const {
  const Thread* at = main_thread(thread);
  LoopGuard guard;
  for (uint32_t i = 0; at && i < n; ++i) {
    if (guard.looped(at)) return nullptr;
    at = find_thread(at->ptid);
    if (at) at = main_thread(*at);
  }
  return at;
}

const Thread* State::parent(const Thread& thread) const { return find_thread(thread.ptid); }
const FdTable* State::fds_of(const Thread& thread) const { return StateCore::fds_of(thread); }

const Fd* State::find_fd(const Thread& thread, int64_t fd) const {
  const FdTable* table = fd >= 0 ? fds_of(thread) : nullptr;
  return table ? table->find(fd) : nullptr;
}

std::string_view State::cwd_of(const Thread& thread) const { return impl_->core.cwd_of(thread); }
uint64_t State::live_threads(const Thread& thread) const { return thread.group ? thread.group->alive : 0; }

bool State::group_leader_alive(const Thread& thread) const {
  const Thread* main = main_thread(thread);
  return main && !main->is_dead();
}

const User* State::find_user(std::string_view container_id, uint32_t uid) const {
  return uid == UINT32_MAX ? nullptr : impl_->core.users.find_user(container_id, uid);
}
const Group* State::find_group(std::string_view container_id, uint32_t gid) const {
  return gid == UINT32_MAX ? nullptr : impl_->core.users.find_group(container_id, gid);
}
const Container* State::find_container(std::string_view id) const { return impl_->core.containers.find(id); }
const Container* State::event_container() const { return impl_->core.event_container; }
std::span<const InterfaceRecord> State::interfaces() const { return impl_->core.interfaces.all(); }

bool State::is_local_address(const Thread* thread, const IpAddr& address) const {
  const Containers& containers = impl_->core.containers;
  if (thread && !thread->container_id.empty()) {
    if (address.family == 6) return false;
    std::string text;
    append_ip(text, address);
    const Container* own = containers.find(thread->container_id);
    const bool own_known = own && !own->ip.empty() && own->ip != kNoIp;
    if (!own_known) return containers.any_has_ip(text);
    if (own->ip == text) return true;
  }
  return impl_->core.interfaces.is_local(address);
}

const MachineInfo& State::machine() const { return impl_->core.machine; }
uint64_t State::first_event_ts() const { return impl_->first_event_ts_ns; }
const StateStats& State::stats() const { return impl_->core.stats; }
StateMemory State::memory() const {
  const MemoryBudget& budget = impl_->core.budget;
  return {budget.used_bytes(), budget.peak_bytes(), budget.limit_bytes()};
}

}  // namespace fvm
