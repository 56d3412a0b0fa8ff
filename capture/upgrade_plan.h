// SPDX-License-Identifier: Apache-2.0
//
// What becomes of an event of a given code and parameter count, looked up once: the chain of steps of old_events.def
// followed to its end and folded into one plan. A plan says for each parameter of the result where it lies: in the event
// or in its enter event. Made at compile time; knows the steps, not bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "capture/upgrade_table.h"

namespace fvm {

/// Where a parameter of an upgraded event comes from.
struct PlanItem {
  enum class Source : uint8_t { Event, Enter, Fixed, ContainerJson } source = Source::Fixed;
  uint8_t index = 0;       ///< Event, Enter: of the parameter
  uint8_t most_bytes = 0;  ///< Event, Enter: a longer value keeps its low bytes; 0 = any length
  uint8_t fixed_bytes = 0; ///< Fixed, and Enter without one: length of the value
  bool ones = false;       ///< the fixed value is all ones, not zeros: ids of users and groups
};

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
  uint8_t kept = 0;              ///< so many parameters in front are the event's own, in place
  uint8_t item_count = 0;        ///< parameters of the result, kept ones included
  uint16_t first_item = 0;
};

namespace detail {

inline constexpr size_t kMostItems = 4096;

/// Plans by code, then by count from 0 to the row's own count.
struct PlanTable {
  std::array<uint16_t, kEventCount + 1> first_of_code{};
  std::array<UpgradePlan, kEventCount * 8> plans{};
  std::array<PlanItem, kMostItems> items{};
  size_t plan_count = 0;
  size_t item_count = 0;
};

constexpr PlanItem fixed_item(TypeId type) {
  const bool id = type == TypeId::UID || type == TypeId::GID;
  return {PlanItem::Source::Fixed, 0, 0, static_cast<uint8_t>(id ? 4 : type_info(type).size_bytes), id};
}

/// The item as a parameter of `type`.
constexpr PlanItem fitted(PlanItem item, TypeId type) {
  const auto size = static_cast<uint8_t>(type_info(type).size_bytes);
  if (size == 0 || item.source == PlanItem::Source::ContainerJson) return item;
  if (item.source != PlanItem::Source::Fixed) item.most_bytes = item.most_bytes == 0 ? size : std::min(item.most_bytes, size);
  item.fixed_bytes = std::min(item.fixed_bytes, size);
  return item;
}

/// Follows the steps for one code and count. `items` receives the result's parameters.
constexpr UpgradePlan follow(EventCode code, uint32_t count, std::array<PlanItem, limits::kEventParams>& items) {
  using PlanKind = UpgradePlan::Kind;
  UpgradePlan plan;
  plan.code = code;
  for (uint32_t i = 0; i < count; ++i) items[i] = {PlanItem::Source::Event, static_cast<uint8_t>(i), 0, 0, false};
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
    const UpgradeRule* rule = find_upgrade(plan.code, count);
    if (!rule) return plan;
    switch (rule->action) {
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
    const bool has_enter = rule->wants_enter() && !asked;
    if (has_enter) {
      plan.wants_enter = asked = true;
      plan.partner = plan.code;
    }
    const bool appends = rule->action == UpgradeAction::Append;
    std::array<PlanItem, limits::kEventParams> next{};
    uint32_t at = 0;
    if (appends)
      for (; at < count; ++at) next[at] = items[at];
    for (const UpgradeItem step : rule->items()) {
      const TypeId type = event_info(rule->new_code).params()[at].type;
      PlanItem item;
      switch (step.source) {
        case ItemSource::Old:
          item = fitted(items[step.index], type);
          break;
        case ItemSource::EnterOrZero:
        case ItemSource::EnterOrEmpty:
          if (step.source == ItemSource::EnterOrZero) item = fixed_item(type);
          if (!has_enter) break;
          item.source = PlanItem::Source::Enter;
          item.index = step.index;
          item.most_bytes = static_cast<uint8_t>(type_info(type).size_bytes);
          break;
        case ItemSource::Zero:
          item = fixed_item(type);
          break;
        case ItemSource::Empty:
          break;
        case ItemSource::ContainerJson:
          item.source = PlanItem::Source::ContainerJson;
          break;
      }
      next[at++] = item;
    }
    items = next;
    plan.code = rule->new_code;
    count = at;
    changed = true;
  }
  plan.kind = PlanKind::Refuse;
  return plan;
}

constexpr bool in_place(const PlanItem& item, size_t i) {
  return item.source == PlanItem::Source::Event && item.index == i && item.most_bytes == 0;
}

/// Whether two of the table's plans and their items are the same is not looked for: they are small.
constexpr PlanTable plan_table() {
  PlanTable t{};
  for (size_t c = 0; c < kEventCount; ++c) {
    t.first_of_code[c] = static_cast<uint16_t>(t.plan_count);
    if (!kEvents[c].has(FALCO_EF_CONVERTER_MANAGED) && !kEvents[c].has(FALCO_EF_OLD_VERSION)) continue;
    for (uint32_t count = 0; count <= kEvents[c].param_count; ++count) {
      std::array<PlanItem, limits::kEventParams> items{};
      UpgradePlan plan = follow(static_cast<EventCode>(c), count, items);
      if (plan.kind >= UpgradePlan::Kind::Store && plan.kind != UpgradePlan::Kind::Pass) {
        while (plan.kept < plan.item_count && plan.kept < count && in_place(items[plan.kept], plan.kept)) ++plan.kept;
        plan.first_item = static_cast<uint16_t>(t.item_count);
        for (size_t i = plan.kept; i < plan.item_count; ++i) t.items[t.item_count++] = items[i];
      }
      t.plans[t.plan_count++] = plan;
    }
  }
  t.first_of_code[kEventCount] = static_cast<uint16_t>(t.plan_count);
  return t;
}
inline constexpr PlanTable kPlanTable = plan_table();

/// An enter event is stored as it was recorded. What its plan adds must be nothing but what an exit event takes for a missing
/// parameter, and its recorded parameters must keep their places.
constexpr bool stored_events_keep_their_form() {
  for (size_t c = 0; c < kEventCount; ++c) {
    const size_t first = kPlanTable.first_of_code[c];
    for (size_t p = first; p < kPlanTable.first_of_code[c + 1]; ++p) {
      const UpgradePlan& plan = kPlanTable.plans[p];
      if (plan.kind != UpgradePlan::Kind::Store && plan.kind != UpgradePlan::Kind::StoreAndPass) continue;
      if (plan.kept != p - first) return false;
      for (size_t i = plan.kept; i < plan.item_count; ++i) {
        if (kPlanTable.items[plan.first_item + i - plan.kept].source != PlanItem::Source::Fixed) return false;
      }
    }
  }
  return true;
}
static_assert(stored_events_keep_their_form());

}  // namespace detail

/// Null: no writer made events of this code with so many parameters.
inline const UpgradePlan* find_plan(EventCode code, uint32_t count) {
  const auto c = static_cast<size_t>(code);
  const size_t first = detail::kPlanTable.first_of_code[c], end = detail::kPlanTable.first_of_code[c + 1];
  return count < end - first ? &detail::kPlanTable.plans[first + count] : nullptr;
}

/// The items behind the kept parameters.
inline std::span<const PlanItem> items_of(const UpgradePlan& plan) {
  return std::span<const PlanItem>(detail::kPlanTable.items).subspan(plan.first_item, plan.item_count - size_t{plan.kept});
}

}  // namespace fvm
