// SPDX-License-Identifier: Apache-2.0
//
// One loop without calls for the most common kinds. It touches of each block its headers and length table, no
// parameter.
#include "capture/event_run.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "vm/abi/limits.h"
#include "vm/base/inline.h"

namespace fvm {

namespace {

bool is_call(EventCode code) { return (event_info(code).category & FALCO_EC_SYSCALL) != 0; }

/// The first half of something that has two.
bool is_enter(EventCode code) {
  const size_t exit = Upgrader::exit_of(code);
  return exit != static_cast<size_t>(code) && exit < kEventCount && !kEvents[exit].has(FALCO_EF_UNUSED);
}

/// Whether some event of this code ends as one that is in `events`.
bool ends_in(EventCode code, const EventSet& events) {
  const detail::PlanRow& row = plan_row(code);
  if (row.any_count) return events.has(code);
  for (uint32_t count = 0; count < row.plan_count; ++count) {
    const UpgradePlan& plan = *find_plan(row, count);
    const bool given_out = plan.kind == UpgradePlan::Kind::Upgrade || plan.kind == UpgradePlan::Kind::Pass;
    if (given_out && events.has(plan.code)) return true;
  }
  return false;
}

/// The sum of the first `count` <= 4 of the u16 at `p`, of which 8 bytes can be read.
FALCO_ALWAYS_INLINE uint32_t sum_of_four(const uint8_t* p, uint32_t count) {
  static constexpr uint64_t kFirst[] = {0, 0xffff, 0xffffffff, 0xffffffffffff, UINT64_MAX};
  constexpr uint64_t kEven = 0x0000ffff0000ffff;
  const uint64_t lens = load<uint64_t>(p) & kFirst[count];
  const uint64_t pairs = (lens & kEven) + (lens >> 16 & kEven);
  return static_cast<uint32_t>(pairs) + static_cast<uint32_t>(pairs >> 32);
}

FALCO_ALWAYS_INLINE uint32_t sum_of_eight(const uint8_t* p, uint32_t count) {
  if (count <= 4) return sum_of_four(p, count);
  return sum_of_four(p, 4) + sum_of_four(p + 8, count - 4);
}

/// Threads that have given out a note since they last gave out an event to be read: another one would say no more, but
/// for the time. By the low bits of their number; of two with the same bits the later one is known.
class NotedThreads {
 public:
  NotedThreads() { tids_.fill(kNone); }
  bool has(int64_t tid) const { return tids_[place(tid)] == tid; }
  void add(int64_t tid) { tids_[place(tid)] = tid; }
  void remove(int64_t tid) { tids_[place(tid)] = kNone; }

 private:
  static constexpr size_t kPlaces = 64;  // cleared for each run
  static constexpr int64_t kNone = INT64_MIN;
  static size_t place(int64_t tid) { return static_cast<size_t>(tid) % kPlaces; }

