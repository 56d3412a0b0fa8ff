// SPDX-License-Identifier: Apache-2.0
//
// Which of the dispensable parts of state a field shows.
#pragma once

#include <cstdint>

#include "vm/abi/tables.h"
#include "vm/state/interest.h"

namespace fvm {

/// Bits of state_use.
constexpr uint8_t state_use_of(FieldId field) {
  switch (field) {
    case FieldId::ProcVmsize:
    case FieldId::ProcVmrss:
    case FieldId::ProcVmswap:
    case FieldId::ThreadPfmajor:
    case FieldId::ThreadPfminor:
    case FieldId::ThreadVmsize:
    case FieldId::ThreadVmrss:
    case FieldId::ThreadVmsizeB:
    case FieldId::ThreadVmrssB:
      return state_use::kMemory;
    case FieldId::ThreadCpu:
    case FieldId::ThreadCpuUser:
    case FieldId::ThreadCpuSystem:
      return state_use::kCpu;
    case FieldId::FdConnected:
      return state_use::kConnected;
    default:
      return 0;
  }
}

}  // namespace fvm
