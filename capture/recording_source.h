// SPDX-License-Identifier: Apache-2.0
//
// RecordingSource: an EventSource that writes what passes through it: the initial state at once, a batch's events when
// the next batch is asked for. By then the rules have seen them, so that it can also write only those that a rule
// matched, with what state needs around them. Does not know rules or files.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "capture/scap_writer.h"
#include "vm/source/event_source.h"
#include "vm/source/thread_lookup.h"

namespace fvm {

enum class Record : uint8_t {
  All,      ///< every event with its parameters, whatever the rules are interested in
  Matched,  ///< events that matched; those that change state, for state only
};

class RecordingSource final : public EventSource, public MatchListener, public ThreadLookup {
 public:
  /// Borrows `writer`.
  RecordingSource(std::unique_ptr<EventSource> inner, ScapWriter& writer, Record what)
      : inner_(std::move(inner)), writer_(writer), what_(what) {}

  BatchStatus next_batch(StateSink& sink, std::span<EventView>& out) override;
  void set_interest(const Interest& interest) override;
  const SourceError& error() const override { return inner_->error(); }
  const SourceStats& stats() override { return inner_->stats(); }
  uint64_t position() const override { return inner_->position(); }
  uint64_t size() const override { return inner_->size(); }

  void on_match(const EventView& event) override { matched_.push_back(event.num); }

  /// Of what state asks `lookup`, which is borrowed, about threads, the answers are written too, if it asks this.
  void record_lookups(ThreadLookup& lookup) { lookup_ = &lookup; }
  bool look_up(int64_t tid, StateSink& sink) override;

  /// Writes the last batch. No other may be asked for afterwards.
  void finish();

 private:
  /// An answer, which belongs in front of the event that asked.
  struct Answer {
    uint64_t event = 0;  ///< its number
    std::vector<ThreadRecord> threads;
    std::map<int64_t, std::vector<FdRecord>> fds;  ///< by thread
  };
  class AnswerSink;
  void write_batch();
  void write(const Answer& answer);

  std::unique_ptr<EventSource> inner_;
  ScapWriter& writer_;
  Record what_;
  EventSet state_;                 ///< changes state
  std::span<EventView> batch_;     ///< not yet written
  std::vector<uint64_t> matched_;  ///< numbers of events of the batch, ascending
  ThreadLookup* lookup_ = nullptr;
  std::vector<Answer> answers_;  ///< in the batch, in its order
};

}  // namespace fvm
