// SPDX-License-Identifier: Apache-2.0
//
// StoredEnter, the rare part: events whose parameters were put together from several places, or were read one by one.
#include "vm/state/thread_entry.h"

#include <algorithm>

namespace fvm {

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
  keep(fvm::as_bytes(record).data(), record.size(), event.nparams, budget);
}

}  // namespace fvm
