// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/options.h"

#include <CLI/CLI.hpp>

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

/// Options shared by everything that compiles rules.
void add_rules_options(CLI::App& app, Options& o) {
  app.add_option("rules,-r", o.rules, "rules files, or folders of .yaml and .yml files; loaded in this order")->type_name("FILE|DIR");
  auto* only = app.add_option("-t", o.only_tags, "keep only rules with TAG (repeatable)")->type_name("TAG")->allow_extra_args(false);
  auto* tags = app.add_option("-T", o.without_tags, "disable rules with TAG (repeatable)")->type_name("TAG")->allow_extra_args(false);
  auto* names = app.add_option("-D", o.without_names, "disable rules whose name contains TEXT; * matches anything (repeatable)")
                    ->type_name("TEXT")
                    ->allow_extra_args(false);
  only->excludes(tags)->excludes(names);
  app.add_option("--priority", o.priority, "leave out rules less severe than LEVEL")->type_name("LEVEL");
  app.add_flag("--Werror", o.warnings_are_errors, "fail on warnings");
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
  add_choice<MessageFormat>(app, "--format", o.format, {{"text", MessageFormat::Text}, {"json", MessageFormat::Json}},
                            "how messages are printed: text or json");
}

/// A rules file may have the name of a command; it is then written with a folder (./verify).
bool is_command(const char* word) {
  for (const char* name : {"verify", "disasm", "list", "dump", "explain", "cost"}) {
    if (std::string_view(word) == name) return true;
  }
  return false;
}

void describe_compile(CLI::App& app, Options& o) {
  add_rules_options(app, o);
  add_message_format(app, o);
  app.add_option("-o", o.out, "write the compiled rules here; without it the rules are only checked")->type_name("OUT.fbc");
  app.add_flag("--strip", o.strip, "leave the source map out of the compiled rules");
  app.footer(std::string("Commands (falcoc COMMAND --help):\n"
                         "  verify FILE.fbc        check that a compiled file is safe to run\n"
                         "  disasm FILE.fbc        print a compiled file as text\n"
                         "  list WHAT [RULES...]   rules, macros, lists, fields, events, operators or diagnostics\n"
                         "  dump --stage=STAGE RULES...   what a stage of the compiler made: ast, checked or asm\n"
                         "  cost RULES...          what each rule can cost on one event, at most\n"
                         "  explain ID             what a diagnostic means\n\n") +
             kFooter);
}

void describe_command(CLI::App& app, Options& o, std::string_view name) {
  if (name == "verify" || name == "disasm") {
    o.command = name == "verify" ? Command::Verify : Command::Disasm;
    app.add_option("image", o.image, "compiled rules")->required()->type_name("FILE.fbc");
  } else if (name == "list") {
    o.command = Command::List;
    app.add_option("what", o.subject, "rules, macros, lists, fields, events, operators or diagnostics")
        ->required()
        ->check(CLI::IsMember({"rules", "macros", "lists", "fields", "events", "operators", "diagnostics"}));
    auto* format = add_choice<listing::Format>(
        app, "--format", o.list_format,
        {{"text", listing::Format::Text}, {"json", listing::Format::Json}, {"markdown", listing::Format::Markdown}},
        "text or json; fields and events also markdown");
    app.add_flag_callback("--json", [&o] { o.list_format = listing::Format::Json; }, "the same as --format json")->excludes(format);
    add_rules_options(app, o);
  } else if (name == "dump") {
    o.command = Command::Dump;
    app.add_option("--stage", o.stage, "ast, checked or asm")->required()->check(CLI::IsMember({"ast", "checked", "asm"}));
    add_rules_options(app, o);
    add_message_format(app, o);
  } else if (name == "cost") {
    o.command = Command::Cost;
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
  } else {
    o.command = Command::Explain;
    app.add_option("id", o.subject, "a diagnostic, for example FC2003 or unknown-field")->required()->type_name("ID");
  }
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options o;
  const bool command = argc > 1 && is_command(argv[1]);
  CLI::App app{"Compiles Falco rules into a verified image for falco-vm.", command ? std::string("falcoc ") + argv[1] : "falcoc"};
  app.set_version_flag("--version", std::string("falcoc ") + FALCO_VERSION);
  if (command) {
    describe_command(app, o, argv[1]);
  } else {
    describe_compile(app, o);
  }
  try {
    // The command word is not an argument of the command.
    if (command) {
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
