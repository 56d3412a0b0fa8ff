// SPDX-License-Identifier: Apache-2.0
//
// Capture bytes (plain or gzip) through reader, decoder and state. Accepted events must be safe to apply.
#include "capture/scap_reader.h"
#include "vm/base/check.h"
#include "vm/event/decoder.h"
#include "vm/state/state.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fvm;
  auto source = open_capture(Bytes{data, size});
  if (!source) return 0;
  State state;
  std::span<const RawEvent> batch;
  uint64_t num = 0;
  while ((*source)->next_batch(state, batch) == BatchStatus::Events) {
    for (const RawEvent& raw : batch) {
      EventView view;
      // The reader hands out checked records only, so the decoder has nothing to complain about.
      FALCO_CHECK(Decoder::decode(raw, view) == DecodeError::None);
      view.num = ++num;
      EvalContext context;
      state.update(view, context);
    }
  }
  return 0;
}
