// SPDX-License-Identifier: Apache-2.0
#include "capture/live/live_source.h"

#include <limits>
#include <string>
#include <utility>

#include "capture/blocks.h"
#include "capture/event_batch.h"
#include "capture/live/ring_merge.h"

namespace fvm {
namespace {

constexpr uint64_t kLookForCpusNs = 500'000'000;
constexpr uint32_t kShortWaitMs = 1;  ///< when events are there and too young

class RingSource final : public LiveSource {
 public:
  RingSource(std::unique_ptr<Probe> probe, LiveOptions options)
      : probe_(std::move(probe)), options_(std::move(options)) {}
  ~RingSource() override { probe_->stop(); }
  RingSource(const RingSource&) = delete;
  RingSource& operator=(const RingSource&) = delete;

  BatchStatus next_batch(StateSink& sink, std::span<EventView>& out) override;
  void set_interest(const Interest& interest) override;
  const SourceError& error() const override { return error_; }
  const SourceStats& stats() override;
  uint64_t position() const override { return stats_.bytes; }
  uint64_t size() const override { return 0; }
  void stop() override;
  LiveStats live_stats() const override;

 private:
  bool begin(StateSink& sink);
  void find_cpus();
  void fill_batch(uint64_t horizon_ns);
  void take_event(const RingMerge::Item& item);
  void refuse(std::string why, const RingMerge::Item& item);
  void fail(SourceError error) {
    failed_ = true;
    error_ = std::move(error);
  }

