// SPDX-License-Identifier: Apache-2.0
//
// The machine with the rules of rules/, over the values that the events of the bundled capture gave: no reading, no state, no
// making of values is in these times. `cold` makes every decision, `warm` finds them made.
#include <string>
#include <vector>

#include "bench/parts/parts.h"
#include "capture/scap_reader.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/rules_files.h"
#include "vm/event_pump.h"
#include "vm/exec/interpreter.h"
#include "vm/image/verifier.h"

namespace {

/// What every field use of an image gave for one event.
struct PreparedEvent {
  fvm::EventCode code{};
  std::vector<fvm::ValueList> by_slot;

  fvm::ValueList read(const fvm::FieldUse& use, fvm::Arena&) const { return by_slot[use.slot]; }
  fvm::ValueList read_for_output(const fvm::FieldUse& use, fvm::Arena&) const { return by_slot[use.slot]; }
};

fvm::ValueList keep(const fvm::ValueList& list, fvm::Arena& arena) {
  auto* values = arena.alloc_array<fvm::Value>(list.count);
  for (uint32_t i = 0; i < list.count; ++i) {
    const fvm::Value& value = list.data[i];
    values[i] = value.kind() == fvm::Kind::Text    ? fvm::Value::text(arena.copy(value.as_text()))
                : value.kind() == fvm::Kind::Bytes ? fvm::Value::bytes(fvm::as_bytes(arena.copy(value.as_text())))
                                                   : value;
  }
  return {values, list.count, list.present};
}

struct Setting {
  std::optional<fvm::VerifiedImage> image;
  std::vector<PreparedEvent> events;
  uint64_t lost = 0;  ///< events of the capture that could not be read
  fvm::Arena values;
  std::string problem;
};

void prepare(Setting& setting) {
  const std::string folder = FALCO_SOURCE_DIR "/rules";
  falcoc::SourceManager sources;
  falcoc::Diagnostics diags;
  const std::vector<uint32_t> files = falcoc::read_rules_files({folder}, sources, diags);
  const falcoc::CompileResult compiled = falcoc::compile(sources, files, {}, diags);
  auto source = fvm::open_capture(folder + "/demo/break-in.scap.gz");
  if (!compiled.image || !source) {
    setting.problem = "can't prepare rules and events";
    return;
  }
  auto image = fvm::verify(std::move(*fvm::SealedImage::from_bytes(compiled.image->bytes)));
  if (!image) {
    setting.problem = "the image is refused";
    return;
  }
  setting.image.emplace(std::move(*image));
  const fvm::Machine machine(*setting.image);
  fvm::EventPump pump;
  fvm::Arena arena;
  fvm::BatchStatus status = fvm::BatchStatus::Events;
  while (status == fvm::BatchStatus::Events) {
    status = pump.poll_shown(**source, [&](const fvm::EvalContext& context) {
      const fvm::EventView& event = *context.event;
      if (!machine.watches(event.code)) return true;
      const fvm::LiveFields fields(context);
      PreparedEvent& prepared = setting.events.emplace_back();
      prepared.code = event.code;
      for (const fvm::FieldUse& use : machine.field_uses()) {
        arena.reset();
        prepared.by_slot.push_back(keep(fields.read(use, arena), setting.values));
      }
      return true;
    });
  }
  setting.lost = (*source)->stats().refused + (*source)->stats().unknown_events;
  if (status == fvm::BatchStatus::Failed) setting.problem = "the capture is damaged";
}

Setting& setting() {
  static Setting made;
  if (!made.image && made.problem.empty()) prepare(made);
  return made;
}

size_t run_all(fvm::Machine& machine, fvm::MatchSet& out) {
  size_t matches = 0;
  for (const PreparedEvent& event : setting().events) {
    out.clear();
    machine.run(event.code, event, fvm::MatchMode::All, out);
    matches += out.size();
  }
  return matches;
}

void counts(benchmark::State& state, const fvm::Machine& machine, size_t matches) {
  state.counters["drops"] = static_cast<double>(setting().lost);
  state.counters["matches"] = static_cast<double>(matches);
  state.counters["nodes"] = static_cast<double>(machine.graph().size());
}

void machine_warm(benchmark::State& state, const fvm::MachineOptions& options) {
  if (!setting().problem.empty()) return state.SkipWithError(setting().problem.c_str());
  fvm::Machine machine(*setting().image, options);
  fvm::MatchSet out(machine.rule_count());
  size_t matches = 0;
  // The graph leaves programs alone that have not been asked often enough for their nodes.
  for (int round = 0; round < 16; ++round) run_all(machine, out);
  {
    const bench::AllocationCounter counter(state, setting().events.size());
    for (auto _ : state) matches = run_all(machine, out);
  }
  counts(state, machine, matches);
}
BENCHMARK_CAPTURE(machine_warm, all, fvm::MachineOptions{});
BENCHMARK_CAPTURE(machine_warm, without_memo, fvm::MachineOptions{.memo = false});
BENCHMARK_CAPTURE(machine_warm, without_matchers, fvm::MachineOptions{.matchers = false});
BENCHMARK_CAPTURE(machine_warm, without_classes, fvm::MachineOptions{.classes = false});

void machine_cold(benchmark::State& state) {
  if (!setting().problem.empty()) return state.SkipWithError(setting().problem.c_str());
  std::unique_ptr<fvm::Machine> machine;
  fvm::MatchSet out(setting().image->view().rules().size());
  size_t matches = 0;
  {
    bench::AllocationCounter counter(state, setting().events.size());
    for (auto _ : state) {
      machine = counter.leave_out([&] {
        machine.reset();
        return std::make_unique<fvm::Machine>(*setting().image);
      });
      matches = run_all(*machine, out);
    }
  }
  if (machine) counts(state, *machine, matches);
}
BENCHMARK(machine_cold);

/// What falco-vm does between a verified image and the first event.
void machine_made(benchmark::State& state) {
  if (!setting().problem.empty()) return state.SkipWithError(setting().problem.c_str());
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(fvm::Machine(*setting().image).rule_count());
}
BENCHMARK(machine_made);

}  // namespace
