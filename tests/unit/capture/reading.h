// SPDX-License-Identifier: Apache-2.0
//
// Reads a capture to its end and keeps copies of all that came out, for assertions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capture/scap_reader.h"
#include "tests/support/capture_builder.h"

namespace fvm::testing {

struct SeenEvent {
  uint64_t ts_ns;
  int64_t tid;
  EventCode code;
  uint16_t cpu;
  bool state_only;
  uint64_t offset;
  std::vector<std::string> params;

  uint64_t uint(size_t i) const {
    uint64_t value = 0;
    std::memcpy(&value, params.at(i).data(), std::min(sizeof value, params.at(i).size()));
    return value;
  }
  std::string_view text(size_t i) const { return params.at(i).c_str(); }
};

struct Reading final : StateSink {
  std::optional<SourceError> open_error;
  BatchStatus last = BatchStatus::End;
  SourceError error;
  SourceStats stats;
  int sections = 0;
  std::vector<MachineInfo> machines;
  std::vector<ThreadRecord> threads;
  std::map<int64_t, std::vector<FdRecord>> fds;
  std::vector<InterfaceRecord> interfaces;
  std::vector<UserRecord> users;
  std::vector<GroupRecord> groups;
  std::vector<SeenEvent> events;
  std::vector<size_t> threads_before_batch;  ///< what the sink knew when each batch came

  void on_section() override { ++sections; }
  void on_machine(const MachineInfo& m) override { machines.push_back(m); }
  void on_threads(std::vector<ThreadRecord> list) override { threads.insert(threads.end(), list.begin(), list.end()); }
  void on_fds(int64_t tid, std::vector<FdRecord> list) override {
    fds[tid].insert(fds[tid].end(), list.begin(), list.end());
  }
  void on_interfaces(std::vector<InterfaceRecord> list) override { interfaces = std::move(list); }
  void on_user(const UserRecord& u) override { users.push_back(u); }
  void on_group(const GroupRecord& g) override { groups.push_back(g); }

  bool complete() const { return !open_error && last == BatchStatus::End; }

  void run(EventSource& source) {
    std::span<EventView> batch;
    while ((last = source.next_batch(*this, batch)) == BatchStatus::Events) {
      threads_before_batch.push_back(threads.size());
      for (const EventView& view : batch) {
        SeenEvent seen{view.ts_ns, view.tid, view.code, view.cpu, view.state_only, view.offset, {}};
        for (size_t i = 0; i < view.nparams; ++i) seen.params.emplace_back(as_text(view.param(i)));
        events.push_back(std::move(seen));
      }
    }
    error = source.error();
    stats = source.stats();
  }
};

/// `what`: bytes in memory (Bytes) or a path.
template <typename What>
Reading read_all(const What& what) {
  Reading reading;
  auto source = open_capture(what);
  if (source) {
    reading.run(**source);
  } else {
    reading.open_error = source.error();
  }
  return reading;
}

}  // namespace fvm::testing
