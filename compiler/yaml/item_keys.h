// SPDX-License-Identifier: Apache-2.0
//
// The rows of item_keys.def as an array: which keys each kind of item knows. Knows nothing of their values.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace falcoc {

enum class ItemKind : uint8_t { Rule, Macro, List, EngineVersion, PluginVersions };

struct ItemKey {
  ItemKind item;
  std::string_view name;
  bool can_append;
  bool can_replace;
  std::string_view doc;
};

/// The first key of each kind is the one that names the item.
inline constexpr ItemKey kItemKeys[] = {
#define FALCO_ITEM_KEY(item, name, can_append, can_replace, doc) {ItemKind::item, name, can_append, can_replace, doc},
#include "compiler/yaml/item_keys.def"
#undef FALCO_ITEM_KEY
};

/// In the order of the table.
inline std::vector<std::string_view> item_key_names(ItemKind item) {
  std::vector<std::string_view> names;
  for (const ItemKey& key : kItemKeys)
    if (key.item == item) names.push_back(key.name);
  return names;
}

/// null: items of this kind have no such key.
constexpr const ItemKey* find_item_key(ItemKind item, std::string_view name) {
  for (const ItemKey& key : kItemKeys)
    if (key.item == item && key.name == name) return &key;
  return nullptr;
}

}  // namespace falcoc
