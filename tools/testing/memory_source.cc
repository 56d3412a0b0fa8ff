// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/memory_source.h"

namespace falcoc::testing {
namespace {
constexpr uint64_t kStart_ns = 1'700'000'000'000'000'000;
constexpr uint64_t kStep_ns = 1'000'000;
}  // namespace

void MemorySource::add(fvm::EventCode code, int64_t tid, const std::vector<std::string>& params) {
  std::vector<fvm::Bytes>& located = params_.emplace_back();
  for (const std::string& value : params) located.push_back(fvm::as_bytes(value));
  fvm::EventView& event = events_.emplace_back();
  event.code = code;
  event.tid = tid;
  event.ts_ns = kStart_ns + kStep_ns * events_.size();
  event.set_params(located.data(), located.size());
}

fvm::BatchStatus MemorySource::next_batch(fvm::StateSink& sink, std::span<fvm::EventView>& out) {
  if (is_done_) return fvm::BatchStatus::End;
  is_done_ = true;
  fvm::MachineInfo machine;
  machine.num_cpus = 2;
  machine.memory_bytes = uint64_t{4} << 30;
  machine.max_pid = 1 << 22;
  machine.hostname = "host";
  machine.boot_ts_ns = kStart_ns - 3'600'000'000'000;
  sink.on_machine(machine);
  for (const fvm::UserRecord& user : stage_.users) sink.on_user(user);
  for (const fvm::GroupRecord& group : stage_.groups) sink.on_group(group);
  sink.on_threads(stage_.threads);
  for (const auto& [tid, fds] : stage_.fds) sink.on_fds(tid, fds);

  container_params_.reserve(stage_.containers.size());
  for (const std::string& json : stage_.containers) {
    add(fvm::EventCode::CONTAINER_JSON_2_E, -1, container_params_.emplace_back(std::vector<std::string>{json + '\0'}));
  }
  for (const StagedEvent& event : stage_.events) add(event.code, event.tid, event.params);
  out = events_;
  return fvm::BatchStatus::Events;
}

}  // namespace falcoc::testing