  std::array<int64_t, kPlaces> tids_;
};

}  // namespace

EventRun::Step EventRun::step_for(EventCode code, uint32_t count, const Interest& interest) {
  using PlanKind = UpgradePlan::Kind;
  const detail::PlanRow& row = plan_row(code);
  Step step;
  step.code = code;
  if (count > kFewParams || event_info(code).has(FALCO_EF_LARGE_PAYLOAD)) return step;
  const UpgradePlan* plan = row.any_count ? nullptr : find_plan(row, count);
  if (!row.any_count && (!plan || plan->has_text)) return step;
  const auto give_out = [&](Action as) {
    step.is_ordinary = (event_info(step.code).category & FALCO_EC_METAEVENT) == 0;
    step.what.action = as;
    if (interest.read.has(step.code) || is_enter(step.code)) return;
    step.what.action = interest.noted.has(step.code) ? Action::Note : Action::Count;
    if (!is_call(step.code)) return;
    step.what.leaves = Leaves::ByExit;
    step.partner = plan && plan->wants_enter ? plan->partner : code;
  };
  if (row.any_count) {
    step.kept = step.count = static_cast<uint8_t>(count);
    give_out(Action::Pass);
    return step;
  }
  step.code = plan->code;
  switch (plan->kind) {
    case PlanKind::Refuse:
    case PlanKind::StoreAndPass:
      break;
    case PlanKind::Absorb:
      step.what.action = Action::Drop;
      break;
    case PlanKind::Store: {
      const auto exit = static_cast<EventCode>(Upgrader::exit_of(code));
      if (ends_in(exit, interest.read)) {
        step.what.action = Action::Store;
      } else {
        step.what.action = Action::Drop;
        step.what.leaves = Leaves::ByNextCall;
      }
      break;
    }
    case PlanKind::Pass:
    case PlanKind::Upgrade:
      step.upgrades = plan->kind == PlanKind::Upgrade;
      step.kept = step.upgrades ? plan->kept : static_cast<uint8_t>(count);
      step.count = plan->item_count;
      step.sources = items_of(*plan);
      step.partner = plan->partner;
      give_out(plan->wants_enter ? Action::Complete : step.upgrades ? Action::Upgrade : Action::Pass);
      break;
  }
  return step;
}

void EventRun::set_interest(const Interest& interest) {
  EventSet ignored;
  for (size_t code = 0; code < kEventCount; ++code) {
    const auto enter = static_cast<EventCode>(code);
    if (is_enter(enter) && !ends_in(static_cast<EventCode>(Upgrader::exit_of(enter)), interest.read))
      ignored.add(enter);
  }
  upgrader_.set_ignored(ignored);
  steps_.assign(size_t{1} << (kCodeBits + kCountBits), Step{});
  for (size_t c = 0; c < kEventCount; ++c) {
    const auto code = static_cast<EventCode>(c);
    // A thread that ends is forgotten: that is left to the general way, like what has too many parameters.
    if (code == EventCode::PROCEXIT_E || code == EventCode::PROCEXIT_1_E || event_info(code).has(FALCO_EF_UNUSED))
      continue;
    for (uint32_t count = 0; count <= std::min<uint32_t>(event_info(code).param_count, kFewParams); ++count)
      steps_[step_number(c, count)] = step_for(code, count, interest);
  }
}

template <bool HasFlags>
size_t EventRun::take_all(Window& window, uint32_t type, EventView* out, size_t room, SourceStats& stats) {
  constexpr size_t kPrefixBytes = kBlockHeaderBytes + sizeof(uint16_t) + (HasFlags ? sizeof(uint32_t) : 0);
  constexpr size_t kFixedBytes = kPrefixBytes + kEventHeaderBytes;
  constexpr size_t kLeastBytes = kFixedBytes + kBlockTrailerBytes;
  constexpr size_t kReadAheadBytes = 16;  // of the length table, whatever the block's length
  constexpr size_t kPrefetchBytes = 4096;  // a page: its address is looked up ahead, too
  constexpr size_t kLineBytes = 64;
  // Of the u16 code and the u32 number of parameters behind it.
  constexpr uint64_t kUnusualBits =
      (uint64_t{UINT32_MAX} & ~uint64_t{kFewParams}) << 16 | (UINT16_MAX & ~((uint64_t{1} << kCodeBits) - 1));
  if (static_cast<size_t>(window.end - window.at) < kFixedBytes + kReadAheadBytes) return 0;
  const uint8_t* at = window.at;
  const uint8_t* const end = window.end;
  const uint8_t* const last_begin = end - (kFixedBytes + kReadAheadBytes);
  const uint64_t type_above = uint64_t{type} << 32;
  const uint64_t offset_of_null = window.offset - reinterpret_cast<uintptr_t>(at);
  Step* const steps = steps_.data();
  Upgrader& upgrader = upgrader_;
  EventView* event = out;
  EventView* const full = out + room;
  NotedThreads noted;
  bool may_be_a_number = false;  // an ordinary event was given out: who looks for the first one has it

  if (event == full) return 0;
  while (at <= last_begin) {
    // Two lines are what a block takes on average; longer ones wait.
    __builtin_prefetch(at + kPrefetchBytes);
    __builtin_prefetch(at + kPrefetchBytes + kLineBytes);
    const uint64_t length = std::rotl(load<uint64_t>(at), 32) - type_above;  // out of bounds if the type is another
    if (length - kLeastBytes > limits::kPlainEventBytes - kLeastBytes || length > static_cast<size_t>(end - at)) break;
    const uint8_t* const next = at + length;
    const uint8_t* const header = at + kPrefixBytes;
    const uint64_t code_and_count = load<uint64_t>(header + 20);
    if ((code_and_count & kUnusualBits) != 0) break;
    Step& step = steps[step_number(code_and_count & ((1u << kCodeBits) - 1), code_and_count >> 16 & kFewParams)];
    const auto [action, leaves] = step.what;
    const int64_t tid = load<int64_t>(header + 8);
    const bool state_only =
        HasFlags && (load<uint32_t>(at + kBlockHeaderBytes + sizeof(uint16_t)) & kEventFlagStateOnly) != 0;

    if (action <= Action::Note) {
      ++step.blocks;
      if (leaves != Leaves::Nothing && upgrader.may_wait(tid)) {
        upgrader.leave_call(tid, leaves == Leaves::ByNextCall, step.partner, stats);
      }
      if (action == Action::Drop) {
        at = next;
        continue;
      }
      if (may_be_a_number && !state_only && (action == Action::Count || noted.has(tid))) {
        ++event[-1].more;
        at = next;
        continue;
      }
      if (state_only) --stats.unread_by_code[static_cast<size_t>(step.code)];  // settle() counts it
      event->set_params(nullptr, 0);
      event->unread = true;
      if (action == Action::Note) noted.add(tid);
    } else {
      if (action == Action::Leave) break;
      const size_t payload_bytes = size_t{load<uint32_t>(header + 16)} - kEventHeaderBytes;
      if (payload_bytes > length - kLeastBytes) break;
      const uint32_t count = code_and_count >> 16 & kFewParams;
      const uint8_t* const lens = header + kEventHeaderBytes;
      const size_t table_bytes = count * sizeof(uint16_t);
      if (table_bytes + sum_of_eight(lens, count) > payload_bytes) break;
      ++step.blocks;
      if (action == Action::Store) {
        upgrader.store_enter(step.code, tid, {lens, lens + payload_bytes, count, false}, stats);
        at = next;
        continue;
      }
      ParamTable enter;
      if (action == Action::Complete) enter = upgrader.take_enter(step.partner, tid, stats);
      event->set_params({lens, count}, step.kept, enter, step.sources, step.count);
      event->unread = false;
      noted.remove(tid);
    }
    event->ts_ns = load<uint64_t>(header);
    event->tid = tid;
    event->offset = offset_of_null + reinterpret_cast<uintptr_t>(at);
    event->code = step.code;
    event->cpu = load<uint16_t>(at + kBlockHeaderBytes);
    event->more = 0;
    event->state_only = state_only;
    may_be_a_number |= step.is_ordinary;
    at = next;
    if (++event == full) break;
  }
  window.offset += static_cast<size_t>(at - window.at);
  window.at = at;
  return static_cast<size_t>(event - out);
}

void EventRun::settle(SourceStats& stats) {
  for (Step& step : steps_) {
    const uint64_t blocks = std::exchange(step.blocks, 0);
    stats.raw_events += blocks;
    if (step.what.action == Action::Drop || step.what.action == Action::Store) {
      stats.absorbed += blocks;
      continue;
    }
    if (step.upgrades) stats.upgraded += blocks;
    if (step.what.action == Action::Count || step.what.action == Action::Note)
      stats.unread_by_code[static_cast<size_t>(step.code)] += blocks;
  }
}

size_t EventRun::take(Window& window, uint32_t type, bool has_flags, EventView* out, size_t room, SourceStats& stats) {
  return has_flags ? take_all<true>(window, type, out, room, stats) : take_all<false>(window, type, out, room, stats);
}

}  // namespace fvm
