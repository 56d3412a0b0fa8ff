// SPDX-License-Identifier: Apache-2.0
//
// The command line of falcoc as a value. parse_options() is the only user of CLI11.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/lint/lint.h"
#include "tools/listing/table_listing.h"

namespace falcoc::tool {

/// Exit codes of both programs.
enum ExitCode : int { kOk = 0, kBadRules = 1, kUsage = 2, kOutsideWorld = 3 };

enum class Command : uint8_t { Compile, Lint, Fmt, Test, Diff, Verify, Disasm, List, Dump, Cost, Explain, Docs, Lsp };
enum class MessageFormat : uint8_t { Text, Json, Sarif, Github, FalcoJson };
enum class Drawing : uint8_t { None, Dot, Svg };

/// What `falcoc WORD` does; without a word of this table it compiles.
struct CommandInfo {
  Command command;
  std::string_view name;
  std::string_view usage;
  std::string_view summary;
};
inline constexpr CommandInfo kCommands[] = {
    {Command::Lint, "lint", "RULES...", "what is slow, wrong, easy to get around or untidy in rules that compile"},
    {Command::Fmt, "fmt", "RULES...", "write rules files in their canonical form"},
    {Command::Test, "test", "TESTS...", "run unit tests of rules, with coverage and mutants; or write some"},
    {Command::Diff, "diff", "OLD NEW", "what changed between two sets of rules"},
    {Command::Cost, "cost", "RULES...", "what each rule can cost on one event, at most"},
    {Command::List, "list", "WHAT [RULES...]", "rules, macros, lists, fields, events, operators, diagnostics or lints"},
    {Command::Explain, "explain", "ID | RULE RULES...", "what a diagnostic means, or what a rule became"},
    {Command::Docs, "docs", "-o DIR", "write the reference pages: events, fields, operators, diagnostics and the like"},
    {Command::Dump, "dump", "--stage=STAGE RULES...", "what a stage of the compiler made: ast, checked or asm"},
    {Command::Lsp, "lsp", "", "answer an editor on standard input and output (language server)"},
    {Command::Verify, "verify", "FILE.fbc", "check that a compiled file is safe to run"},
    {Command::Disasm, "disasm", "FILE.fbc", "print a compiled file as text"},
};

/// What `falcoc test` does besides running the tests.
struct TestOptions {
  std::vector<std::string> paths, rules;
  std::string format = "table";
  std::string coverage, mutate;  ///< "true" or a value when they were given
  std::string filter, generate, out;
  std::optional<double> min_coverage;
  bool verbose = false;
};

struct Options {
  Command command = Command::Compile;
  std::vector<std::string> rules;      ///< files and folders, in load order; diff: the old and the new one
  std::string image;                   ///< verify, disasm
  std::string subject;                 ///< list: what; explain: which diagnostic or rule
  std::string stage;                   ///< dump
  std::string out;                     ///< empty: check only; docs: a folder
  std::vector<std::string> only_tags, without_tags, without_names;
  std::string priority = "debug";
  MessageFormat format = MessageFormat::Text;
  listing::Format list_format = listing::Format::Text;
  std::optional<uint64_t> max_cost;    ///< cost
  std::string profile;                 ///< cost: file to weigh with; empty: none
  bool warnings_are_errors = false;
  std::vector<DiagId> denied, allowed;  ///< ids of warnings
  LintOptions lint;
  TestOptions test;
  Drawing drawing = Drawing::None;     ///< explain: of the decision program
  bool fix = false;                    ///< lint: write repairs into the files
  bool check = false;                  ///< fmt: write nothing, say what would change
  bool strip = false;
};

/// nullopt: the caller is to exit with `exit_code` (help, version or a usage error already printed).
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace falcoc::tool
