// SPDX-License-Identifier: Apache-2.0
//
// Where a named parameter stands in each event, worked out once per slot.
#include "vm/field/field_memory.h"

namespace fvm {

int8_t find_param(EventCode code, std::string_view name) {
  const auto params = event_info(code).params();
  for (size_t i = 0; i < params.size(); ++i)
    if (params[i].name == name) return static_cast<int8_t>(i);
  return FieldMemory::kNoParam;
}

int8_t FieldMemory::param_index(const FieldUse& use, EventCode code) {
  auto& table = slot(use.slot).param_of_event;
  if (!table) {
    table = std::make_unique<std::array<int8_t, kEventCount>>();
    for (size_t i = 0; i < kEventCount; ++i) (*table)[i] = find_param(static_cast<EventCode>(i), use.key);
  }
  return (*table)[static_cast<size_t>(code)];
}

}  // namespace fvm
