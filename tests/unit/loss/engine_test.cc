// SPDX-License-Identifier: Apache-2.0
//
// What an engine counts as lost over a capture, and whom that blinds.
#include <memory>
#include <utility>

#include "capture/scap_reader.h"
#include "tests/support/capture_builder.h"
#include "tests/unit/loss/rules.h"
#include "vm/engine.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

/// A capture whose reader counted more than the bytes show.
class CountingSource final : public EventSource {
 public:
  CountingSource(Bytes capture, SourceStats extra) : stats_(std::move(extra)) {
    auto opened = open_capture(capture);
    REQUIRE(opened);
    inner_ = std::move(*opened);
  }
  BatchStatus next_batch(StateSink& sink, std::span<EventView>& out) override {
    return inner_->next_batch(sink, out);
  }
  const SourceError& error() const override { return inner_->error(); }
  const SourceStats& stats() override { return stats_; }
  uint64_t position() const override { return inner_->position(); }
  uint64_t size() const override { return inner_->size(); }

 private:
  std::unique_ptr<EventSource> inner_;
  SourceStats stats_;
};

struct Lines final : AlertSink {
  std::vector<std::string> lines;
  bool write(std::string_view line) override {
    lines.emplace_back(line);
    return true;
  }
};

struct Run {
  Engine engine{
      compiled({{"close", "evt.type = close and fd.name = x"}, {"kill", "evt.type = kill and proc.name = x"}}), {}};
  LossCounts lost;

  explicit Run(const CaptureBuilder& capture, const SourceStats& extra = {}) {
    CountingSource source(capture.bytes(), extra);
    Lines sink;
    while (engine.poll(source, sink) == BatchStatus::Events) {
    }
    lost = engine.losses(source.stats());
  }
  uint64_t of(LossKind kind, EventCode code) const { return lost.of(kind)[static_cast<size_t>(code)]; }
  std::vector<uint32_t> blinded() const {
    std::vector<uint32_t> rules;
    for (const BlindedRule& rule : LossLedger(engine.image()).blinded(lost, engine.rules_on()))
      rules.push_back(rule.rule);
    return rules;
  }
};

constexpr auto kCloseX = EventCode::SYSCALL_CLOSE_X;
constexpr auto kKillX = EventCode::SYSCALL_KILL_X;

CaptureBuilder with_shell() {
  CaptureBuilder capture;
  ThreadRecord shell;
  shell.tid = shell.pid = shell.vtid = shell.vpid = 100;
  shell.ptid = 1;
  shell.comm = "sh";
  FdRecord file;
  file.fd = 3;
  file.type = FdType::File;
  file.name = "/etc/hosts";
  capture.threads({shell}).fds(100, {file});
  return capture;
}

}  // namespace

TEST_CASE("a whole capture loses nothing") {
  const Run run(with_shell().event(kCloseX, 1000, 100, {0, 3}).event(kKillX, 2000, 100, {0, 200, 9}));
  CHECK(run.engine.stats().evaluated == 2);
  CHECK_FALSE(run.lost.any());
  CHECK(run.blinded().empty());
}

TEST_CASE("events of threads nobody knows") {
  const Run run(with_shell().event(kKillX, 1000, 999, {0, 200, 9}).event(kKillX, 2000, 999, {0, 200, 9}));
  CHECK(run.of(LossKind::UnknownThread, kKillX) == 2);
  CHECK(run.lost.of_all_events() == 2);
  CHECK(run.lost.of_kind(LossKind::UnknownThread) == 2);
  CHECK(run.blinded() == std::vector<uint32_t>{1});
}

TEST_CASE("without a thread there is no descriptor to miss") {
  const Run run(with_shell().event(kCloseX, 1000, 999, {0, 3}));
  CHECK(run.of(LossKind::UnknownThread, kCloseX) == 1);
  CHECK(run.lost.of_all_events() == 1);
  CHECK(run.blinded() == std::vector<uint32_t>{0});
}

TEST_CASE("descriptors nobody knows, unless the kernel did not know them either") {
  const Run known(with_shell().event(kCloseX, 1000, 100, {-9, 7}));
  CHECK_FALSE(known.lost.any());
  const Run run(with_shell().event(kCloseX, 1000, 100, {0, 7}));
  CHECK(run.of(LossKind::UnknownDescriptor, kCloseX) == 1);
  CHECK(run.lost.of_all_events() == 1);
  CHECK(run.blinded() == std::vector<uint32_t>{0});
}

TEST_CASE("what the source counted counts") {
  SourceStats stats;
  stats.exits_missing[static_cast<size_t>(kKillX)] = 3;
  stats.refused = 2;
  stats.refused_by_code[static_cast<size_t>(kCloseX)] = 2;
  const CaptureBuilder capture = with_shell().event(kKillX, 1000, 100, {0, 200, 9});
  const Run run(capture, stats);
  CHECK(run.of(LossKind::ExitMissing, kKillX) == 3);
  CHECK(run.of(LossKind::Refused, kCloseX) == 2);
  CHECK(run.lost.unnamed == 0);
  CHECK(run.blinded() == std::vector<uint32_t>{0, 1});
  stats.refused = 3;  // one of which nobody could read the type
  CHECK(Run(capture, stats).lost.unnamed == 1);
}

TEST_CASE("drop notices and an early end can hide anything") {
  const Run dropped(with_shell().event(EventCode::DROP_E, 1000, 100, {5}));
  CHECK(dropped.lost.unnamed == 1);
  CHECK(dropped.blinded().size() == 2);
  const Run cut(with_shell().event(kKillX, 1000, 100, {0, 200, 9}).append(std::string_view("\1\2\3\4\5", 5)));
  CHECK(cut.engine.stats().source_failed);
  CHECK(cut.lost.unnamed == 1);
  CHECK(cut.blinded().size() == 2);
}

TEST_CASE("without evaluation the same events are applied and counted, and nothing is reported") {
  const CaptureBuilder capture = with_shell().event(kCloseX, 1000, 100, {0, 3}).event(kCloseX, 2000, 100, {0, 7});
  for (const bool evaluate : {true, false}) {
    CAPTURE(evaluate);
    EngineOptions options;
    options.evaluate = evaluate;
    Engine engine(compiled({{"close", "evt.type = close and fd.name = /etc/hosts"}}), options);
    CountingSource source(capture.bytes(), {});
    Lines sink;
    while (engine.poll(source, sink) == BatchStatus::Events) {
    }
    CHECK(sink.lines.size() == (evaluate ? 1 : 0));
    CHECK(engine.stats().evaluated == 2);
    CHECK(engine.losses(source.stats()).of_all_events() == 1);
  }
}
