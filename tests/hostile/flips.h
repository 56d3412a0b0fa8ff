// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/hostile/cuts.h"

namespace fvm::hostile {

struct Victim {
  std::string name;
  std::vector<uint8_t> bytes;
};

/// `trials` damaged copies, each of one capture with one to four bytes changed. Ends the process on a crash or a hang, after
/// having said which trial it was.
CutResult run_flips(Bytes image, const std::vector<Victim>& victims, uint64_t trials, uint64_t seed);

/// The same with bytes of gzip files.
CutResult run_gzip_flips(Bytes image, const std::vector<Victim>& victims, uint64_t trials, uint64_t seed);

}  // namespace fvm::hostile
