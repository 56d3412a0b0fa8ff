// SPDX-License-Identifier: Apache-2.0
//
// FdTable: the descriptors of one process, by number; at most kFdsPerProcess, refusals are counted by State.
// Stored Fds keep their address until they are removed or replaced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "vm/state/fd.h"

namespace fvm {

class FdTable {
 public:
  const Fd* find(int64_t fd) const {
    const auto it = by_number_.find(fd);
    return it == by_number_.end() ? nullptr : &it->second;
  }
  Fd* find(int64_t fd) {
    const auto it = by_number_.find(fd);
    return it == by_number_.end() ? nullptr : &it->second;
  }
  /// Adds or replaces; null when the table is full and `fd` is new.
  Fd* set(Fd fd);
  void remove(int64_t fd) { by_number_.erase(fd); }
  size_t size() const { return by_number_.size(); }
  const std::map<int64_t, Fd>& all() const { return by_number_; }  ///< ascending numbers

 private:
  std::map<int64_t, Fd> by_number_;
};

}  // namespace fvm
