// SPDX-License-Identifier: Apache-2.0
//
// Replays captures through the whole pipeline and says what an event costs: user + system CPU per raw event, in three runs each,
// so that the difference of two rows is the cost of a stage:
//   read      the source alone (blocks, upgrade of old events)
//   state     and decoding, and state
//   rules     and the rules, with alerts rendered and thrown away
// Beside every rate: events lost inside the capture or refused, and heap allocations, in all and per event of the second half
// (the steady state), and the longest stretch of the capture without any: what comes between is programs that start, names and values
// that are new. A run is one fresh pass over the file; the fastest of --runs is shown.
// Captures should be uncompressed and in the page cache; gzip costs are not what this measures.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/allocations.h"
#include "capture/scap_reader.h"
#include "vm/engine.h"
#include "vm/image/verifier.h"

namespace {

struct Row {
  std::string capture, stage;
  uint64_t raw_events = 0, drops = 0, refused = 0, alerts = 0, allocations = 0;
  double ns_per_event = 0, steady_allocations_per_event = 0;
  double quiet_share = 0;  ///< of the capture's bytes: the longest stretch without an allocation
};

struct NullSink final : fvm::AlertSink {
  bool write(std::string_view) override { return true; }
};

double cpu_ns() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ns = [](const timeval& t) { return static_cast<double>(t.tv_sec) * 1e9 + static_cast<double>(t.tv_usec) * 1e3; };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

/// One pass; `step` handles a batch and says whether there is more. Fills times and allocations.
template <typename Step>
bool pass(const std::string& path, Row& row, Step&& step) {
  auto source = fvm::open_capture(path);
  if (!source) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), source.error().message.c_str());
    return false;
  }
  const bench::Allocations before = bench::allocations();
  const double start = cpu_ns();
  bench::Allocations at_half = before, last = before;
  uint64_t half_events = 0, quiet_from = 0, quiet_bytes = 0;
  while (step(**source)) {
    // Positions cost nothing to ask for; counters of events do.
    const uint64_t position = (*source)->position();
    if (half_events == 0 && position >= (*source)->size() / 2) {
      half_events = (*source)->stats().raw_events;
      at_half = bench::allocations();
    }
    if (bench::allocations().count != last.count) {
      last = bench::allocations();
      quiet_from = position;
    }
    quiet_bytes = std::max(quiet_bytes, position - quiet_from);
  }
  const double spent = cpu_ns() - start;
  const bench::Allocations after = bench::allocations();
  row.raw_events = (*source)->stats().raw_events;
  row.refused = (*source)->stats().refused;
  row.allocations = after.count - before.count;
  if (half_events != 0 && row.raw_events > half_events) {
    row.steady_allocations_per_event =
        static_cast<double>(after.count - at_half.count) / static_cast<double>(row.raw_events - half_events);
  }
  row.quiet_share = (*source)->size() == 0 ? 0 : static_cast<double>(quiet_bytes) / static_cast<double>((*source)->size());
  row.ns_per_event = row.raw_events == 0 ? 0 : spent / static_cast<double>(row.raw_events);
  return true;
}

bool read_pass(const std::string& path, Row& row) {
  fvm::State state;
  return pass(path, row, [&](fvm::EventSource& source) {
    std::span<fvm::EventView> batch;
    return source.next_batch(state, batch) == fvm::BatchStatus::Events;
  });
}

bool state_pass(const std::string& path, Row& row) {
  fvm::State state;
  uint64_t number = 0;
  return pass(path, row, [&](fvm::EventSource& source) {
    std::span<fvm::EventView> batch;
    if (source.next_batch(state, batch) != fvm::BatchStatus::Events) return false;
    for (fvm::EventView& event : batch) {
      event.num = ++number;
      fvm::EvalContext context;
      state.update(event, context);
    }
    return true;
  });
}

