// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes rules images with the digest, table fingerprints and file size a hostile author would fill in: verify;
// whatever is accepted is run over made-up fields, disassembled and profiled.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/run_image.h"
#include "vm/abi/fingerprint.h"
#include "vm/base/check.h"
#include "vm/profile/cycle_clock.h"
#include "vm/profile/rule_profiler.h"

namespace {

/// Every event is traced once.
void profile(const fvm::VerifiedImage& image) {
  fvm::Machine machine(image);
  fvm::RuleProfiler profiler(machine.image(), {.every = 1});
  fvm::MatchSet out(machine.rule_count());
  const falcoc::test::TypedFields fields(1);
  for (size_t c = 0; c < fvm::kEventCount; ++c) {
    const auto code = static_cast<fvm::EventCode>(c);
    if (!profiler.is_due(code)) continue;
    out.clear();
    machine.run(code, fields, fvm::MatchMode::All, out, fvm::TraceProbe<fvm::CycleClock>(profiler.trace()));
    profiler.traced(code);
  }
  FALCO_CHECK(profiler.profile(1).rules.size() == machine.rule_count());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0 || size > (1u << 20)) return 0;
  std::vector<uint8_t> image(data, data + size);
  if (size >= sizeof(fvm::ImageHeader)) {
    auto* header = reinterpret_cast<fvm::ImageHeader*>(image.data());
    header->file_bytes = size;
    header->fingerprints = fvm::kFingerprints;
    falcoc::test::redigest(image);
  }
  auto sealed = fvm::SealedImage::from_bytes(image);
  if (!sealed) return 0;
  auto verified = fvm::verify(std::move(*sealed));
  if (!verified) return 0;
  falcoc::test::exercise(*verified, true);
  profile(*verified);
  return 0;
}
