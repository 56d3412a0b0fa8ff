// SPDX-License-Identifier: Apache-2.0
//
// The rows of old_events.def as constexpr arrays, with look-up by code and count, and the proofs that make following
// them safe.
#pragma once

#include <cstdint>
#include <span>

#include "vm/abi/limits.h"
#include "vm/abi/tables.h"

namespace fvm {

enum class UpgradeAction : uint8_t { Store, StoreAndPass, Pass, Append, Rebuild };
enum class ItemSource : uint8_t { Old, EnterOrZero, EnterOrEmpty, Zero, Empty, ContainerJson };

struct UpgradeItem {
  ItemSource source;
  uint8_t index;  ///< of the parameter, for Old and Enter...
};

struct UpgradeRule {
  EventCode code;
  uint8_t count;
  UpgradeAction action;
  EventCode new_code;
  uint16_t first_item;
  uint8_t item_count;

  constexpr std::span<const UpgradeItem> items() const;
  constexpr bool wants_enter() const {
    for (const UpgradeItem& item : items())
      if (item.source == ItemSource::EnterOrZero || item.source == ItemSource::EnterOrEmpty) return true;
    return false;
  }
};

namespace detail {
#define Old(k) {ItemSource::Old, k},
#define EnterOrZero(k) {ItemSource::EnterOrZero, k},
#define EnterOrEmpty(k) {ItemSource::EnterOrEmpty, k},
#define Zero {ItemSource::Zero, 0},
#define Empty {ItemSource::Empty, 0},
#define ContainerJson {ItemSource::ContainerJson, 0},
#define FALCO_UPGRADE(Sym, count, Action, NewSym, ...) __VA_ARGS__
inline constexpr UpgradeItem kUpgradeItems[] = {
#include "capture/old_events.def"
};
#undef FALCO_UPGRADE
#undef Old
#undef EnterOrZero
#undef EnterOrEmpty
#undef Zero
#undef Empty
#undef ContainerJson

#define Old(k) +1
#define EnterOrZero(k) +1
#define EnterOrEmpty(k) +1
#define Zero +1
#define Empty +1
#define ContainerJson +1
#define FALCO_UPGRADE(Sym, count, Action, NewSym, ...) \
  {EventCode::Sym, count, UpgradeAction::Action, EventCode::NewSym, 0, 0 __VA_ARGS__},
inline constexpr UpgradeRule kRowsWithoutStarts[] = {
#include "capture/old_events.def"
};
#undef FALCO_UPGRADE
#undef Old
#undef EnterOrZero
#undef EnterOrEmpty
#undef Zero
#undef Empty
#undef ContainerJson
inline constexpr size_t kUpgradeCount = sizeof(kRowsWithoutStarts) / sizeof(kRowsWithoutStarts[0]);

struct UpgradeTable {
  UpgradeRule rules[kUpgradeCount];
  uint16_t first_of_code[kEventCount + 1];
};
constexpr UpgradeTable upgrade_table() {
  UpgradeTable t{};
  uint16_t item = 0;
  for (size_t i = 0; i < kUpgradeCount; ++i) {
    t.rules[i] = kRowsWithoutStarts[i];
    t.rules[i].first_item = item;
    item = static_cast<uint16_t>(item + t.rules[i].item_count);
  }
  size_t rule = 0;
  for (size_t code = 0; code <= kEventCount; ++code) {
    while (rule < kUpgradeCount && static_cast<size_t>(t.rules[rule].code) < code) ++rule;
    t.first_of_code[code] = static_cast<uint16_t>(rule);
  }
  return t;
}
inline constexpr UpgradeTable kUpgradeTable = upgrade_table();
}  // namespace detail

constexpr std::span<const UpgradeItem> UpgradeRule::items() const {
  return std::span<const UpgradeItem>(detail::kUpgradeItems).subspan(first_item, item_count);
}

inline constexpr std::span<const UpgradeRule> kUpgradeRules{detail::kUpgradeTable.rules};

inline constexpr size_t kNoUpgrade = SIZE_MAX;

/// Number of the row; kNoUpgrade when there is none: an event of this count can't be used. Not a pointer, because g++ with
/// -fsanitize=null does not compare addresses in constant expressions.
constexpr size_t find_upgrade(EventCode code, uint32_t count) {
  const size_t c = static_cast<size_t>(code);
  for (size_t i = detail::kUpgradeTable.first_of_code[c]; i < detail::kUpgradeTable.first_of_code[c + 1]; ++i)
    if (kUpgradeRules[i].count == count) return i;
  return kNoUpgrade;
}

namespace detail {
/// Rows are in order; a step never takes a parameter its input lacks, never overfills its output, and always moves on
/// (from an old code to a higher or a current one, or to more parameters), so chains end; an enter event is the even
/// code below its exit event and is itself one that is stored, with 2-byte lengths.
constexpr bool upgrades_are_sound() {
  for (size_t i = 0; i < kUpgradeRules.size(); ++i) {
    const UpgradeRule& r = kUpgradeRules[i];
    if (i > 0) {
      const UpgradeRule& before = kUpgradeRules[i - 1];
      if (before.code > r.code || (before.code == r.code && before.count >= r.count)) return false;
    }
    const EventInfo& from = event_info(r.code);
    if (!from.has(FALCO_EF_CONVERTER_MANAGED) || r.count > from.param_count) return false;
    const bool appends = r.action == UpgradeAction::Append, rebuilds = r.action == UpgradeAction::Rebuild;
    const EventInfo& to = event_info(r.new_code);
    if (rebuilds && (!from.has(FALCO_EF_OLD_VERSION) || (to.has(FALCO_EF_OLD_VERSION) && r.new_code <= r.code)))
      return false;
    if (!rebuilds && r.new_code != r.code) return false;
    if (appends ? r.item_count == 0 : (!rebuilds && r.item_count != 0)) return false;
    if ((appends ? r.count : 0) + r.item_count > to.param_count) return false;
    if (r.action == UpgradeAction::Store || r.action == UpgradeAction::StoreAndPass) {
      if (from.dir != Dir::Enter || from.has(FALCO_EF_LARGE_PAYLOAD)) return false;
    }
    for (const UpgradeItem& item : r.items()) {
      if (item.source == ItemSource::Old && item.index >= r.count) return false;
      if (item.source == ItemSource::ContainerJson && r.count != 4) return false;
    }
    if (r.wants_enter() && from.dir != Dir::Exit) return false;
  }
  return true;
}
static_assert(upgrades_are_sound());
}  // namespace detail

}  // namespace fvm
