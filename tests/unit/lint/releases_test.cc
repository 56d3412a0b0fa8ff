// SPDX-License-Identifier: Apache-2.0
//
// --target: each row of releases.def is reported for the release before it and not for its own; a field without a row
// never is.
#include <doctest/doctest.h>

#include <array>
#include <map>

#include "tests/unit/lint/linting.h"
#include "vm/abi/field_name.h"

using namespace falcoc;

namespace {

constexpr uint32_t kOldest = 36, kNewest = 44;

struct Row {
  std::string_view kind, thing;
  uint32_t minor;
};
constexpr Row kRows[] = {
#define FALCO_RELEASE(kind, thing, minor, source) {#kind, #thing, minor},
#include "compiler/lint/releases.def"
#undef FALCO_RELEASE
};

using Symbols = std::map<std::string_view, uint32_t>;
const Symbols kFieldSymbols = {
#define FALCO_FIELD(id, Sym, ...) {#Sym, id},
#include "vm/abi/fields.def"
#undef FALCO_FIELD
};
const Symbols kOperatorSymbols = {
#define FALCO_CMP_OP(id, Sym, ...) {#Sym, id},
#include "vm/abi/cmp_ops.def"
#undef FALCO_CMP_OP
};
const Symbols kTransformerSymbols = {
#define FALCO_TRANSFORMER(id, Sym, ...) {#Sym, id},
#include "vm/abi/transformers.def"
#undef FALCO_TRANSFORMER
};

uint32_t number(const Symbols& symbols, std::string_view symbol) {
  REQUIRE(symbols.contains(symbol));
  return symbols.find(symbol)->second;
}

Linted for_release(const std::string& rules, uint32_t minor) {
  LintOptions options;
  options.target = minor;
  options.groups = {LintGroup::Compatibility};
  return Linted(rules, options);
}

/// The name, with an argument where it needs one or `argument` asks for it.
std::string written(const fvm::FieldInfo& field, bool argument) {
  const std::string name(field.name);
  constexpr std::array<const char*, 5> kArguments = {"[a]", "[0]", ".a", ".res", ".open"};
  if (!argument && fvm::resolve_field_text(name).ok()) return name;
  for (const char* text : kArguments)
    if (fvm::resolve_field_text(name + text).ok()) return name + text;
  return {};
}

/// A rule that uses the field where that is allowed.
std::string use_of(const fvm::FieldInfo& field, bool argument = false) {
  const std::string text = written(field, argument);
  REQUIRE_FALSE(text.empty());
  if (!field.has(FALCO_FF_PRINT_ONLY)) return rule_with("evt.type = close and " + text + " exists");
  std::string rule = rule_with("evt.type = close");
  return rule.replace(rule.find("%proc.cmdline"), 13, "%" + text);
}

void check(const std::string& rules, uint32_t minor, DiagId id) {
  CAPTURE(rules);
  CHECK_FALSE(for_release(rules, minor).diags.has_errors());
  CHECK(for_release(rules, minor - 1).count(id) == 1);
  CHECK(for_release(rules, minor).count(id) == 0);
}

const std::map<std::string_view, const char*> kCalls = {{"join", "join(\",\", (proc.name, proc.pname))"},
                                                        {"concat", "concat(proc.name, proc.pname)"},
                                                        {"getopt", "getopt((proc.name, proc.pname), \"o:\")[o]"}};

std::string use_of(const fvm::TransformerInfo& transformer) {
  const std::string name(transformer.name);
  if (name == "val") return rule_with("evt.type = close and proc.name = val(proc.pname)");
  const auto call = kCalls.find(transformer.name);
  const std::string text = call != kCalls.end() ? call->second : name + "(proc.name)";
  return rule_with("evt.type = close and " + text + (name == "len" ? " = 1" : " = a"));
}

}  // namespace

TEST_CASE("each row is reported for the release before it only; fields without a row never are") {
  std::set<uint32_t> young;
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.thing));
    if (row.kind == "Field" || row.kind == "Argument") {
      const uint32_t id = number(kFieldSymbols, row.thing);
      if (row.kind == "Field") young.insert(id);
      check(use_of(fvm::kFields[id], row.kind == "Argument"), row.minor, DiagId::FieldTooNew);
    } else if (row.kind == "Operator") {
      const std::string op(fvm::kCmpOps[number(kOperatorSymbols, row.thing)]);
      check(rule_with("evt.type = close and proc.name " + op + " ab*"), row.minor, DiagId::LanguageTooNew);
    } else if (row.kind == "Transformer") {
      check(use_of(fvm::kTransformers[number(kTransformerSymbols, row.thing)]), row.minor, DiagId::LanguageTooNew);
    }
  }
  CHECK(young.size() > 20);
  for (uint32_t id = 0; id < std::size(fvm::kFields); ++id) {
    CAPTURE(std::string(fvm::kFields[id].name));
    const std::string rules = use_of(fvm::kFields[id]);
    CHECK(for_release(rules, kOldest).says(DiagId::FieldTooNew) == young.contains(id));
    CHECK_FALSE(for_release(rules, kNewest).says(DiagId::FieldTooNew));
  }
}

TEST_CASE("a field of an output is reported once, one of an exception where it is written") {
  std::string rule = rule_with("evt.type = close");
  rule.replace(rule.find("%proc.cmdline"), 13, "%proc.aargs[1] %proc.aargs[1]");
  CHECK(for_release(rule, 40).count(DiagId::FieldTooNew) == 2);
  const Linted exception = for_release(
      rule_with("evt.type = close") + "  exceptions:\n    - name: e\n      fields: proc.pgid.name\n      values: [a]\n",
      39);
  REQUIRE(exception.count(DiagId::FieldTooNew) == 1);
}

TEST_CASE("keys, modifiers, versions") {
  const std::string append =
      rule_with("evt.type = close") + "- rule: R\n  condition: and proc.name = a\n  override: {condition: append}\n";
  check(append, 37, DiagId::KeyTooNew);
  check(rule_with("evt.type = close") + "  capture: true\n", 42, DiagId::KeyTooNew);
  check(rule_with("evt.type = close and proc.name startswith anyof (a, b)"), 44, DiagId::LanguageTooNew);
  check("- required_engine_version: 0.31.0\n" + rule_with("evt.type = close"), 37, DiagId::LanguageTooNew);
  CHECK_FALSE(
      for_release("- required_engine_version: 26\n" + rule_with("evt.type = close"), 36).says(DiagId::LanguageTooNew));
}
