// SPDX-License-Identifier: Apache-2.0
//
// MemoryBudget: how many bytes of state an input may make us keep. MemoryCharge: one object's share, given back when
// the object goes. Counts, never allocates; whoever is about to grow asks fits() first and counts the refusal.
#pragma once

#include <cstddef>
#include <string>
#include <utility>

namespace fvm {

/// What a string takes beside itself: short ones lie inside; the allocator rounds up.
inline size_t heap_bytes(const std::string& text) {
  constexpr size_t kInside = 15, kRounding = 16;
  return text.capacity() > kInside ? text.capacity() + kRounding : 0;
}

class MemoryBudget {
 public:
  explicit MemoryBudget(size_t limit_bytes) : limit_bytes_(limit_bytes) {}
  bool fits(size_t bytes) const { return used_bytes_ + bytes <= limit_bytes_; }
  size_t used_bytes() const { return used_bytes_; }
  size_t peak_bytes() const { return peak_bytes_; }
  size_t limit_bytes() const { return limit_bytes_; }

 private:
  friend class MemoryCharge;
  size_t used_bytes_ = 0;
  size_t peak_bytes_ = 0;
  size_t limit_bytes_;
};

class MemoryCharge {
 public:
  MemoryCharge() = default;
  MemoryCharge(MemoryBudget* budget, size_t bytes) : budget_(budget) { set(bytes); }
  MemoryCharge(const MemoryCharge& other) : MemoryCharge(other.budget_, other.bytes_) {}
  MemoryCharge& operator=(const MemoryCharge& other) {
    MemoryCharge copy(other);
    std::swap(budget_, copy.budget_);
    std::swap(bytes_, copy.bytes_);
    return *this;
  }
  ~MemoryCharge() { set(0); }

  void set(size_t bytes) {
    if (budget_) {
      budget_->used_bytes_ += bytes - bytes_;  // may wrap on its way
      if (budget_->used_bytes_ > budget_->peak_bytes_) budget_->peak_bytes_ = budget_->used_bytes_;
    }
    bytes_ = bytes;
  }
  MemoryBudget* budget() const { return budget_; }
  size_t bytes() const { return bytes_; }

 private:
  MemoryBudget* budget_ = nullptr;  // null: nobody counts
  size_t bytes_ = 0;
};

}  // namespace fvm