bool rules_pass(const std::string& path, const std::string& ruleset, Row& row) {
  auto sealed = fvm::SealedImage::from_file(ruleset);
  if (!sealed) {
    std::fprintf(stderr, "%s\n", fvm::describe(sealed.error(), ruleset).c_str());
    return false;
  }
  auto image = fvm::verify(std::move(*sealed));
  if (!image) {
    std::fprintf(stderr, "%s: %s\n", ruleset.c_str(), fvm::describe(image.error()).c_str());
    return false;
  }
  fvm::EngineOptions options;
  options.mode = fvm::MatchMode::All;
  options.json = true;
  options.machine.ready = true;  // as falco-vm has it
  fvm::Engine engine(std::move(*image), options);
  NullSink sink;
  if (!pass(path, row, [&](fvm::EventSource& source) { return engine.poll(source, sink) == fvm::BatchStatus::Events; })) {
    return false;
  }
  row.drops = engine.stats().events_by_code[static_cast<size_t>(fvm::EventCode::DROP_E)];
  row.alerts = engine.stats().alerts;
  return true;
}

void print(const std::vector<Row>& rows) {
  std::printf("%-28s %-6s %10s %9s %7s %8s %7s %12s %14s %8s\n", "capture", "stage", "raw events", "ns/event", "drops", "refused", "alerts",
              "allocations", "steady al/ev", "quiet %");
  for (const Row& r : rows) {
    std::printf("%-28s %-6s %10llu %9.1f %7llu %8llu %7llu %12llu %14.4f %8.1f\n", r.capture.c_str(), r.stage.c_str(),
                static_cast<unsigned long long>(r.raw_events), r.ns_per_event, static_cast<unsigned long long>(r.drops),
                static_cast<unsigned long long>(r.refused), static_cast<unsigned long long>(r.alerts),
                static_cast<unsigned long long>(r.allocations), r.steady_allocations_per_event, 100 * r.quiet_share);
  }
}

nlohmann::json to_json(const std::vector<Row>& rows) {
  nlohmann::json out = nlohmann::json::array();
  for (const Row& r : rows) {
    out.push_back({{"capture", r.capture}, {"stage", r.stage}, {"raw_events", r.raw_events}, {"ns_per_event", r.ns_per_event},
                   {"drops", r.drops}, {"refused", r.refused}, {"alerts", r.alerts}, {"allocations", r.allocations},
                   {"steady_allocations_per_event", r.steady_allocations_per_event}, {"quiet_share", r.quiet_share}});
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::string ruleset, json_file;
  std::vector<std::string> captures;
  int runs = 3;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--ruleset" && i + 1 < argc) {
      ruleset = argv[++i];
    } else if (arg == "--json" && i + 1 < argc) {
      json_file = argv[++i];
    } else if (arg == "--runs" && i + 1 < argc) {
      runs = std::max(1, std::atoi(argv[++i]));
    } else {
      captures.emplace_back(arg);
    }
  }
  if (ruleset.empty() || captures.empty()) {
    std::fprintf(stderr, "usage: replay_bench --ruleset RULES.fbc [--runs N] [--json OUT] CAPTURE...\n");
    return 2;
  }
  std::vector<Row> rows;
  for (const std::string& path : captures) {
    const std::string name = path.substr(path.rfind('/') + 1);
    for (const char* stage : {"read", "state", "rules"}) {
      Row best;
      for (int run = 0; run < runs; ++run) {
        Row row;
        row.capture = name;
        row.stage = stage;
        const bool ok = std::strcmp(stage, "read") == 0    ? read_pass(path, row)
                        : std::strcmp(stage, "state") == 0 ? state_pass(path, row)
                                                           : rules_pass(path, ruleset, row);
        if (!ok) return 3;
        if (run == 0 || row.ns_per_event < best.ns_per_event) best = row;
      }
      rows.push_back(best);
    }
  }
  print(rows);
  if (!json_file.empty()) std::ofstream(json_file) << to_json(rows).dump(2) << '\n';
  return 0;
}
