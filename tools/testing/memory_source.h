// SPDX-License-Identifier: Apache-2.0
//
// MemorySource: a Stage as a source of events, in one batch.
#pragma once

#include <vector>

#include "tools/testing/stage.h"
#include "vm/source/event_source.h"

namespace falcoc::testing {

class MemorySource final : public fvm::EventSource {
 public:
  /// Borrows the stage.
  explicit MemorySource(const Stage& stage) : stage_(stage) {}

  fvm::BatchStatus next_batch(fvm::StateSink& sink, std::span<fvm::EventView>& out) override;
  const fvm::SourceError& error() const override { return error_; }
  const fvm::SourceStats& stats() override { return stats_; }
  uint64_t position() const override { return 0; }
  uint64_t size() const override { return 0; }

 private:
  void add(fvm::EventCode code, int64_t tid, const std::vector<std::string>& params);

  const Stage& stage_;
  bool is_done_ = false;
  std::vector<std::vector<fvm::Bytes>> params_;
  std::vector<std::vector<std::string>> container_params_;
  std::vector<fvm::EventView> events_;
  fvm::SourceError error_;
  fvm::SourceStats stats_;
};

}  // namespace falcoc::testing
