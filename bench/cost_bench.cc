// SPDX-License-Identifier: Apache-2.0
//
// Measures what compiler/cost/costs.def declares, and prints it in the form of that table: operators and transformers
// on made-up texts, fields on the events of captures.
//
//   cost_bench CAPTURE...
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "capture/scap_reader.h"
#include "compiler/cost/costs.h"
#include "compiler/driver/compile.h"
#include "vm/abi/field_name.h"
#include "vm/event_pump.h"
#include "vm/exec/interpreter.h"
#include "vm/exec/value_set.h"
#include "vm/field/field_reader.h"
#include "vm/image/verifier.h"
#include "vm/ops/compare.h"
#include "vm/ops/net_ops.h"
#include "vm/ops/path_match.h"
#include "vm/ops/regex.h"
#include "vm/ops/transform.h"

namespace {

using fvm::CmpOp;
using fvm::Value;
using Clock = std::chrono::steady_clock;

constexpr const char* kOpSymbols[] = {
#define FALCO_CMP_OP(id, Sym, mnemonic) #Sym,
#include "vm/abi/cmp_ops.def"
#undef FALCO_CMP_OP
};
constexpr const char* kTransformerSymbols[] = {
#define FALCO_TRANSFORMER(id, Sym, ...) #Sym,
#include "vm/abi/transformers.def"
#undef FALCO_TRANSFORMER
};
constexpr const char* kFieldSymbols[] = {
#define FALCO_FIELD(id, Sym, ...) #Sym,
#include "vm/abi/fields.def"
#undef FALCO_FIELD
};

double elapsed_ns(Clock::time_point begin) {
  return std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
}

/// Nanoseconds of one call: the best of several rounds, because everything else on the machine only adds.
double best_ns(const std::function<bool()>& call) {
  constexpr int kCalls = 20'000;
  constexpr int kRounds = 15;
  double best = 1e300;
  for (int round = 0; round < kRounds; ++round) {
    const auto begin = Clock::now();
    for (int i = 0; i < kCalls; ++i) {
      const bool result = call();
      asm volatile("" : : "r"(result) : "memory");
    }
    best = std::min(best, elapsed_ns(begin) / kCalls);
  }
  return best;
}

std::string path_of(size_t bytes) {
  std::string text = "/";
  while (text.size() < bytes) text += "usr/lib/x86_64-linux-gnu/";
  text.resize(bytes);
  return text;
}

void operators() {
  const std::string text = path_of(falcoc::kAssumedTextBytes);
  // Differs from the text at its end, where comparing has done all its work.
  const std::string tail = text.substr(1, 30) + "~";
  const std::string other = text.substr(0, text.size() - 1) + "~";
  const Value value = Value::text(text);
  const Value bytes = Value::bytes(fvm::as_bytes(text));
  const fvm::ops::Regex regex(".*/lib[a-z]+/.*\\.so~");
  const std::vector<Value> members = [] {
    static std::vector<std::string> names;
    for (int i = 0; i < 100; ++i) names.push_back(path_of(40) + std::to_string(i));
    std::vector<Value> out;
    for (const std::string& name : names) out.push_back(Value::text(name));
    return out;
  }();
  const fvm::ValueSet set(members);
  std::vector<std::string_view> paths;
  for (const Value& member : members) paths.push_back(member.as_text());
  const fvm::ops::PathSet path_set(paths);
  for (size_t op = 0; op < std::size(fvm::kCmpOps); ++op) {
    const auto o = static_cast<CmpOp>(op);
    double ns = 0;
    switch (o) {
      case CmpOp::Regex:
        ns = best_ns([&] { return regex.matches(text); });
        break;
      case CmpOp::In:
      case CmpOp::Intersects:
        ns = best_ns([&] { return set.contains(value); });
        break;
      case CmpOp::PMatch:
        ns = best_ns([&] { return path_set.matches(text); });
        break;
      case CmpOp::BContains:
      case CmpOp::BStartsWith: {
        const Value constant = Value::bytes(fvm::as_bytes(o == CmpOp::BContains ? tail : other));
        ns = best_ns([&] { return fvm::ops::compare(o, bytes, constant); });
        break;
      }
      default: {
        const bool glob = o == CmpOp::Glob || o == CmpOp::IGlob;
        const bool inside = o == CmpOp::Contains || o == CmpOp::IContains;
        const std::string constant_text = glob ? "*/lib*/x86*gnu/*~" : inside ? tail : other;
        const Value constant = Value::text(constant_text);
        ns = best_ns([&] { return fvm::ops::compare(o, value, constant); });
      }
    }
    std::printf("FALCO_OP_COST(%s, %.0f)\n", kOpSymbols[op], ns);
  }
  const Value ip = Value::ip(*fvm::ops::parse_ip("10.1.2.3"));
  const Value net = Value::net(*fvm::ops::parse_net("192.168.0.0/16"));
  const Value number = Value::integer(7);
  const Value seven = Value::integer(8);
  std::printf("FALCO_NUMBER_COST(%.0f)\n", best_ns([&] { return fvm::ops::compare(CmpOp::Eq, number, seven); }));
  std::printf("FALCO_NETWORK_COST(%.0f)\n", best_ns([&] { return fvm::ops::compare(CmpOp::In, ip, net); }));
}

/// No value for any field.
struct NoFields {
  fvm::ValueList read(const fvm::FieldUse&, fvm::Arena&) const { return fvm::ValueList::missing(); }
  fvm::ValueList read_for_output(const fvm::FieldUse&, fvm::Arena&) const { return fvm::ValueList::missing(); }
};

/// Many rules that ask the same: all but the first find the answer.
void step() {
  constexpr int kRules = 256;
  std::string text;
  for (int i = 0; i < kRules; ++i) {
    text += "- rule: r" + std::to_string(i) +
            "\n  desc: d\n  condition: evt.type = close and proc.name = x\n  output: o\n  priority: DEBUG\n";
  }
  falcoc::SourceManager sources;
  falcoc::Diagnostics diags;
  const auto compiled = falcoc::compile(sources, {sources.add("bench.yaml", text)}, {}, diags);
  auto image = fvm::verify(std::move(*fvm::SealedImage::from_bytes(compiled.image->bytes)));
  fvm::Machine machine(*image);
  fvm::MatchSet out(machine.rule_count());
  const double ns = best_ns([&] {
    machine.run(fvm::EventCode::SYSCALL_CLOSE_X, NoFields{}, fvm::MatchMode::All, out);
    return out.empty();
  });
  std::printf("FALCO_STEP_COST(%.1f)\n", ns / kRules);
}

void transformers() {
  const std::string text(falcoc::kAssumedTextBytes, 'A');  // base64, too
  const Value value = Value::text(text);
  const Value separator = Value::text(",");
  fvm::Arena arena;
  for (size_t t = 0; t < std::size(fvm::kTransformers); ++t) {
    const auto transformer = static_cast<fvm::Transformer>(t);
    const fvm::ops::TransformArg one{{&value, 1, true}, false};
    const fvm::ops::TransformArg join[] = {{{&separator, 1, true}, false}, {{&value, 1, true}, true}};
    const fvm::ops::TransformArg two[] = {one, one};
    const bool is_join = transformer == fvm::Transformer::Join;
    const bool pair = transformer == fvm::Transformer::Concat || transformer == fvm::Transformer::Getopt;
    const std::span<const fvm::ops::TransformArg> args = is_join ? std::span(join)
                                                         : pair  ? std::span(two)
                                                                 : std::span(&one, 1);
    const double ns = best_ns([&] {
      arena.reset();
      return fvm::ops::apply(transformer, args, {}, arena).present;
    });
    std::printf("FALCO_TRANSFORMER_COST(%s, %.0f)\n", kTransformerSymbols[t], ns);
  }
}

constexpr double kNotableNs = 40;  ///< cheaper fields share a row

constexpr int kReads = 8;  ///< of a field, between two looks at the clock

struct FieldTime {
  std::string name;
  std::vector<double> ns;  ///< per event
};

/// Half of the events take less. A mean would hold what else ran on the machine.
double median(std::vector<double>& values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

/// Reads every field of some of the visible events; takes the time of those that have it.
bool read_fields(const char* path, std::vector<FieldTime>& times, const std::vector<fvm::FieldUse>& uses) {
  auto source = fvm::open_capture(path);
  if (!source) return false;
  fvm::EventPump pump;
  fvm::Arena arena;
  fvm::BatchStatus status = fvm::BatchStatus::Events;
  uint64_t number = 0;
  while (status == fvm::BatchStatus::Events) {
    status = pump.poll_shown(**source, [&](const fvm::EvalContext& context) {
      if (++number % 32 != 0) return true;
      const fvm::LiveFields fields(context);
      for (size_t i = 0; i < uses.size(); ++i) {
        arena.reset();
        if (!fields.read(uses[i], arena).present) continue;
        const auto begin = Clock::now();
        for (int r = 0; r < kReads; ++r) {
          arena.reset();
          const fvm::ValueList read = fields.read(uses[i], arena);
          asm volatile("" : : "r"(&read) : "memory");
        }
        times[i].ns.push_back(elapsed_ns(begin) / kReads);
      }
      return true;
    });
  }
  return status != fvm::BatchStatus::Failed;
}

int fields(int argc, char** argv) {
  std::vector<std::string> names;
  for (const fvm::FieldInfo& info : fvm::kFields) {
    const std::string name(info.name);
    switch (info.arg) {
      case fvm::ArgKind::EventParam:
        names.push_back(name + "[0]");
        break;
      case fvm::ArgKind::EventName:
        names.push_back(name + ".openat");
        break;
      case fvm::ArgKind::Index:
      case fvm::ArgKind::IndexOrKey:
        names.push_back(info.has(FALCO_FF_ARG_REQUIRED) ? name + "[1]" : name);
        break;
      case fvm::ArgKind::Key:
        names.push_back(info.has(FALCO_FF_ARG_REQUIRED) ? name + "[PATH]" : name);
        break;
      case fvm::ArgKind::Suffix:
      case fvm::ArgKind::KeyOrSuffix:
        names.push_back(info.has(FALCO_FF_ARG_REQUIRED) ? name + ".x" : name);
        break;
      case fvm::ArgKind::None:
        names.push_back(name);
        break;
    }
  }
  std::vector<fvm::FieldUse> uses;
  std::vector<fvm::FieldNameResult> kept;
  kept.reserve(names.size());
  std::vector<FieldTime> times;
  for (const std::string& name : names) {
    kept.push_back(fvm::resolve_field_text(name));
    if (!kept.back().ok()) continue;
    const fvm::FieldName& f = kept.back().field;
    uses.push_back({f.id, f.arg, f.type, f.index, f.key, static_cast<uint32_t>(uses.size())});
    times.push_back({name, {}});
  }
  for (int i = 1; i < argc; ++i) {
    if (!read_fields(argv[i], times, uses)) {
      std::fprintf(stderr, "cost_bench: can't read %s\n", argv[i]);
      return 3;
    }
  }
  const auto pair_ns = best_ns([] { return Clock::now() != Clock::time_point{}; });
  std::vector<double> ordinary;
  for (size_t i = 0; i < times.size(); ++i) {
    if (times[i].ns.empty()) continue;
    const double ns = std::max(0.0, median(times[i].ns) - pair_ns / kReads);
    if (ns < kNotableNs) {
      ordinary.push_back(ns);
    } else {
      std::printf("FALCO_FIELD_COST(%s, %.0f)\n", kFieldSymbols[static_cast<size_t>(uses[i].id)], ns);
    }
  }
  if (!ordinary.empty()) {
    std::printf("FALCO_OTHER_FIELD_COST(%.0f)\n", median(ordinary));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  step();
  operators();
  transformers();
  return fields(argc, argv);
}
