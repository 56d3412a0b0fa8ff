// SPDX-License-Identifier: Apache-2.0
//
// StoredEnter, the rare part: events that wait for longer, and those whose parameters were put together from several places.
#include "vm/state/thread_entry.h"

#include <algorithm>

namespace fvm {

void StoredEnter::release() {
  bytes_ = std::string();
  charge_.set(0);
}

void StoredEnter::keep(MemoryBudget& budget) {
  if (!borrowed_) return;
  const ParamTable record = params_;
  clear();
  copy(record, record.bytes(), budget);
}

void StoredEnter::copy(const ParamTable& record, size_t bytes, MemoryBudget& budget) {
  if (!budget.fits(bytes)) return;
  const size_t before = bytes_.capacity();
  bytes_.assign(reinterpret_cast<const char*>(record.lens), bytes);
  params_ = {fvm::as_bytes(bytes_).data(), record.count};
  if (bytes_.capacity() != before) charge_ = MemoryCharge(&budget, bytes_.capacity() > kInlineBytes ? bytes_.capacity() : 0);
}

void StoredEnter::store_located(const EventView& event, MemoryBudget& budget) {
  clear();
  const size_t count = event.nparams;
  size_t bytes = count * sizeof(uint16_t);
  for (size_t i = 0; i < count; ++i) bytes += event.param(i).size();
  if (kHeaderBytes + bytes > limits::kStoredEnterBytes) return;
  std::string record;
  record.reserve(bytes);
  for (size_t i = 0; i < count; ++i) {
    const auto length = static_cast<uint16_t>(event.param(i).size());
    record.append(reinterpret_cast<const char*>(&length), sizeof length);
  }
  for (size_t i = 0; i < count; ++i) record += as_text(event.param(i));
  copy({fvm::as_bytes(record).data(), event.nparams}, record.size(), budget);
}

}  // namespace fvm
