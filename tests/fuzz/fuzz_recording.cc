// SPDX-License-Identifier: Apache-2.0
//
// Capture bytes through reader and writer: what is written is a capture without damage, with as many events as the
// writer counted.
#include <string>

#include "capture/recording_source.h"
#include "capture/scap_reader.h"
#include "vm/base/check.h"
#include "vm/state/state.h"

namespace {

using namespace fvm;

class Memory final : public OutputFile {
 public:
  Memory() : OutputFile("memory") {}
  std::string text;

 private:
  void write(std::string_view pieces) override { text += pieces; }
  void end() override {}
};

/// Events of state only included.
uint64_t play(EventSource& source, State& state, BatchStatus& last) {
  std::span<EventView> batch;
  uint64_t events = 0;
  while ((last = source.next_batch(state, batch)) == BatchStatus::Events) {
    for (EventView& view : batch) {
      view.num = ++events;
      EvalContext context;
      state.update(view, context);
    }
  }
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto source = open_capture(Bytes{data, size});
  if (!source) return 0;
  Memory written;
  ScapWriter writer(written);
  RecordingSource recording(std::move(*source), writer, Record::All);
  recording.set_interest(Interest{});
  State state;
  BatchStatus status{};
  play(recording, state, status);
  recording.finish();
  written.finish();
  FALCO_CHECK(written.error().empty());
  if (writer.stats().events == 0) return 0;

  auto again = open_capture(Bytes{reinterpret_cast<const uint8_t*>(written.text.data()), written.text.size()});
  FALCO_CHECK(again);
  State other;
  const uint64_t events = play(**again, other, status);
  // A section whose events were all refused is written without events, and readers take that for an early end.
  FALCO_CHECK(status == BatchStatus::End || (*again)->error().kind == SourceError::Kind::Truncated);
  FALCO_CHECK(events == writer.stats().events);
  return 0;
}
