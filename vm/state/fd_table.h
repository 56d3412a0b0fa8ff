// SPDX-License-Identifier: Apache-2.0
//
// FdTable: the descriptors of one process, by number; at most kFdsPerProcess, refusals are counted by State.
// A copy of a table shares its records until one side changes them (edit), so a fork copies pointers only.
// Small numbers, which is nearly all of them, are an array index; the others are kept sorted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "vm/base/prefetch.h"
#include "vm/state/shared_fd.h"

namespace fvm {

/// Records that nobody needs any more, for the next ones: with their texts' memory, so that opening and closing files needs no
/// heap. Of the records that are made and that it keeps, it counts the memory.
class FdPool {
 public:
  /// `budget` must outlive the pool and every record.
  explicit FdPool(MemoryBudget& budget) : budget_(&budget) { spare_.reserve(kMostSpare); }
  /// A record as Fd{}, but for the memory of its texts.
  SharedFdRef make();
  /// Takes the last reference to a record, or lets go of one of several.
  void give_back(SharedFdRef&& record);
  MemoryBudget* budget() const { return budget_; }

 private:
  static constexpr size_t kMostSpare = 256, kMostBytes = 1024;  // larger records go to the heap
  std::vector<SharedFdRef> spare_;
  MemoryBudget* budget_;
};

class FdTable {
  static constexpr size_t kPrefetched = 8;

 public:
  /// `pool` must outlive the table and every copy of it.
  explicit FdTable(FdPool& pool) : pool_(&pool), slots_charge_(pool.budget(), 0) {}
  FdTable(const FdTable&) = default;
  FdTable& operator=(const FdTable&) = delete;
  ~FdTable();

  const Fd* find(int64_t fd) const {
    const Slot* s = const_cast<FdTable*>(this)->slot(fd);
    return s ? s->get() : nullptr;
  }
  /// The record for writing; it may move, so older pointers to it are void. Null when there is none.
  Fd* edit(int64_t fd);
  /// Adds or replaces; null when the table is full, or memory is short, and `fd` is new.
  Fd* set(Fd fd);
  /// The same for a record with nothing but its number, which the caller fills before it calls recharge().
  Fd* renew(int64_t fd, size_t expected_text_bytes);
  /// Counts what a record of a table takes; to be called when its texts have changed.
  static void recharge(Fd& fd) { static_cast<SharedFd&>(fd).recharge(); }
  void remove(int64_t fd);
  template <typename Predicate>
  void remove_if(Predicate&& gone) {
    for (auto& slot : dense_)
      if (slot && gone(std::as_const(*slot))) {
        pool_->give_back(std::move(slot));
        --size_;
      }
    size_ -= std::erase_if(sparse_, [&](const auto& entry) {
      if (!gone(std::as_const(*entry.second))) return false;
      if (entry.first < 0) --negatives_;
      return true;
    });
  }
  size_t size() const { return size_; }
  /// Starts loading the places of small numbers, once the table itself is loaded.
  void prefetch() const {
    if (!dense_.empty()) prefetch_object(dense_.data(), kPrefetched * sizeof dense_[0]);
  }
  /// Bytes a private copy of the table itself needs, records not counted.
  size_t copy_bytes() const { return dense_.size() * sizeof(dense_[0]) + sparse_.size() * sizeof(sparse_[0]); }

  /// Walks (number, record) in ascending order of numbers.
  class Iterator {
   public:
    std::pair<int64_t, const Fd&> operator*() const { return {table_->at(index_).fd, table_->at(index_)}; }
    Iterator& operator++() {
      ++index_;
      skip();
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    friend class FdTable;
    Iterator(const FdTable* table, size_t index) : table_(table), index_(index) { skip(); }
    void skip() {
      while (index_ < table_->places() && !table_->place(index_)) ++index_;
    }
    const FdTable* table_;
    size_t index_;
  };
  class Range {
   public:
    explicit Range(const FdTable& table) : table_(table) {}
    Iterator begin() const { return {&table_, 0}; }
    Iterator end() const { return {&table_, table_.places()}; }

   private:
    const FdTable& table_;
  };
  Range all() const { return Range(*this); }

 private:
  using Slot = SharedFdRef;

  // Places in ascending order: sparse negatives, the array, the other sparse ones.
  size_t places() const { return dense_.size() + sparse_.size(); }
  const Fd* place(size_t i) const {
    if (i < negatives_) return sparse_[i].second.get();
    if (i - negatives_ < dense_.size()) return dense_[i - negatives_].get();
    return sparse_[i - dense_.size()].second.get();
  }
  const Fd& at(size_t i) const { return *place(i); }
  /// How far the array may reach: for numbers that most processes use, and for more when as many are in use.
  size_t most_dense() const;
  void grow_dense(size_t wanted);
  using Sparse = std::vector<std::pair<int64_t, Slot>>;
  /// The first of sparse_ that is not below `fd`.
  Sparse::iterator sparse_place(int64_t fd);
  /// Of numbers outside the array.
  Slot* sparse_slot(int64_t fd);
  /// The place of `fd`, made if need be, for a record of `bytes`; null when the table is full, or memory is short.
  Slot* claim(int64_t fd, size_t bytes);
  Slot* slot(int64_t fd) {
    if (static_cast<uint64_t>(fd) < dense_.size()) return &dense_[static_cast<size_t>(fd)];
    return sparse_.empty() ? nullptr : sparse_slot(fd);
  }
  void recharge() { slots_charge_.set(copy_bytes()); }

  std::vector<Slot> dense_;
  Sparse sparse_;  // sorted, numbers that dense_ has no place for
  size_t negatives_ = 0;                          // how many of sparse_ are below 0
  size_t size_ = 0;
  FdPool* pool_;
  MemoryCharge slots_charge_;
};

}  // namespace fvm
