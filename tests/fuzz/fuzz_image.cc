// SPDX-License-Identifier: Apache-2.0
//
// Fuzzes rules images with the digest, table fingerprints and file size a hostile author would fill in: verify;
// whatever is accepted is run over made-up fields and disassembled.
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/support/run_image.h"
#include "vm/abi/fingerprint.h"

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
  if (verified) falcoc::test::exercise(*verified, true);
  return 0;
}
