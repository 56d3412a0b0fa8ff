// SPDX-License-Identifier: Apache-2.0
#include "capture/upgrader.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "capture/upgrade_plan.h"

namespace fvm {

namespace {

size_t enter_of(EventCode exit) { return static_cast<size_t>(exit) & ~size_t{1}; }
bool is_exec(EventCode exit) { return event_info(exit).name.starts_with("execve"); }

}  // namespace

/// Calls that don't come back: nobody waits for their exit event.
bool Upgrader::returns(const WireParams& generic_enter) {
  Bytes number_param;
  if (generic_enter.count == 0 || !locate_params(generic_enter, 1, &number_param)) return true;
  if (number_param.size() != sizeof(uint16_t)) return true;
  constexpr std::string_view kOneWay[] = {"exit", "exit_group", "rt_sigreturn", "sigreturn", "restart_syscall"};
  const uint16_t number = load<uint16_t>(number_param.data());
  return number >= kSyscallCount || std::find(std::begin(kOneWay), std::end(kOneWay), kSyscalls[number].name) == std::end(kOneWay);
}

Upgrader::Outcome Upgrader::upgrade(EventView& event, const WireParams& wire, Bytes* room, SourceStats& stats) {
  using PlanKind = UpgradePlan::Kind;
  const detail::PlanRow& row = plan_row(event.code);
  const uint32_t wanted = std::min<uint32_t>(wire.count, row.param_count);
  Bytes* const recorded = row.any_count ? room : aside_.data();
  if (!locate_params(wire, wanted, recorded)) return Outcome::Lies;
  if (row.any_count) {
    event.set_params(room, wanted);
    return Outcome::Current;
  }
  const UpgradePlan* plan = find_plan(row, wire.count);
  if (!plan || plan->kind == PlanKind::Refuse || wire.payload_bytes() > limits::kPlainEventBytes) return Outcome::Refused;
  if (plan->kind == PlanKind::Absorb) return Outcome::Absorbed;
  if (plan->kind == PlanKind::Store && ignored_.has(event.code)) {
    leave_call(event.tid, true, event.code, stats);
    return Outcome::Absorbed;
  }
  if (plan->kind == PlanKind::Store || plan->kind == PlanKind::StoreAndPass) store_enter(plan->code, event.tid, wire, stats);
  if (plan->kind == PlanKind::Store) return Outcome::Absorbed;
  if (plan->kind == PlanKind::Pass) {
    std::copy_n(recorded, wire.count, room);
    event.set_params(room, wire.count);
    return Outcome::Current;
  }

  std::copy_n(recorded, plan->kept, room);
  event.code = plan->code;
  // What isn't the record's own is looked up as for an event with few parameters.
  EventView moved = event;
  const bool ignored = plan->wants_enter && ignored_.has(static_cast<EventCode>(enter_of(plan->partner)));
  if (ignored) leave_call(event.tid, false, plan->partner, stats);
  const ParamTable enter = plan->wants_enter && !ignored ? take_enter(plan->partner, event.tid, stats) : ParamTable{};
  moved.set_params(ParamTable{}, 0, enter, items_of(*plan), plan->item_count - size_t{plan->kept});
  for (size_t i = plan->kept; i < plan->item_count; ++i) {
    const ParamSource& source = items_of(*plan)[i - plan->kept];
    switch (source.place) {
      case ParamSource::Place::Record:
        room[i] = recorded[source.index];
        if (source.most_bytes != 0 && room[i].size() > source.most_bytes) room[i] = room[i].first(source.most_bytes);
        break;
      case ParamSource::Place::ContainerJson:
        room[i] = container_json(recorded);
        break;
      case ParamSource::Place::Enter:
      case ParamSource::Place::Fixed:
        room[i] = moved.param(i - plan->kept);
        break;
    }
  }
  event.set_params(room, plan->item_count);
  if (plan->kind == PlanKind::Upgrade) ++stats.upgraded;
  return Outcome::Current;
}

bool Upgrader::is_waited_for(EventCode enter) const {
  const UpgradePlan* plan = find_plan(plan_row(enter), event_info(enter).param_count);
  return taken_[static_cast<size_t>(enter)] || !plan || plan->kind != UpgradePlan::Kind::StoreAndPass;
}

void Upgrader::leave_call(EnterStore::Slot& enter, bool in_next_call, EventCode exit, SourceStats& stats) {
  // Its own exit event can be one that nobody looks at: others were of interest when the call began.
  const bool own = !in_next_call && exit_of(enter.code()) == static_cast<size_t>(exit);
  const bool missing = in_next_call ? taken_[static_cast<size_t>(enter.code())] : !own && is_waited_for(enter.code());
  if (!in_next_call && missing) ++stats.wrong_partners;
  if (missing) ++stats.exits_missing[exit_of(enter.code())];
  enters_.free(enter);
}

void Upgrader::miss_enter(EnterStore::Slot* wrong, EventCode exit, int64_t tid, SourceStats& stats) {
  if (wrong) {
    // A call whose exit was lost. The thread has moved on, so the stored event is of no use to anybody.
    if (is_waited_for(wrong->code())) {
      ++stats.wrong_partners;
      ++stats.exits_missing[exit_of(wrong->code())];
    }
    enters_.free(*wrong);
  }
  // A thread other than the leader that executes a program comes back as the leader, so execs prove nothing.
  if (stored_[enter_of(exit)] && enters_.knows(tid) && !is_exec(exit)) ++stats.enters_missing[static_cast<size_t>(exit)];
}

/// Container id, type, name and image of the oldest container event as the text its successors carry. Nothing is
/// escaped: that is how the text has always been made.
Bytes Upgrader::container_json(const Bytes* params) {
  const Bytes type = params[1];
  std::string json = "{\"id\":\"";
  json += until_nul(params[0]);
  json += "\",\"type\":" + std::to_string(type.size() == 4 ? load<uint32_t>(type.data()) : 0) + ",\"name\":\"";
  json += until_nul(params[2]);
  json += "\",\"image\":\"";
  json += until_nul(params[3]);
  json += "\"}";
  json += '\0';
  return as_bytes(texts_.copy(json));
}

}  // namespace fvm
