// SPDX-License-Identifier: Apache-2.0
#include "capture/live/ring_reader.h"

namespace fvm {
namespace {

uint64_t acquire(const __u64& number) { return __atomic_load_n(&number, __ATOMIC_ACQUIRE); }

}  // namespace

RingReader::RingReader(const RingMemory& memory)
    : memory_(memory), position_(acquire(memory.consumer->position)), next_(position_) {}

RingReader::Look RingReader::peek(Record& out) {
  const uint64_t reserved = acquire(memory_.producer->reserved);
  for (;;) {
    const uint64_t left = reserved - position_;
    if (left == 0) return Look::Empty;
    if (left > memory_.bytes || left < sizeof(falco_probe_record)) return Look::Broken;
    const uint8_t* const record = memory_.data + (position_ & (memory_.bytes - 1));
    const auto* const header = reinterpret_cast<const falco_probe_record*>(record);
    const uint32_t state = __atomic_load_n(&header->state, __ATOMIC_ACQUIRE);
    if ((state & FALCO_PROBE_RECORD_BUSY) != 0) return Look::Empty;
    const uint64_t event_bytes = state & FALCO_PROBE_RECORD_BYTES;
    constexpr uint64_t kAlign = FALCO_PROBE_RECORD_ALIGN;
    const uint64_t record_bytes = (sizeof(falco_probe_record) + event_bytes + kAlign - 1) / kAlign * kAlign;
    if (record_bytes > left) return Look::Broken;
    next_ = position_ + record_bytes;
    if ((state & FALCO_PROBE_RECORD_DISCARD) == 0) {
      out.event = {record + sizeof(falco_probe_record), event_bytes};
      out.lost_before = header->lost_before;
      return Look::Record;
    }
    position_ = next_;
  }
}

void RingReader::release() { __atomic_store_n(&memory_.consumer->position, position_, __ATOMIC_RELEASE); }

}  // namespace fvm