  std::unique_ptr<Probe> probe_;
  LiveOptions options_;
  RingMerge merge_;
  std::vector<Probe::Ring> rings_;
  Upgrader upgrader_;
  EventBatch batch_;
  falco_probe_interest interest_{};
  bool has_interest_ = false;
  bool begun_ = false;
  bool stopped_ = false;
  bool failed_ = false;
  uint64_t looked_for_cpus_ns_ = 0;
  uint64_t announced_lost_ = 0;
  SourceError error_;
  SourceStats stats_;
};

falco_probe_interest interest_in_all() {
  falco_probe_interest all{};
  for (__u64& word : all.events) word = UINT64_MAX;
  for (__u64& word : all.syscalls) word = UINT64_MAX;
  return all;
}

/// Recording begins before the scan, so that nothing is between the two.
bool RingSource::begin(StateSink& sink) {
  begun_ = true;
  sink.on_section();
  find_cpus();
  std::optional<SourceError> error = probe_->set_interest(has_interest_ ? interest_ : interest_in_all());
  if (!error) error = probe_->start();
  if (error) {
    fail(std::move(*error));
    return false;
  }
  if (options_.scan) options_.scan(sink);
  return true;
}

void RingSource::find_cpus() {
  looked_for_cpus_ns_ = probe_->now_ns();
  for (Probe::Ring& ring : probe_->new_rings()) {
    merge_.add_ring(ring.cpu, ring.memory);
    rings_.push_back(ring);
  }
}

void RingSource::set_interest(const Interest& interest) {
  interest_ = {};
  for (size_t c = 0; c < kEventCount; ++c) {
    const auto code = static_cast<EventCode>(c);
    const uint64_t bit = uint64_t{1} << (c % 64);
    if (interest.read.has(code)) interest_.events[c / 64] |= bit;
    if (interest.of_sockets.has(code)) interest_.sockets[c / 64] |= bit;
  }
  static_assert(kSyscallCount <= 64 * FALCO_PROBE_SYSCALL_WORDS);
  for (size_t call = 0; call < kSyscallCount; ++call) {
    if (interest.generic[call]) interest_.syscalls[call / 64] |= uint64_t{1} << (call % 64);
  }
  has_interest_ = true;
  if (!begun_ || stopped_ || failed_) return;
  if (std::optional<SourceError> error = probe_->set_interest(interest_)) fail(std::move(*error));
}

void RingSource::stop() {
  if (std::exchange(stopped_, true)) return;
  probe_->stop();
}

BatchStatus RingSource::next_batch(StateSink& sink, std::span<EventView>& out) {
  batch_.clear();
  out = {};
  if (failed_) return BatchStatus::Failed;
  if (!begun_ && !begin(sink)) return BatchStatus::Failed;
  upgrader_.start_batch();
  upgrader_.keep_enters();
  merge_.refresh();
  const uint64_t now = probe_->now_ns();
  if (now - looked_for_cpus_ns_ > kLookForCpusNs) find_cpus();
  const bool draining = stopped_;
  const uint64_t horizon = draining ? std::numeric_limits<uint64_t>::max() : now - options_.window_ns;
  fill_batch(horizon);
  if (batch_.empty() && merge_.broken_cpu() >= 0) {
    fail({SourceError::Kind::Corrupt, 0,
          "the ring buffer of CPU " + std::to_string(merge_.broken_cpu()) + " makes no sense"});
    return BatchStatus::Failed;
  }
  if (batch_.empty() && draining) return BatchStatus::End;
  if (batch_.empty()) probe_->wait(merge_.has_waiting() ? kShortWaitMs : options_.wait_ms);
  out = batch_.events();
  return BatchStatus::Events;
}

void RingSource::fill_batch(uint64_t horizon_ns) {
  RingMerge::Item item;
  while (batch_.has_room() && merge_.next(horizon_ns, item)) take_event(item);
}

/// Checks what a capture's reader checks.
void RingSource::take_event(const RingMerge::Item& item) {
  ++stats_.raw_events;
  stats_.bytes += item.record.event.size();
  announced_lost_ += item.record.lost_before;
  stats_.late += item.is_late ? 1 : 0;
  const uint8_t* const header = item.record.event.data();
  const size_t bytes = item.record.event.size();
  if (bytes < kEventHeaderBytes) return refuse("it is too short for an event", item);
  const uint16_t code = load<uint16_t>(header + 20);
  if (code >= kEventCount) {
    ++stats_.unknown_events;
    return;
  }
  if (load<uint32_t>(header + 16) != bytes) {
    ++stats_.refused_by_code[code];
    return refuse("the event's length is not that of its record", item);
  }
  EventView& event = batch_.next();
  event.more = 0;
  event.ts_ns = item.ts_ns;
  event.tid = load<int64_t>(header + 8);
  event.code = static_cast<EventCode>(code);
  event.cpu = static_cast<uint16_t>(item.cpu);
  event.unread = false;
  event.state_only = false;
  event.offset = stats_.bytes;
  WireParams wire{header + kEventHeaderBytes, header + bytes, load<uint32_t>(header + kEventHeaderBytesV1),
                  event.info().has(FALCO_EF_LARGE_PAYLOAD)};
  std::string why;
  const Upgrader::Outcome outcome = batch_.add_next(upgrader_, wire, stats_, why);
  if (outcome == Upgrader::Outcome::Current || outcome == Upgrader::Outcome::Absorbed) return;
  ++stats_.refused_by_code[code];
  refuse(std::move(why), item);
}

void RingSource::refuse(std::string why, const RingMerge::Item& item) {
  if (stats_.refused++ == 0) stats_.first_refusal = std::move(why) + " (CPU " + std::to_string(item.cpu) + ")";
}

const SourceStats& RingSource::stats() {
  stats_.dropped_by_code.fill(0);
  stats_.masked = 0;
  for (const Probe::Ring& ring : rings_) {
    for (size_t code = 0; code < ring.counters.size() && code < kEventCount; ++code) {
      const falco_probe_counter& counter = ring.counters[code];
      stats_.masked += counter.masked;
      for (const __u64 lost : counter.lost) stats_.dropped_by_code[code] += lost;
    }
  }
  return stats_;
}

LiveStats RingSource::live_stats() const {
  LiveStats sum;
  sum.cpus = rings_.size();
  sum.announced_lost = announced_lost_;
  for (const Probe::Ring& ring : rings_) {
    for (const falco_probe_counter& counter : ring.counters) {
      sum.seen += counter.seen;
      sum.masked += counter.masked;
      sum.sent += counter.sent;
      for (size_t reason = 0; reason < FALCO_PROBE_LOSSES; ++reason) sum.lost[reason] += counter.lost[reason];
    }
    sum.unreadable_values += ring.memory.producer->unreadable;
    sum.raced_values += ring.memory.producer->raced;
  }
  return sum;
}

}  // namespace

std::unique_ptr<LiveSource> make_live_source(std::unique_ptr<Probe> probe, LiveOptions options) {
  return std::make_unique<RingSource>(std::move(probe), std::move(options));
}

}  // namespace fvm
