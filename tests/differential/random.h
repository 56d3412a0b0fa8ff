// SPDX-License-Identifier: Apache-2.0
//
// Random: the same numbers on every machine for the same seed (the distributions of <random> differ between libraries).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace differential {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  /// splitmix64
  uint64_t next() {
    uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t limit) { return next() % limit; }
  bool chance(uint64_t percent) { return below(100) < percent; }
  template <typename T, size_t N>
  const T& pick(const T (&from)[N]) {
    return from[below(N)];
  }
  std::string_view pick(std::initializer_list<std::string_view> from) { return from.begin()[below(from.size())]; }

 private:
  uint64_t state_;
};

}  // namespace differential
