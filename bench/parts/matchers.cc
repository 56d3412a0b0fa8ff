// SPDX-License-Identifier: Apache-2.0
//
// What predicates do with one value: compare, sets, networks, path sets, patterns, and the one pass over a text with many of them.
#include <deque>
#include <string>
#include <vector>

#include "bench/parts/parts.h"
#include "compiler/emit/emit.h"
#include "tests/support/rules_builder.h"
#include "vm/exec/text_matcher.h"
#include "vm/exec/value_set.h"
#include "vm/image/verifier.h"
#include "vm/ops/compare.h"
#include "vm/ops/glob.h"
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

constexpr size_t kProbes = 1024;  ///< different values that are looked for in turn; every second one is there

/// Members from all over the list, and texts that begin like them.
std::vector<std::string> probes(const std::deque<std::string>& names) {
  std::vector<std::string> out;
  for (size_t i = 0; i < kProbes; ++i) out.push_back(names[i * 7919 % names.size()] + (i % 2 == 0 ? "" : "~"));
  return out;
}

void value_set(benchmark::State& state) {
  const std::deque<std::string> names = paths(state.range(0));
  const std::vector<std::string> looked_for = probes(names);
  std::vector<Value> members, values;
  for (const std::string& name : names) members.push_back(Value::text(name));
  for (const std::string& text : looked_for) values.push_back(Value::text(text));
  const fvm::ValueSet set(members);
  size_t turn = 0;
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(set.contains(values[++turn % kProbes]));
}
BENCHMARK(value_set)->Arg(3)->Arg(100)->Arg(100'000);

void path_set(benchmark::State& state) {
  const std::deque<std::string> names = paths(state.range(0));
  const std::vector<std::string_view> operands(names.begin(), names.end());
  const fvm::ops::PathSet set(operands);
  const std::vector<std::string> values = probes(names);
  size_t turn = 0;
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(set.matches(values[++turn % kProbes]));
}
BENCHMARK(path_set)->Arg(3)->Arg(100)->Arg(100'000);

/// Every other network of 32 addresses from 64.0.0.0 on, so that neighbours stay apart.
fvm::IpAddr address(size_t net, uint8_t offset) {
  fvm::IpAddr a;
  a.bytes = {64, static_cast<uint8_t>(net / 1024), static_cast<uint8_t>(net / 4), static_cast<uint8_t>(net % 4 * 64 + offset)};
  return a;
}

void net_set(benchmark::State& state) {
  const auto count = static_cast<size_t>(state.range(0));
  std::vector<Value> nets;
  std::vector<fvm::IpAddr> values;
  for (size_t i = 0; i < count; ++i) nets.push_back(Value::net({address(i, 0), 27}));
  for (size_t i = 0; i < kProbes; ++i) values.push_back(address(i * 7919 % count, i % 2 == 0 ? 5 : 40));
  const fvm::ops::NetSet set(nets);
  size_t turn = 0;
  const bench::AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(set.contains(values[++turn % kProbes]));
}
BENCHMARK(net_set)->Arg(3)->Arg(100)->Arg(100'000);

/// Substrings and beginnings that a path does not have, and one that it has, in one pass.
void text_matcher(benchmark::State& state) {
  falcoc::test::RulesBuilder builder;
  std::vector<falcoc::ExprId> checks{builder.check(fvm::FieldId::FdName, CmpOp::Contains, {"libcrypto"})};
  for (int64_t i = 0; i < state.range(0); ++i) {
    const std::string text = "/opt/word-" + std::to_string(i) + "/";
    checks.push_back(builder.check(fvm::FieldId::FdName, i % 2 == 0 ? CmpOp::Contains : CmpOp::StartsWith, {text.c_str()}));
  }
  builder.rule("r", builder.any(checks));
  const auto made = falcoc::emit(builder.rules(), {}, {});
  auto sealed = fvm::SealedImage::from_bytes(made->bytes);
  auto image = fvm::verify(std::move(*sealed));
  if (!image) return state.SkipWithError("refused");
  const fvm::PredicateTable predicates(image->view());
  fvm::TextMatcher matcher(predicates, predicates[0].lhs);
  const bench::AllocationCounter counter(state);
  for (auto _ : state) {
    size_t found = 0;
    matcher.match(kPath, [&](uint32_t, bool) { ++found; });
    benchmark::DoNotOptimize(found);
  }
}
BENCHMARK(text_matcher)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace
