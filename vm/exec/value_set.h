// SPDX-License-Identifier: Apache-2.0
//
// ValueSet: membership in a list of constants by exact equality (ops::equal): linear for a few, hashed for many.
// Built when an image is loaded; contains() allocates nothing. Constants of one kind, but not Net, whose members
// contain rather than equal. Borrows the values' bytes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "vm/ops/value.h"

namespace fvm {

class ValueSet {
 public:
  explicit ValueSet(std::span<const Value> members);
  bool contains(const Value& value) const;

 private:
  static constexpr size_t kLinear = 4;

  std::span<const Value> members_;
  std::vector<uint32_t> buckets_;  ///< member number + 1, open addressing, power of two; empty when linear
};

}  // namespace fvm
