// SPDX-License-Identifier: Apache-2.0
//
// NetSet: membership of an address in any of many networks: disjoint address ranges, sorted. Built when an image is
// loaded; contains() allocates nothing and looks at as many ranges as the logarithm of their number.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "vm/ops/value.h"

namespace fvm::ops {

class NetSet {
 public:
  /// Of Kind::Net values.
  explicit NetSet(std::span<const Value> nets);
  bool contains(const IpAddr& address) const;

 private:
  template <typename Address>
  struct Range {
    Address first, last;
  };
  using Wide = std::array<uint8_t, 16>;  ///< network order, so comparing bytes compares addresses

  template <typename Address>
  static void merge(std::vector<Range<Address>>& ranges);
  template <typename Address>
  static bool is_in(const std::vector<Range<Address>>& ranges, const Address& address);

  std::vector<Range<uint32_t>> v4_;
  std::vector<Range<Wide>> v6_;
};

}  // namespace fvm::ops
