// SPDX-License-Identifier: Apache-2.0
//
// Benchmarks of single parts. Beside Google Benchmark's own flags:
//
//   parts_bench [--rules=FILE]... [--image=FILE.fbc]...     also compile these together, also load and verify each of these
#include <string_view>

#include "bench/parts/parts.h"

int main(int argc, char** argv) {
  std::vector<std::string> rules, images;
  int kept = 1;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    constexpr std::string_view kRules = "--rules=", kImage = "--image=";
    if (arg.starts_with(kRules)) {
      rules.emplace_back(arg.substr(kRules.size()));
    } else if (arg.starts_with(kImage)) {
      images.emplace_back(arg.substr(kImage.size()));
    } else {
      argv[kept++] = argv[i];
    }
  }
  argc = kept;
  bench::add_files(rules, images);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
