// SPDX-License-Identifier: Apache-2.0
//
// FdTable and the names of descriptor types. Knows nothing of events.

#include "vm/state/fd_table.h"

#include <algorithm>

#include "vm/abi/limits.h"

namespace fvm {
namespace {

/// As Fd{}, but the texts keep their memory.
void clear(Fd& fd) {
  static_cast<FdFacts&>(fd) = {};
  fd.name.clear();
  fd.name_raw.clear();
}

struct TypeText {
  char typechar;
  std::string_view name;
};

TypeText type_text(FdType type) {
  switch (type) {
    case FdType::Uninitialized:
      return {'?', "<NA>"};
    case FdType::Unknown:
      return {'o', "<NA>"};
    case FdType::File:
    case FdType::FileV2:
      return {'f', "file"};
    case FdType::Directory:
      return {'d', "directory"};
    case FdType::Ipv4Sock:
    case FdType::Ipv4ServSock:
      return {'4', "ipv4"};
    case FdType::Ipv6Sock:
    case FdType::Ipv6ServSock:
      return {'6', "ipv6"};
    case FdType::Fifo:
      return {'p', "pipe"};
    case FdType::UnixSock:
      return {'u', "unix"};
    case FdType::Event:
      return {'e', "event"};
    case FdType::Unsupported:
      return {'X', "<NA>"};
    case FdType::SignalFd:
      return {'s', "signalfd"};
    case FdType::EventPoll:
      return {'l', "eventpoll"};
    case FdType::Inotify:
      return {'i', "inotify"};
    case FdType::TimerFd:
      return {'t', "timerfd"};
    case FdType::Netlink:
      return {'n', "netlink"};
    case FdType::Bpf:
      return {'b', "bpf"};
    case FdType::UserFaultFd:
      return {'u', "userfaultfd"};
    case FdType::IoUring:
      return {'r', "io_uring"};
    case FdType::MemFd:
      return {'m', "memfd"};
    case FdType::PidFd:
      return {'P', "pidfd"};
  }
  return {'?', "<NA>"};
}

}  // namespace

char fd_typechar(FdType type) { return type_text(type).typechar; }
std::string_view fd_type_name(FdType type) { return type_text(type).name; }

SharedFdRef FdPool::make() {
  if (spare_.empty()) return SharedFdRef(new SharedFd(budget_));
  SharedFdRef record = std::move(spare_.back());
  spare_.pop_back();
  return record;
}

void FdPool::give_back(SharedFdRef&& record) {
  SharedFdRef taken = std::move(record);
  if (taken.is_shared() || spare_.size() == kMostSpare || taken->charge.bytes() > kMostBytes) return;
  clear(*taken);
  spare_.push_back(std::move(taken));
}

FdTable::~FdTable() {
  for (Slot& slot : dense_)
    if (slot) pool_->give_back(std::move(slot));
}

FdTable::Sparse::iterator FdTable::sparse_place(int64_t fd) {
  return std::lower_bound(sparse_.begin(), sparse_.end(), fd, [](const auto& e, int64_t n) { return e.first < n; });
}

FdTable::Slot* FdTable::sparse_slot(int64_t fd) {
  const auto it = sparse_place(fd);
  return it != sparse_.end() && it->first == fd ? &it->second : nullptr;
}

Fd* FdTable::edit(int64_t fd) {
  Slot* s = slot(fd);
  if (!s || !*s) return nullptr;
  if (s->is_shared()) {
    Slot own = pool_->make();
    static_cast<Fd&>(*own) = **s;
    own->recharge();
    *s = std::move(own);
  }
  return s->get();
}

size_t FdTable::most_dense() const {
  constexpr size_t kUsual = 1024, kPlacesPerRecord = 4;
  return std::max(kUsual, kPlacesPerRecord * size_);
}

void FdTable::grow_dense(size_t wanted) {
  constexpr size_t kLeast = 8;
  const size_t before = dense_.size();
  dense_.resize(std::min(std::max({wanted, before * 2, kLeast}), most_dense()));
  const auto first = sparse_place(static_cast<int64_t>(before)), last = sparse_place(static_cast<int64_t>(dense_.size()));
  for (auto entry = first; entry != last; ++entry) dense_[static_cast<size_t>(entry->first)] = std::move(entry->second);
  sparse_.erase(first, last);
}

FdTable::Slot* FdTable::claim(int64_t number, size_t bytes) {
  Slot* s = slot(number);
  if (s && *s) return s;
  if (size_ >= limits::kFdsPerProcess || !pool_->budget()->fits(bytes)) return nullptr;
  if (!s && number >= 0 && static_cast<size_t>(number) < most_dense()) {
    grow_dense(static_cast<size_t>(number) + 1);
    s = &dense_[static_cast<size_t>(number)];
    recharge();
  } else if (!s) {
    s = &sparse_.insert(sparse_place(number), {number, Slot{}})->second;
    if (number < 0) ++negatives_;
    recharge();
  }
  ++size_;
  return s;
}

Fd* FdTable::set(Fd fd) {
  Fd* record = renew(fd.fd, heap_bytes(fd.name) + heap_bytes(fd.name_raw));
  if (!record) return nullptr;
  *record = std::move(fd);
  recharge(*record);
  return record;
}

Fd* FdTable::renew(int64_t number, size_t expected_text_bytes) {
  Slot* s = claim(number, sizeof(SharedFd) + expected_text_bytes);
  if (!s) return nullptr;
  if (*s && !s->is_shared()) {
    clear(**s);
  } else {
    *s = pool_->make();
  }
  (*s)->fd = number;
  return s->get();
}

void FdTable::remove(int64_t fd) {
  Slot* s = slot(fd);
  if (!s || !*s) return;
  --size_;
  pool_->give_back(std::move(*s));
  if (static_cast<uint64_t>(fd) < dense_.size()) return;
  sparse_.erase(sparse_place(fd));
  if (fd < 0) --negatives_;
}

}  // namespace fvm
