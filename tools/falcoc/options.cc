// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/options.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

#ifndef FALCO_VERSION
#error "FALCO_VERSION comes from the build"
#endif

namespace falcoc::tool {
namespace {

constexpr const char* kFooter =
    "Exit codes: 0 fine, 1 the rules or the image are wrong, 2 wrong usage, 3 a file failed.\n\n"
    "Examples:\n"
    "  falcoc rules.yaml                               check only\n"
    "  falcoc rules.yaml local.yaml -o rules.fbc       later files override earlier ones\n"
    "  falcoc rules/ -T cis -D 'Terminal shell' -o rules.fbc\n"
    "  falcoc rules/ -t database --priority warning -o db.fbc\n"
    "  falcoc disasm rules.fbc";

/// Why `name` can not be denied or allowed; empty: it can.
std::string refuse_warning(const std::string& name) {
  const DiagInfo* info = find_diag(name);
  if (info == nullptr) return "there is no diagnostic `" + name + "`; `falcoc list diagnostics` prints all";
  return info->severity == Severity::Warning ? "" : "`" + name + "` is an error; only warnings can be denied or allowed";
}

void add_warning_ids(CLI::App& app, const char* option, std::vector<DiagId>& ids, const char* doc) {
  app.add_option_function<std::vector<std::string>>(
         option,
         [&ids](const std::vector<std::string>& names) {
           for (const std::string& name : names) ids.push_back(find_diag(name)->id);
         },
         doc)
      ->check(CLI::Validator(refuse_warning, ""))
      ->type_name("ID")
      ->allow_extra_args(false);
}

/// Options shared by everything that compiles rules.
void add_rules_options(CLI::App& app, Options& o) {
  app.add_option("rules,-r", o.rules, "rules files, or folders of .yaml and .yml files; `-` is standard input; loaded in this order")->type_name("FILE|DIR|-");
  auto* only = app.add_option("-t", o.only_tags, "keep only rules with TAG (repeatable)")->type_name("TAG")->allow_extra_args(false);
  auto* tags = app.add_option("-T", o.without_tags, "disable rules with TAG (repeatable)")->type_name("TAG")->allow_extra_args(false);
  auto* names = app.add_option("-D", o.without_names, "disable rules whose name contains TEXT; * matches anything (repeatable)")
                    ->type_name("TEXT")
                    ->allow_extra_args(false);
  only->excludes(tags)->excludes(names);
  app.add_option("--priority", o.priority, "leave out rules less severe than LEVEL")->type_name("LEVEL");
  app.add_flag("--Werror", o.warnings_are_errors, "fail on warnings");
  add_warning_ids(app, "--deny", o.denied, "report this warning as an error: id, number or name (repeatable)");
  add_warning_ids(app, "--allow", o.allowed, "don't report this warning (repeatable)");
}

/// An option whose value is one of a few words. CLI11's own transformer would print the values behind the words, too.
template <typename T>
CLI::Option* add_choice(CLI::App& app, const char* name, T& target, std::map<std::string, T> words, const char* doc) {
  std::vector<std::string> names;
  for (const auto& [word, value] : words) names.push_back(word);
  return app.add_option_function<std::string>(name, [&target, words](const std::string& word) { target = words.at(word); }, doc)
      ->check(CLI::IsMember(names))
      ->type_name("FORMAT");
}

void add_message_format(CLI::App& app, Options& o) {
  add_choice<MessageFormat>(app, "--format", o.format,
                            {{"text", MessageFormat::Text},
                             {"json", MessageFormat::Json},
                             {"sarif", MessageFormat::Sarif},
                             {"github", MessageFormat::Github},
                             {"falco-json", MessageFormat::FalcoJson}},
                            "how messages are printed: text, json, sarif, github or falco-json");
}

/// A rules file may have the name of a command; it is then written with a folder (./verify).
const CommandInfo* find_command(std::string_view word) {
  for (const CommandInfo& info : kCommands)
    if (info.name == word) return &info;
  return nullptr;
}

void describe_compile(CLI::App& app, Options& o) {
  add_rules_options(app, o);
  add_message_format(app, o);
  app.add_option("-o", o.out, "write the compiled rules here; without it the rules are only checked")->type_name("OUT.fbc");
  app.add_flag("--strip", o.strip, "leave the source map out of the compiled rules");
  std::string commands = "Commands (falcoc COMMAND --help):\n";
  for (const CommandInfo& info : kCommands) {
    const std::string call = std::string(info.name) + " " + std::string(info.usage);
    commands += "  " + call + std::string(call.size() < 28 ? 28 - call.size() : 1, ' ') + std::string(info.summary) + "\n";
  }
  app.footer(commands + "\n" + kFooter);
}

void describe_image(CLI::App& app, Options& o) {
  app.add_option("image", o.image, "compiled rules")->required()->type_name("FILE.fbc");
}

void describe_list(CLI::App& app, Options& o) {
  app.add_option("what", o.subject, "rules, macros, lists, fields, events, operators, diagnostics or lints")
      ->required()
      ->check(CLI::IsMember({"rules", "macros", "lists", "fields", "events", "operators", "diagnostics", "lints"}));
  auto* format = add_choice<listing::Format>(
      app, "--format", o.list_format,
      {{"text", listing::Format::Text}, {"json", listing::Format::Json}, {"markdown", listing::Format::Markdown}},
      "text or json; fields, events and lints also markdown");
  app.add_flag_callback("--json", [&o] { o.list_format = listing::Format::Json; }, "the same as --format json")->excludes(format);
  add_rules_options(app, o);
}

void describe_dump(CLI::App& app, Options& o) {
  app.add_option("--stage", o.stage, "ast, checked or asm")->required()->check(CLI::IsMember({"ast", "checked", "asm"}));
  add_rules_options(app, o);
  add_message_format(app, o);
}

void describe_cost(CLI::App& app, Options& o) {
  add_rules_options(app, o);
  add_choice<listing::Format>(app, "--format", o.list_format, {{"text", listing::Format::Text}, {"json", listing::Format::Json}},
                              "text or json");
  app.add_option("--max-cost", o.max_cost, "fail when a rule can cost more than N ns on one event")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--profile", o.profile, "weigh with how often rules were evaluated, as falco-vm --profile=FILE.json measured it")
      ->type_name("FILE.json");
  app.footer("Costs are nanoseconds of the machine that the table of prices was measured on; docs/cost.md says what they mean.\n"
             "Exit codes: 0 fine, 1 the rules or the profile are wrong, or a rule costs more than --max-cost, 2 wrong usage, 3 a file failed.");
}

void describe_lint(CLI::App& app, Options& o) {
  add_rules_options(app, o);
  add_message_format(app, o);
  app.add_option_function<std::vector<std::string>>(
         "--group",
         [&o](const std::vector<std::string>& names) {
           for (const std::string& name : names) o.lint.groups.insert(*find_lint_group(name));
         },
         "only lints of this group: performance, logic, bypass, style or compatibility (repeatable)")
      ->check(CLI::IsMember(lint_group_names()))
      ->type_name("GROUP")
      ->allow_extra_args(false);
  app.add_flag("--strict", o.lint.strict, "also what is a matter of judgement");
  app.add_option("--tags", o.lint.tags, "tags that rules may have, instead of the usual ten and control tags; `x*`: all that start with x")
      ->type_name("A,B,C")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option_function<std::string>(
         "--target", [&o](const std::string& name) { o.lint.target = find_target(name); },
         "report what this release of Falco doesn't know yet: falco-0.36 to falco-0.44")
      ->check(CLI::IsMember(target_names()))
      ->type_name("RELEASE");
  app.add_flag("--fix", o.fix, "write repairs that are sure into the files");
  app.parse_complete_callback([&o] {
    if (o.fix && std::ranges::find(o.rules, "-") != o.rules.end())
      throw CLI::ValidationError("--fix", "there is no file behind standard input; `falcoc lint FILE --fix` repairs a file");
  });
  app.footer(
      "A comment `# falcoc: allow(ID)` above an item or in it allows a warning there; on top of a file, in the whole file.\n"
      "docs/lint.md describes every lint.\n"
      "Exit codes: 0 nothing at error level (--Werror, --deny), 1 findings or wrong rules, 2 wrong usage, 3 a file failed.\n\n"
      "Examples:\n"
      "  falcoc lint rules/ --strict --Werror\n"
      "  falcoc lint rules.yaml --group bypass --format sarif > findings.sarif\n"
      "  falcoc lint rules.yaml --deny missing-sibling --allow FC4001\n"
      "  falcoc lint rules.yaml --fix");
}

void describe_fmt(CLI::App& app, Options& o) {
  app.add_option("rules", o.rules, "rules files, or folders of .yaml and .yml files; `-` reads standard input and prints")
      ->required()
      ->type_name("FILE|DIR|-");
  app.add_flag("--check", o.check, "write nothing; print what would change and exit with 1 if there is something");
  app.footer(
      "What rules mean doesn't change, and comments stay. What is laid out in an unusual way stays as it is.\n"
      "Exit codes: 0 done or nothing to do, 1 --check found something or a file is no YAML, 2 wrong usage, 3 a file failed.");
}

void describe_explain(CLI::App& app, Options& o) {
  app.add_option("id", o.subject, "a diagnostic, for example FC2003 or unknown-field; or the name of a rule")->required()->type_name("ID|RULE");
  app.add_option("rules,-r", o.rules, "with RULE: rules files, or folders of them")->type_name("FILE|DIR");
  add_choice<listing::Format>(app, "--format", o.list_format, {{"text", listing::Format::Text}, {"json", listing::Format::Json}}, "with RULE: text or json");
  auto* dot = app.add_flag_callback("--dot", [&o] { o.drawing = Drawing::Dot; }, "with RULE: its decision program, for Graphviz");
  app.add_flag_callback("--svg", [&o] { o.drawing = Drawing::Svg; }, "with RULE: its decision program, as a picture")->excludes(dot);
}

void describe_docs(CLI::App& app, Options& o) {
  app.add_option("-o", o.out, "folder to write the pages into; it is made if there is none")->required()->type_name("DIR");
  app.footer("Pages are Markdown, made from the tables that compiler and machine are made from.\n"
             "Exit codes: 0 written, 2 wrong usage, 3 a file failed.");
}

void describe_test(CLI::App& app, Options& o) {
  TestOptions& t = o.test;
  app.add_option("tests", t.paths, "files of tests, or folders")->type_name("FILE|DIR");
  app.add_option("--format", t.format, "table, junit or tap")->check(CLI::IsMember({"table", "junit", "tap"}))->type_name("FORMAT");
  app.add_flag("--coverage", t.coverage, "say which predicates were not shown true, false and decisive; --coverage=FILE.html: as a page");
  app.add_option("--min-coverage", t.min_coverage, "fail when fewer percent of all predicates are covered")
      ->type_name("PERCENT")
      ->check(CLI::Range(0.0, 100.0));
  app.add_flag("--mutate", t.mutate, "make small mistakes in the rules and say which the tests don't notice; --mutate=SECONDS: at most so long");
  app.add_option("--filter", t.filter, "only cases whose name or rule contains TEXT")->type_name("TEXT");
  app.add_flag("-v,--verbose", t.verbose, "list cases that passed, too");
  app.add_option("--generate", t.generate, "write a hit and near misses of RULE, to be edited, instead of running tests")->type_name("RULE");
  app.add_option("--rules", t.rules, "with --generate: the rules files")->type_name("FILE|DIR");
  app.add_option("-o,--output", t.out, "with --generate: write this file of tests instead of printing it")->type_name("FILE");
  app.footer(
      "A folder stands for the .yaml files of its folder `tests`, or its own if it has none.\n"
      "Exit codes: 0 all passed, 1 a test failed or is wrong, 2 wrong usage, 3 a file failed.\n"
      "docs/testing-rules.md says how tests are written.\n\n"
      "Examples:\n"
      "  falcoc test rules/\n"
      "  falcoc test rules/tests/30-shells.yaml --format junit > report.xml\n"
      "  falcoc test rules/ --coverage=coverage.html --mutate\n"
      "  falcoc test --generate 'Password hashes read' --rules rules/ -o rules/tests/new.yaml");
}

void describe_diff(CLI::App& app, Options& o) {
  app.add_option("rules", o.rules, "rules before and after: a file or folder each")->required()->expected(2)->type_name("FILE|DIR");
  add_choice<listing::Format>(app, "--format", o.list_format, {{"text", listing::Format::Text}, {"json", listing::Format::Json}}, "text or json");
  app.footer("Where conditions differ, an event is looked for on which one version alerts and the other doesn't.\n"
             "Exit codes: 0 the same, 1 they differ, 2 wrong usage or rules that don't compile, 3 a file failed.");
}

void describe_lsp(CLI::App& app) {
  app.footer("Editors start it: JSON-RPC messages on standard input and output, as the Language Server Protocol says.\n"
             "Exit codes: 0 the editor shut it down, 1 it went away without that, 2 wrong usage. docs/editors.md has settings of editors.");
}

void describe_command(CLI::App& app, Options& o) {
  switch (o.command) {
    case Command::Compile: return describe_compile(app, o);
    case Command::Lint: return describe_lint(app, o);
    case Command::Fmt: return describe_fmt(app, o);
    case Command::Test: return describe_test(app, o);
    case Command::Diff: return describe_diff(app, o);
    case Command::Verify:
    case Command::Disasm: return describe_image(app, o);
    case Command::List: return describe_list(app, o);
    case Command::Dump: return describe_dump(app, o);
    case Command::Cost: return describe_cost(app, o);
    case Command::Explain: return describe_explain(app, o);
    case Command::Docs: return describe_docs(app, o);
    case Command::Lsp: return describe_lsp(app);
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options o;
  const CommandInfo* command = argc > 1 ? find_command(argv[1]) : nullptr;
  CLI::App app{"Compiles Falco rules into a verified image for falco-vm.", command != nullptr ? "falcoc " + std::string(command->name) : "falcoc"};
  app.set_version_flag("--version", std::string("falcoc ") + FALCO_VERSION);
  if (command != nullptr) o.command = command->command;
  describe_command(app, o);
  try {
    // The command word is not an argument of the command.
    if (command != nullptr) {
      app.parse(argc - 1, argv + 1);
    } else {
      app.parse(argc, argv);
    }
  } catch (const CLI::Success& done) {
    exit_code = app.exit(done);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    exit_code = kUsage;
    return std::nullopt;
  }
  return o;
}

}  // namespace falcoc::tool
