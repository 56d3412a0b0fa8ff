// SPDX-License-Identifier: Apache-2.0
//
// The layouts of a Dyn parameter: rows of the tables *_dynamic_param of enums.def read "... -> TYPE:FORMAT", and the row's
// number is the first byte of the value. Cold.
#pragma once

#include <iterator>
#include <string_view>

#include "vm/abi/tables.h"

namespace fvm {

/// The type that a row names; NONE when it names none.
constexpr TypeId layout_type(std::string_view row) {
  const size_t arrow = row.rfind("-> ");
  const size_t colon = row.rfind(':');
  if (arrow == std::string_view::npos || colon == std::string_view::npos) return TypeId::NONE;
  const std::string_view name = row.substr(arrow + 3, colon - arrow - 3);
  for (size_t i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i].name == name) return static_cast<TypeId>(i);
  return TypeId::NONE;
}

/// Type of layout `number` of a Dyn parameter, NONE when there is none. Linear in the tables.
constexpr TypeId dyn_layout(EnumTable table, size_t number) {
  const std::span<const EnumName> rows = enum_names(table);
  return number < rows.size() ? layout_type(rows[number].name) : TypeId::NONE;
}

}  // namespace fvm
