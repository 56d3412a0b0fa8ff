// SPDX-License-Identifier: Apache-2.0
//
// Images: compiling rules, loading and verifying what came out; for made-up rules, and for the files of the command line.
#include <memory>
#include <string>
#include <vector>

#include "bench/parts/parts.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/rules_files.h"
#include "compiler/emit/emit.h"
#include "vm/image/verifier.h"

namespace {

/// An image of `count` rules, each with a name predicate of its own behind an event-type test.
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

/// `open` gives a sealed image.
template <typename Open>
void verify_what(benchmark::State& state, Open&& open) {
  const bench::AllocationCounter counter(state);
  for (auto _ : state) {
    auto sealed = open();
    if (!sealed) return state.SkipWithError("can't read or seal the image");
    auto verified = fvm::verify(std::move(*sealed));
    if (!verified) return state.SkipWithError("refused");
    benchmark::DoNotOptimize(verified->view());
  }
}

void load_and_verify(benchmark::State& state) {
  const std::vector<uint8_t> image = made_image(static_cast<size_t>(state.range(0)));
  state.counters["image_bytes"] = static_cast<double>(image.size());
  verify_what(state, [&] { return fvm::SealedImage::from_bytes(image); });
}
BENCHMARK(load_and_verify)->Arg(10)->Arg(100)->Arg(1000);

void load_and_verify_file(benchmark::State& state, const std::string& path) {
  verify_what(state, [&] { return fvm::SealedImage::from_file(path); });
}

/// Reading the files is not in it.
void compile_texts(benchmark::State& state, const std::vector<std::string>& names, const std::vector<std::string>& texts) {
  size_t bytes = 0, rules = 0;
  {
    const bench::AllocationCounter counter(state);
    for (auto _ : state) {
      falcoc::SourceManager sources;
      falcoc::Diagnostics diags;
      std::vector<uint32_t> files;
      for (size_t i = 0; i < texts.size(); ++i) files.push_back(sources.add(names[i], texts[i]));
      const falcoc::CompileResult result = falcoc::compile(sources, files, {}, diags);
      if (!result.image) return state.SkipWithError("the rules don't compile");
      bytes = result.image->bytes.size();
      rules = result.loaded->rules.rules.size();
    }
  }
  state.counters["image_bytes"] = static_cast<double>(bytes);
  state.counters["rules"] = static_cast<double>(rules);
}

void compile_made(benchmark::State& state) {
  std::string text = "- macro: opened\n  condition: evt.type in (open, openat) and fd.num >= 0\n";
  for (int64_t i = 0; i < state.range(0); ++i) {
    const std::string number = std::to_string(i);
    text += "- rule: r" + number + "\n  desc: d\n  condition: opened and proc.name = p" + number +
            " and not fd.name startswith /srv/" + number + "\n  output: opened %fd.name by %proc.cmdline\n  priority: DEBUG\n";
  }
  compile_texts(state, {"made.yaml"}, {text});
}
BENCHMARK(compile_made)->Arg(10)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace

namespace bench {

void add_files(const std::vector<std::string>& rules, const std::vector<std::string>& images) {
  if (!rules.empty()) {
    benchmark::RegisterBenchmark("compile_files", [rules](benchmark::State& state) {
      falcoc::SourceManager sources;
      falcoc::Diagnostics diags;
      std::vector<std::string> names, texts;
      for (const uint32_t file : falcoc::read_rules_files(rules, sources, diags)) {
        names.emplace_back(sources.name(file));
        texts.emplace_back(sources.text(file));
      }
      compile_texts(state, names, texts);
    })->Unit(benchmark::kMillisecond);
  }
  for (const std::string& image : images) {
    const std::string name = "load_and_verify_file/" + image.substr(image.rfind('/') + 1);
    benchmark::RegisterBenchmark(name.c_str(), [image](benchmark::State& state) { load_and_verify_file(state, image); });
  }
}

}  // namespace bench
