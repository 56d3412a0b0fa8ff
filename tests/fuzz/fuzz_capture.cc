// SPDX-License-Identifier: Apache-2.0
//
// Capture bytes (plain or gzip) through reader and state. Accepted events must be safe to apply.
#include "capture/scap_reader.h"
#include "vm/base/check.h"
#include "vm/state/state.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fvm;
  auto source = open_capture(Bytes{data, size});
  if (!source) return 0;
  State state;
  std::span<EventView> batch;
  uint64_t num = 0;
  while ((*source)->next_batch(state, batch) == BatchStatus::Events) {
    for (EventView& view : batch) {
      uint64_t sum = 0;  // of all bytes: they must be there
      for (size_t i = 0; i < view.nparams; ++i)
        for (const uint8_t byte : view.param(i)) sum += byte;
      FALCO_CHECK(sum <= uint64_t{255} * limits::kEventBytes);
      view.num = ++num;
      EvalContext context;
      state.update(view, context);
    }
  }
  return 0;
}
