// SPDX-License-Identifier: Apache-2.0
//
// What predicates do with one value: compare, sets, networks, path sets, patterns, and the filter in front of them.
#include <deque>
#include <string>
#include <vector>

#include "bench/parts/parts.h"
#include "vm/exec/text_filter.h"
#include "vm/exec/value_set.h"
#include "vm/ops/compare.h"
#include "vm/ops/glob.h"
#include "vm/ops/net_ops.h"
#include "vm/ops/net_set.h"
#include "vm/ops/path_match.h"
#include "vm/ops/regex.h"

namespace {

using fvm::CmpOp;
using fvm::Value;

constexpr std::string_view kPath = "/usr/lib/x86_64-linux-gnu/libcrypto.so.3";

void compare(benchmark::State& state, CmpOp op, const char* constant) {
  const Value path = Value::text(kPath);
  const Value value = Value::text(constant);
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(fvm::ops::compare(op, path, value));
}
BENCHMARK_CAPTURE(compare, equal, CmpOp::Eq, "/etc/shadow");
BENCHMARK_CAPTURE(compare, startswith, CmpOp::StartsWith, "/usr/lib");
BENCHMARK_CAPTURE(compare, contains, CmpOp::Contains, "crypto.so");
BENCHMARK_CAPTURE(compare, icontains, CmpOp::IContains, "CRYPTO.so");
BENCHMARK_CAPTURE(compare, glob, CmpOp::Glob, "/usr/*/lib*.so.?");

void regex(benchmark::State& state) {
  const fvm::ops::Regex re("/usr/.*/lib[a-z]+\\.so\\.[0-9]+");
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(re.matches(kPath));
}
BENCHMARK(regex);

/// Paths like those of libraries, with the one looked for among them.
std::deque<std::string> paths(int64_t count) {
  std::deque<std::string> names;
  for (int64_t i = 1; i < count; ++i) names.push_back("/usr/lib/x86_64-linux-gnu/library-" + std::to_string(i) + ".so");
  names.emplace_back(kPath);
  return names;
}

/// Every second look finds it.
void value_set(benchmark::State& state) {
  const std::deque<std::string> names = paths(state.range(0));
  std::vector<Value> members;
  for (const std::string& name : names) members.push_back(Value::text(name));
  const fvm::ValueSet set(members);
  const Value values[] = {Value::text(kPath), Value::text("/usr/lib/x86_64-linux-gnu/libcrypto.so.4")};
  size_t turn = 0;
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(set.contains(values[++turn % 2]));
}
BENCHMARK(value_set)->Arg(3)->Arg(100)->Arg(100'000);

void path_set(benchmark::State& state) {
  const std::deque<std::string> names = paths(state.range(0));
  const std::vector<std::string_view> operands(names.begin(), names.end());
  const fvm::ops::PathSet set(operands);
  const std::string inside = std::string(kPath) + "/x";
  const std::string_view values[] = {inside, "/usr/lib/x86_64-linux-gnu/libcrypto.so.4"};
  size_t turn = 0;
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(set.matches(values[++turn % 2]));
}
BENCHMARK(path_set)->Arg(3)->Arg(100)->Arg(100'000);

void net_set(benchmark::State& state) {
  std::vector<Value> nets;
  for (int64_t i = 0; i < state.range(0); ++i) {
    // Every other network of 32 addresses, so that neighbours stay apart.
    const std::string net = std::to_string(64 + i / 262'144) + "." + std::to_string(i / 1024 % 256) + "." +
                            std::to_string(i / 4 % 256) + "." + std::to_string(i % 4 * 64) + "/27";
    nets.push_back(Value::net(*fvm::ops::parse_net(net)));
  }
  const fvm::ops::NetSet set(nets);
  const fvm::IpAddr values[] = {*fvm::ops::parse_ip("64.0.0.1"), *fvm::ops::parse_ip("192.0.2.1")};
  size_t turn = 0;
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(set.contains(values[++turn % 2]));
}
BENCHMARK(net_set)->Arg(3)->Arg(100)->Arg(100'000);

void text_features(benchmark::State& state) {
  const bench::AllocationCounter counter(state);
  for (auto _ : state) {
    std::string_view text = kPath;
    benchmark::DoNotOptimize(text);
    const fvm::TextFeatures features(text);
    benchmark::DoNotOptimize(features);
  }
}
BENCHMARK(text_features);

/// 64 predicates that one text can't fulfil.
void text_filter(benchmark::State& state) {
  std::vector<fvm::TextFilter> filters;
  for (int i = 0; i < 64; ++i) {
    const std::string text = "/opt/word-" + std::to_string(i) + "/";
    filters.push_back(fvm::TextFilter::of(i % 2 == 0 ? CmpOp::Contains : CmpOp::StartsWith, std::vector<std::string_view>{text}));
  }
  const fvm::TextFeatures features{kPath};
  const bench::AllocationCounter counter(state);
  for (auto _ : state) {
    size_t through = 0;
    for (const fvm::TextFilter& filter : filters) through += filter.lets_through(features) ? 1 : 0;
    benchmark::DoNotOptimize(through);
  }
}
BENCHMARK(text_filter);

}  // namespace
