// SPDX-License-Identifier: Apache-2.0
//
// hostile_captures RULES.fbc [--every N] [--phase N] [--cut CAPTURE]... [--flips N] [--seed S] [CAPTURE...]
// Damages captures in every way it can think of, and ends with `N passed, N failed`. Run by run.sh.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "tests/hostile/cuts.h"
#include "tests/hostile/flips.h"
#include "tests/hostile/replay.h"

int main(int argc, char** argv) {
  using namespace fvm::hostile;
  CLI::App app{"Damages captures and looks at what becomes of the alerts.", "hostile_captures"};
  std::string rules;
  std::vector<std::string> cut, flipped;
  uint64_t every = 1, phase = 0, flips = 0, seed = 1;
  app.add_option("rules", rules, "compiled rules")->required();
  app.add_option("captures", flipped, "captures to flip bytes of");
  app.add_option("--cut", cut, "capture to cut at and inside its blocks");
  app.add_option("--every", every, "cut at every N-th block");
  app.add_option("--phase", phase, "the first block to cut at");
  app.add_option("--flips", flips, "number of damaged captures");
  app.add_option("--seed", seed, "of the damage");
  CLI11_PARSE(app, argc, argv);

  const std::vector<uint8_t> image = file_bytes(rules);
  CutResult all;
  const auto add = [&all](const CutResult& part) {
    all.passed += part.passed;
    all.failed += part.failed;
  };
  for (const std::string& path : cut) {
    std::printf("%s: cut at and inside every %llu. block\n", path.c_str(), static_cast<unsigned long long>(every));
    add(run_cuts(image, unpacked_file(path), every, phase));
  }
  if (flips != 0) {
    std::vector<Victim> plain, packed;
    for (const std::string& path : flipped) {
      std::vector<uint8_t> bytes = file_bytes(path);
      const bool gzip = bytes.size() > 1 && bytes[0] == 0x1f && bytes[1] == 0x8b;
      if (bytes.empty()) continue;
      if (gzip) packed.push_back({path, bytes});
      plain.push_back({path, gzip ? unpacked_file(path) : std::move(bytes)});
    }
    add(run_flips(image, plain, flips, seed));
    if (!packed.empty()) add(run_gzip_flips(image, packed, flips / 20, seed));
  }
  std::printf("%llu passed, %llu failed\n", static_cast<unsigned long long>(all.passed), static_cast<unsigned long long>(all.failed));
  return all.failed == 0 ? 0 : 1;
}
