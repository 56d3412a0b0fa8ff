// SPDX-License-Identifier: Apache-2.0
//
// FieldUse: a field with its argument, as the image stores it and getters receive it. Two uses that are equal are one slot:
// the machine reads each slot at most once per event.
#pragma once

#include <cstdint>
#include <string_view>

#include "vm/abi/tables.h"

namespace fvm {

struct FieldUse {
  FieldId id{};
  FieldArg arg = FieldArg::None;
  TypeId type{};           ///< declared value type; differs from the row only for evt.rawarg
  int64_t index = 0;       ///< FieldArg::Index
  std::string_view key;    ///< FieldArg::Key; borrowed from the image
  uint32_t slot = 0;       ///< number of this use within the image; getters with memory (evt.deltatime) key it by slot
};

}  // namespace fvm
