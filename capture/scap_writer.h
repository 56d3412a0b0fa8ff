// SPDX-License-Identifier: Apache-2.0
//
// ScapWriter: writes captures of today's generation: the newest block of each kind, current events only. Is a
// StateSink, so whatever a source gives as its initial state can be given to it as well. Does not know sources, rules
// or files.
//
// Other readers take lists only in front of a section's first event. What comes later is written as events for state
// only: a thread as the clone and the exec that would have introduced it (late_records.h), its descriptors as the calls
// that would have made them (late_fds.h), users and groups as they are added. Interfaces that come later are left out
// and counted.
#pragma once

#include <cstdint>
#include <vector>

#include "capture/block_builder.h"
#include "capture/output_file.h"
#include "vm/source/event_source.h"

namespace fvm {

struct WriterStats {
  uint64_t events = 0;      ///< written, with those for state only
  uint64_t state_only = 0;  ///< of them
  uint64_t too_long = 0;    ///< events that no block can hold, left out
  uint64_t late = 0;  ///< descriptors of which no event tells, and interfaces, that came behind an event: left out
};

class ScapWriter final : public StateSink {
 public:
  /// Borrows `out`, which takes one block at a time.
  explicit ScapWriter(OutputFile& out) : out_(out) {}

  void on_section() override;
  void on_machine(const MachineInfo& machine) override;
  void on_threads(std::vector<ThreadRecord> threads) override;
  void on_fds(int64_t tid, std::vector<FdRecord> fds) override;
  void on_interfaces(std::vector<InterfaceRecord> interfaces) override;
  void on_user(const UserRecord& user) override;
  void on_group(const GroupRecord& group) override;

  /// An event that was read (EventView::unread is false). `state_only`: rules of readers are not to see it.
  void event(const EventView& event, bool state_only);

  const WriterStats& stats() const { return stats_; }

 private:
  void put(BlockBuilder& block) { out_.append(block.finish()); }
  void put_users();
  void put_late(EventCode code, int64_t tid, const std::vector<std::string>& params);

  OutputFile& out_;
  BlockBuilder block_{0};
  BlockBuilder users_{newest_block(BlockKind::Users)};  ///< gathered: readers take a second list for a replacement
  bool has_events_ = false;                             ///< the section does
  uint64_t last_ts_ns_ = 0;
  WriterStats stats_;
};

}  // namespace fvm
