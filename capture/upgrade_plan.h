// SPDX-License-Identifier: Apache-2.0
//
// What becomes of an event of a given code and parameter count, looked up once: the chain of steps of old_events.def
// followed to its end and folded into one plan. A plan says for each parameter of the result where it lies: in the event
// or in its enter event. Made at compile time; knows the steps, not bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "capture/upgrade_table.h"
#include "vm/event/event_view.h"

namespace fvm {

struct UpgradePlan {
  enum class Kind : uint8_t {
    Refuse,        ///< can't be used
    Absorb,        ///< gives nothing out
    Store,         ///< kept for its exit event, gives nothing out
    StoreAndPass,  ///< kept and given out
    Pass,          ///< given out as it is
    Upgrade,       ///< given out with the parameters of `items`
  } kind = Kind::Refuse;
  EventCode code{};              ///< of the result, and of what is stored
  EventCode partner{};           ///< wants_enter: the exit code that its enter event must belong to
  bool wants_enter = false;
  bool has_text = false;         ///< some parameter is a text to be made
  uint8_t kept = 0;              ///< so many parameters in front are the event's own, in place
  uint8_t item_count = 0;        ///< parameters of the result, kept ones included
  uint16_t first_item = 0;
};

namespace detail {

inline constexpr size_t kMostItems = 4096;

/// What decides about an event of one code.
struct PlanRow {
  bool any_count = false;    ///< current and not managed: passes with as many parameters as there are, up to the row's
  uint8_t param_count = 0;   ///< of the row
  uint16_t first = 0;        ///< plan for no parameters; the others follow
  uint16_t plan_count = 0;
};

/// Plans by code, then by count from 0 to the row's own count.
struct PlanTable {
  std::array<PlanRow, kEventCount> rows{};
  std::array<UpgradePlan, kEventCount * 8> plans{};
  std::array<ParamSource, kMostItems> items{};
  size_t plan_count = 0;
  size_t item_count = 0;
};

constexpr ParamSource fixed_item(TypeId type) {
  const bool id = type == TypeId::UID || type == TypeId::GID;
  return {ParamSource::Place::Fixed, 0, 0, static_cast<uint8_t>(id ? 4 : type_info(type).size_bytes), id};
}

/// The item as a parameter of `type`.
constexpr ParamSource fitted(ParamSource item, TypeId type) {
  const auto size = static_cast<uint8_t>(type_info(type).size_bytes);
  if (size == 0 || item.place == ParamSource::Place::ContainerJson) return item;
  if (item.place != ParamSource::Place::Fixed) item.most_bytes = item.most_bytes == 0 ? size : std::min(item.most_bytes, size);
  item.fixed_bytes = std::min(item.fixed_bytes, size);
  return item;
}

/// Follows the steps for one code and count. `items` receives the result's parameters.
constexpr UpgradePlan follow(EventCode code, uint32_t count, std::array<ParamSource, limits::kEventParams>& items) {
  using PlanKind = UpgradePlan::Kind;
  UpgradePlan plan;
  plan.code = code;
  for (uint32_t i = 0; i < count; ++i) items[i] = {ParamSource::Place::Record, static_cast<uint8_t>(i), 0, 0, false};
  bool changed = false, asked = false;
  for (size_t round = 0; round < limits::kUpgradeRounds; ++round) {
    const EventInfo& info = event_info(plan.code);
    if (info.has(FALCO_EF_UNUSED)) return plan;
    const bool old = info.has(FALCO_EF_OLD_VERSION), managed = info.has(FALCO_EF_CONVERTER_MANAGED);
    if (!managed && old) {
      plan.kind = info.dir == Dir::Enter ? PlanKind::Absorb : PlanKind::Refuse;
      return plan;
    }
    plan.item_count = static_cast<uint8_t>(count);
    if (!managed || (info.dir == Dir::Exit && !old && count == info.param_count)) {
      plan.kind = changed ? PlanKind::Upgrade : PlanKind::Pass;
      return plan;
    }
    const size_t number = find_upgrade(plan.code, count);
    if (number == kNoUpgrade) return plan;
    const UpgradeRule& rule = kUpgradeRules[number];
    switch (rule.action) {
      case UpgradeAction::Store:
        plan.kind = PlanKind::Store;
        return plan;
      case UpgradeAction::StoreAndPass:
        plan.kind = PlanKind::StoreAndPass;
        return plan;
      case UpgradeAction::Pass:
        plan.kind = changed ? PlanKind::Upgrade : PlanKind::Pass;
        return plan;
      case UpgradeAction::Append:
      case UpgradeAction::Rebuild:
        break;
    }
    // The first step that looks for the enter event uses it up.
    const bool has_enter = rule.wants_enter() && !asked;
    if (has_enter) {
      plan.wants_enter = asked = true;
      plan.partner = plan.code;
    }
    const bool appends = rule.action == UpgradeAction::Append;
    std::array<ParamSource, limits::kEventParams> next{};
    uint32_t at = 0;
    if (appends)
      for (; at < count; ++at) next[at] = items[at];
    for (const UpgradeItem step : rule.items()) {
      const TypeId type = event_info(rule.new_code).params()[at].type;
      ParamSource item;
      switch (step.source) {
        case ItemSource::Old:
          item = fitted(items[step.index], type);
          break;
        case ItemSource::EnterOrZero:
        case ItemSource::EnterOrEmpty:
          if (step.source == ItemSource::EnterOrZero) item = fixed_item(type);
          if (!has_enter) break;
          item.place = ParamSource::Place::Enter;
          item.index = step.index;
          item.most_bytes = static_cast<uint8_t>(type_info(type).size_bytes);
          break;
        case ItemSource::Zero:
          item = fixed_item(type);
          break;
        case ItemSource::Empty:
          break;
        case ItemSource::ContainerJson:
          item.place = ParamSource::Place::ContainerJson;
          break;
      }
      next[at++] = item;
    }
    items = next;
    plan.code = rule.new_code;
    count = at;
    changed = true;
  }
  plan.kind = PlanKind::Refuse;
  return plan;
}

constexpr bool in_place(const ParamSource& item, size_t i) {
  return item.place == ParamSource::Place::Record && item.index == i && item.most_bytes == 0;
}

/// Whether two of the table's plans and their items are the same is not looked for: they are small.
constexpr PlanTable plan_table() {
  PlanTable t{};
  for (size_t c = 0; c < kEventCount; ++c) {
    const EventInfo& info = kEvents[c];
    PlanRow& row = t.rows[c];
    row.param_count = static_cast<uint8_t>(info.param_count);
    row.first = static_cast<uint16_t>(t.plan_count);
    if (!info.has(FALCO_EF_CONVERTER_MANAGED | FALCO_EF_OLD_VERSION)) {
      row.any_count = !info.has(FALCO_EF_UNUSED);
      continue;
    }
    for (uint32_t count = 0; count <= kEvents[c].param_count; ++count) {
      std::array<ParamSource, limits::kEventParams> items{};
      UpgradePlan plan = follow(static_cast<EventCode>(c), count, items);
      if (plan.kind >= UpgradePlan::Kind::Store && plan.kind != UpgradePlan::Kind::Pass) {
        while (plan.kept < plan.item_count && plan.kept < count && in_place(items[plan.kept], plan.kept)) ++plan.kept;
        plan.first_item = static_cast<uint16_t>(t.item_count);
        for (size_t i = plan.kept; i < plan.item_count; ++i) {
          plan.has_text |= items[i].place == ParamSource::Place::ContainerJson;
          t.items[t.item_count++] = items[i];
        }
      }
      t.plans[t.plan_count++] = plan;
      ++row.plan_count;
    }
  }
  return t;
}
inline constexpr PlanTable kPlanTable = plan_table();

/// An enter event is stored as it was recorded. What its plan adds must be nothing but what an exit event takes for a missing
/// parameter, and its recorded parameters must keep their places.
constexpr bool stored_events_keep_their_form() {
  for (const PlanRow& row : kPlanTable.rows) {
    for (size_t count = 0; count < row.plan_count; ++count) {
      const UpgradePlan& plan = kPlanTable.plans[row.first + count];
      if (plan.kind != UpgradePlan::Kind::Store && plan.kind != UpgradePlan::Kind::StoreAndPass) continue;
      if (plan.kept != count) return false;
      for (size_t i = plan.kept; i < plan.item_count; ++i) {
        if (kPlanTable.items[plan.first_item + i - plan.kept].place != ParamSource::Place::Fixed) return false;
      }
    }
  }
  return true;
}
static_assert(stored_events_keep_their_form());

}  // namespace detail

inline const detail::PlanRow& plan_row(EventCode code) { return detail::kPlanTable.rows[static_cast<size_t>(code)]; }

/// Null: no writer made events of this code with so many parameters.
inline const UpgradePlan* find_plan(const detail::PlanRow& row, uint32_t count) {
  return count < row.plan_count ? &detail::kPlanTable.plans[size_t{row.first} + count] : nullptr;
}

/// Where the parameters behind the kept ones are.
inline const ParamSource* items_of(const UpgradePlan& plan) { return detail::kPlanTable.items.data() + plan.first_item; }

}  // namespace fvm
