// SPDX-License-Identifier: Apache-2.0
//
// SharedFd: a descriptor's record as tables hold it, with its share of the memory budget. SharedFdRef: one holder of it. Counted
// without atomics, unlike std::shared_ptr: a State belongs to one thread, and every close and fork counts. Knows no tables.
#pragma once

#include <cstdint>
#include <utility>

#include "vm/state/fd.h"
#include "vm/state/memory_budget.h"

namespace fvm {

struct SharedFd : Fd {
  explicit SharedFd(MemoryBudget* budget) : charge(budget, bytes(*this)) {}
  SharedFd(const SharedFd&) = delete;
  SharedFd& operator=(const SharedFd&) = delete;
  /// What a record with these texts takes. The flat part is what the allocator adds.
  static size_t bytes(const Fd& record) {
    constexpr size_t kRounding = 64;
    return sizeof(SharedFd) + kRounding + heap_bytes(record.name) + heap_bytes(record.name_raw);
  }
  /// To be called when the texts have changed.
  void recharge() { charge.set(bytes(*this)); }

  MemoryCharge charge;
  uint32_t holders = 0;  ///< SharedFdRefs to it
};

class SharedFdRef {
 public:
  SharedFdRef() = default;
  explicit SharedFdRef(SharedFd* record) : record_(record) { ++record_->holders; }
  SharedFdRef(const SharedFdRef& other) : record_(other.record_) {
    if (record_ != nullptr) ++record_->holders;
  }
  SharedFdRef(SharedFdRef&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
  SharedFdRef& operator=(SharedFdRef other) noexcept {
    std::swap(record_, other.record_);
    return *this;
  }
  ~SharedFdRef() {
    if (record_ != nullptr && --record_->holders == 0) delete record_;
  }

  explicit operator bool() const { return record_ != nullptr; }
  SharedFd* get() const { return record_; }
  SharedFd& operator*() const { return *record_; }
  SharedFd* operator->() const { return record_; }
  /// Whether others hold it, too.
  bool is_shared() const { return record_->holders > 1; }

 private:
  SharedFd* record_ = nullptr;
};

}  // namespace fvm
