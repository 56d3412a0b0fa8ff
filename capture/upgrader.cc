// SPDX-License-Identifier: Apache-2.0
#include "capture/upgrader.h"

#include <cstring>
#include <iterator>
#include <string>
#include <string_view>

#include "capture/upgrade_plan.h"
#include "vm/base/check.h"

namespace fvm {

namespace {

constexpr uint8_t kZeros[16] = {};
constexpr uint8_t kOnes[4] = {0xff, 0xff, 0xff, 0xff};

Bytes fixed_value(const PlanItem& item) { return item.ones ? Bytes(kOnes).first(item.fixed_bytes) : Bytes(kZeros).first(item.fixed_bytes); }

/// A longer value keeps its low bytes.
Bytes cut(Bytes value, size_t most_bytes) { return most_bytes != 0 && value.size() > most_bytes ? value.first(most_bytes) : value; }

/// Codes come in pairs: even the enter event, odd the exit event.
size_t exit_of(EventCode enter) { return static_cast<size_t>(enter) | 1u; }
size_t enter_of(EventCode exit) { return static_cast<size_t>(exit) & ~size_t{1}; }
bool is_exec(EventCode exit) { return event_info(exit).name.starts_with("execve"); }

/// Calls that don't come back: nobody waits for their exit event.
bool returns(EventCode enter, const WireParams& wire) {
  Bytes number_param;
  if (enter != EventCode::GENERIC_E || wire.count == 0 || !locate_params(wire, 1, &number_param)) return true;
  if (number_param.size() != sizeof(uint16_t)) return true;
  constexpr std::string_view kOneWay[] = {"exit", "exit_group", "rt_sigreturn", "sigreturn", "restart_syscall"};
  const uint16_t number = load<uint16_t>(number_param.data());
  return number >= kSyscallCount || std::find(std::begin(kOneWay), std::end(kOneWay), kSyscalls[number].name) == std::end(kOneWay);
}

}  // namespace

Upgrader::Outcome Upgrader::follow_plan(EventView& event, const WireParams& wire, Bytes* room, SourceStats& stats) {
  using PlanKind = UpgradePlan::Kind;
  const UpgradePlan* plan = find_plan(event.code, wire.count);
  // Where parameters move, they are located aside first.
  const bool in_place = plan && plan->kept == wire.count;
  Bytes* const recorded = in_place ? room : aside_.data();
  const bool is_stored = plan && plan->kind == PlanKind::Store;
  const size_t wanted = !plan || plan->kind == PlanKind::Absorb || is_stored ? 0 : wire.count;
  if (!locate_params(wire, wanted, recorded)) return Outcome::Lies;
  if (!plan || plan->kind == PlanKind::Refuse) return Outcome::Refused;
  if (wire.payload_bytes() > limits::kPlainEventBytes) return Outcome::Refused;
  if (plan->kind == PlanKind::Absorb) return Outcome::Absorbed;
  if (is_stored || plan->kind == PlanKind::StoreAndPass) store_enter(plan->code, event.tid, wire, stats);
  if (is_stored) return Outcome::Absorbed;
  event.code = plan->code;
  if (plan->kind == PlanKind::Pass) {
    std::copy_n(recorded, wire.count, room);
    event.set_params(room, wire.count);
    return Outcome::Current;
  }

  EnterStore::Slot* const enter = plan->wants_enter ? take_enter(plan->partner, event.tid, stats) : nullptr;
  const size_t entered_count = enter ? enter->params().count : 0;
  if (enter) {
    FALCO_CHECK(locate_params(enter->params(), entered_count, entered_.data()));
    taken_.set(static_cast<size_t>(enter->code()));
    enters_.free(*enter);
  }
  if (!in_place) std::copy_n(recorded, plan->kept, room);
  Bytes* out = room + plan->kept;
  for (const PlanItem& item : items_of(*plan)) {
    switch (item.source) {
      case PlanItem::Source::Event:
        *out = cut(recorded[item.index], item.most_bytes);
        break;
      case PlanItem::Source::Enter:
        *out = item.index < entered_count ? cut(entered_[item.index], item.most_bytes) : fixed_value(item);
        break;
      case PlanItem::Source::Fixed:
        *out = fixed_value(item);
        break;
      case PlanItem::Source::ContainerJson:
        *out = container_json(recorded);
        break;
    }
    ++out;
  }
  event.set_params(room, plan->item_count);
  if (plan->kind == PlanKind::Upgrade || plan->item_count != plan->kept) ++stats.upgraded;
  return Outcome::Current;
}

void Upgrader::store_enter(EventCode code, int64_t tid, const WireParams& wire, SourceStats& stats) {
  const auto replaced = enters_.put(tid, code, wire);
  stored_.set(static_cast<size_t>(code));
  // The thread is in its next call, so the one before has ended unseen.
  if (replaced && taken_[static_cast<size_t>(*replaced)]) ++stats.exits_missing[exit_of(*replaced)];
  if (code == EventCode::GENERIC_E && !returns(code, wire)) enters_.forget_event(tid);
}

/// The enter event of the exit event at hand; null when the thread has none, or one of another call.
EnterStore::Slot* Upgrader::take_enter(EventCode exit, int64_t tid, SourceStats& stats) {
  EnterStore::Slot* enter = enters_.find(tid);
  if (enter && exit_of(enter->code()) == static_cast<size_t>(exit)) return enter;
  if (enter) {
    // A call whose exit was lost. The thread has moved on, so the stored event is of no use to anybody.
    ++stats.wrong_partners;
    ++stats.exits_missing[exit_of(enter->code())];
    enters_.free(*enter);
  }
  // A thread other than the leader that executes a program comes back as the leader, so execs prove nothing.
  if (stored_[enter_of(exit)] && enters_.knows(tid) && !is_exec(exit)) ++stats.enters_missing[static_cast<size_t>(exit)];
  return nullptr;
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
