// SPDX-License-Identifier: Apache-2.0
#include "capture/live/ring_merge.h"

#include <algorithm>
#include <functional>

namespace fvm {

void RingMerge::add_ring(uint32_t cpu, const RingMemory& memory) {
  waiting_.push_back(static_cast<uint32_t>(lanes_.size()));
  lanes_.push_back({cpu, RingReader(memory)});
}

/// False: the lane has no record now, or never will.
bool RingMerge::look(uint32_t lane, Head& out) {
  Lane& l = lanes_[lane];
  RingReader::Look found = l.reader.peek(l.record);
  if (found == RingReader::Look::Record && l.record.event.size() < sizeof(uint64_t)) found = RingReader::Look::Broken;
  if (found == RingReader::Look::Broken) broken_cpu_ = l.cpu;
  if (found != RingReader::Look::Record) return false;
  out = {load<uint64_t>(l.record.event.data()), lane};
  return true;
}

void RingMerge::refresh() {
  for (Lane& lane : lanes_) lane.reader.release();
  std::erase_if(waiting_, [this](uint32_t lane) {
    Head head{};
    if (!look(lane, head)) return false;
    heads_.push_back(head);
    std::push_heap(heads_.begin(), heads_.end(), std::greater<>());
    return true;
  });
}

/// Puts the first head, which has changed, where it belongs.
void RingMerge::sink_first() {
  const Head moved = heads_.front();
  size_t hole = 0;
  for (size_t child = 1; child < heads_.size(); child = 2 * hole + 1) {
    if (child + 1 < heads_.size() && heads_[child] > heads_[child + 1]) ++child;
    if (!(moved > heads_[child])) break;
    heads_[hole] = heads_[child];
    hole = child;
  }
  heads_[hole] = moved;
}

bool RingMerge::next(uint64_t horizon_ns, Item& out) {
  if (heads_.empty() || heads_.front().ts_ns > horizon_ns) return false;
  const Head head = heads_.front();
  Lane& lane = lanes_[head.lane];
  out = {lane.record, head.ts_ns, lane.cpu, head.ts_ns < youngest_given_ns_};
  youngest_given_ns_ = std::max(youngest_given_ns_, head.ts_ns);
  lane.reader.take();
  if (look(head.lane, heads_.front())) {
    sink_first();
  } else {
    std::pop_heap(heads_.begin(), heads_.end(), std::greater<>());
    heads_.pop_back();
    waiting_.push_back(head.lane);
  }
  return true;
}

}  // namespace fvm
