// SPDX-License-Identifier: Apache-2.0
//
// What single parts cost: decoding a record, comparing and matching text, loading and verifying an image. Each with the heap
// allocations of one iteration beside it.
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "bench/allocations.h"
#include "compiler/emit/emit.h"
#include "vm/event/decoder.h"
#include "vm/image/verifier.h"
#include "vm/ops/compare.h"
#include "vm/ops/glob.h"
#include "vm/ops/regex.h"

namespace {

/// Counts the allocations of the timed loop.
class AllocationCounter {
 public:
  explicit AllocationCounter(benchmark::State& state) : state_(state), before_(bench::allocations().count) {}
  ~AllocationCounter() {
    const auto n = static_cast<double>(bench::allocations().count - before_);
    state_.counters["allocs"] = benchmark::Counter(n, benchmark::Counter::kAvgIterations);
  }
  AllocationCounter(const AllocationCounter&) = delete;
  AllocationCounter& operator=(const AllocationCounter&) = delete;

 private:
  benchmark::State& state_;
  uint64_t before_;
};

void decode_read(benchmark::State& state) {
  const std::array<uint16_t, 4> lens{8, 80, 8, 4};
  std::vector<uint8_t> record(sizeof lens + 100, 7);
  std::memcpy(record.data(), lens.data(), sizeof lens);
  const fvm::WireParams wire{record.data(), record.data() + record.size(), 4, false};
  std::array<fvm::Bytes, 4> params;
  const AllocationCounter counter(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(fvm::locate_params(wire, 4, params.data()));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(decode_read);

void compare(benchmark::State& state, fvm::CmpOp op, const char* constant) {
  const fvm::Value path = fvm::Value::text("/usr/lib/x86_64-linux-gnu/libcrypto.so.3");
  const fvm::Value value = fvm::Value::text(constant);
  const AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(fvm::ops::compare(op, path, value));
}
BENCHMARK_CAPTURE(compare, equal, fvm::CmpOp::Eq, "/etc/shadow");
BENCHMARK_CAPTURE(compare, startswith, fvm::CmpOp::StartsWith, "/usr/lib");
BENCHMARK_CAPTURE(compare, contains, fvm::CmpOp::Contains, "crypto.so");
BENCHMARK_CAPTURE(compare, icontains, fvm::CmpOp::IContains, "CRYPTO.so");
BENCHMARK_CAPTURE(compare, glob, fvm::CmpOp::Glob, "/usr/*/lib*.so.?");

void regex(benchmark::State& state) {
  const fvm::ops::Regex re("/usr/.*/lib[a-z]+\\.so\\.[0-9]+");
  const AllocationCounter counter(state);
  for (auto _ : state) benchmark::DoNotOptimize(re.matches("/usr/lib/x86_64-linux-gnu/libcrypto.so.3"));
}
BENCHMARK(regex);

/// An image of `rules` rules, each with a name predicate of its own behind an event-type test.
std::vector<uint8_t> made_image(size_t count) {
  falcoc::CheckedRules rules;
  falcoc::Term name;
  name.type = fvm::TypeId::CHARBUF;
  name.field.id = fvm::FieldId::ProcName;
  name.field.type = fvm::TypeId::CHARBUF;
  rules.terms.push_back(name);
  for (size_t i = 0; i < count; ++i) {
    falcoc::Constant constant;
    constant.kind = fvm::Kind::Text;
    constant.text = "program-" + std::to_string(i);
    rules.constants.push_back(constant);
    falcoc::Expr check;
    check.op = fvm::CmpOp::Eq;
    check.op_spelling = "=";
    check.lhs = falcoc::TermId{0};
    check.constants = {static_cast<falcoc::ConstId>(i)};
    rules.exprs.push_back(check);
    falcoc::CheckedRule rule;
    rule.name = "rule " + std::to_string(i);
    rule.source = "syscall";
    rule.condition = static_cast<falcoc::ExprId>(i);
    rule.events.set(static_cast<size_t>(fvm::EventCode::SYSCALL_EXECVE_19_X));
    rules.rules.push_back(rule);
  }
  auto image = falcoc::emit(rules, {}, {});
  return image ? std::move(image->bytes) : std::vector<uint8_t>{};
}

void load_and_verify(benchmark::State& state) {
  const std::vector<uint8_t> image = made_image(static_cast<size_t>(state.range(0)));
  state.counters["image_bytes"] = static_cast<double>(image.size());
  const AllocationCounter counter(state);
  for (auto _ : state) {
    auto sealed = fvm::SealedImage::from_bytes(image);
    if (!sealed) return state.SkipWithError("can't seal");
    auto verified = fvm::verify(std::move(*sealed));
    if (!verified) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(verified->view());
  }
}
BENCHMARK(load_and_verify)->Arg(10)->Arg(100)->Arg(1000);

}  // namespace

BENCHMARK_MAIN();
