// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/options.h"

#include <CLI/CLI.hpp>

#include <bit>

#include "capture/kmod/falco_probe_abi.h"

#ifndef FALCO_VERSION
#error "FALCO_VERSION comes from the build"
#endif

namespace falco_vm {
namespace {

/// Empty, or what is wrong with a name for a profile.
std::string profile_ending(std::string& file) {
  for (const char* ending : {".txt", ".json", ".html"}) {
    if (file.ends_with(ending)) return {};
  }
  return file.empty() ? std::string() : "the name of a profile ends in .txt, .json or .html";
}

constexpr uint32_t kMostRingMb = 1024;
constexpr uint32_t kMostSnaplen = 65000;

/// Empty, or what is wrong with the size of a ring.
std::string ring_size(std::string& text) {
  uint32_t megabytes = 0;
  const bool ok =
      CLI::detail::lexical_cast(text, megabytes) && std::has_single_bit(megabytes) && megabytes <= kMostRingMb;
  return ok ? std::string() : "a ring has 1, 2, 4 ... 1024 MiB";
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options o;
  CLI::App app{"Runs compiled Falco rules over system-call events and prints alerts.", "falco-vm"};
  app.set_version_flag("--version", std::string("falco-vm ") + FALCO_VERSION);
  app.set_config("--config", "", "read options from FILE, one key=value a line")->type_name("FILE");
  auto* ruleset = app.add_option("--ruleset", o.ruleset, "compiled rules, made by falcoc")->type_name("FILE.fbc");
  auto* capture =
      app.add_option("-e", o.capture,
                     "read events from a capture, plain or gzip; - is standard input; without -e: watch this\n"
                     "machine through the kernel module")
          ->type_name("FILE.scap");
  auto* json = app.add_flag("--json", o.json, "print alerts as JSON, one object a line");
  app.add_flag("--all-matches", o.all_matches, "report every rule an event matches, not only the first");
  auto* only = app.add_option("-t", o.only_tags, "run only rules with TAG (repeatable)")
                   ->type_name("TAG")
                   ->allow_extra_args(false);
  auto* tags = app.add_option("-T", o.without_tags, "disable rules with TAG (repeatable)")
                   ->type_name("TAG")
                   ->allow_extra_args(false);
  auto* names = app.add_option("-D", o.without_names, "disable rules whose name contains TEXT (repeatable)")
                    ->type_name("TEXT")
                    ->allow_extra_args(false);
  only->excludes(tags)->excludes(names);
  app.add_option("--priority", o.priority, "disable rules less severe than LEVEL")->type_name("LEVEL");
  app.add_option("--print", o.print_format,
                 "print fields of every event, such as '%evt.num %proc.name', and run no rules;\n"
                 "* in front: also events that lack one of the fields; with --json: objects")
      ->type_name("FORMAT")
      ->excludes(ruleset);
  app.add_option("--explain", o.explain,
                 "say which predicates kept events from RULE, instead of alerts; @EVENT: all that decided at the event of this number")
      ->type_name("RULE[@EVENT]")
      ->needs(ruleset)
      ->needs(capture);
  auto* write =
      app.add_option("-w", o.write_file, "also write the events to a capture, compressed if its name ends in .gz")
          ->type_name("FILE.scap")
          ->needs(ruleset);
  app.add_flag("--write-matched", o.write_matched,
               "with -w: write only events that a rule matched, and what changes the state\n"
               "behind them; a replay gives the same alerts")
      ->needs(write);
  auto* list = app.add_flag("--list-events", o.list_events,
                            "print the events that captures hold and their parameters; with --json: as JSON");
  app.add_flag("--markdown", o.markdown, "with --list-events: as a Markdown table")->needs(list)->excludes(json);
  app.add_option("-M", o.max_seconds, "stop after SECONDS: of event time with -e, of the clock without")
      ->type_name("SECONDS");
  app.add_option("--output", o.output, "where alerts go; - is standard output")->type_name("FILE");
  app.add_flag("--buffered", o.buffered, "don't flush after every alert");
  app.add_option("--device", o.device, "the kernel module's device (" FALCO_PROBE_DEVICE ")")
      ->default_val(FALCO_PROBE_DEVICE)
      ->type_name("FILE")
      ->excludes(capture);
  app.add_option("--ring-mb", o.ring_mb, "size of the ring buffer of each CPU, in MiB, a power of two (8)")
      ->type_name("N")
      ->check(CLI::Validator(ring_size, "", "power of two"))
      ->excludes(capture);
  app.add_option("--snaplen", o.snaplen, "bytes of data of reads and writes to keep (80)")
      ->type_name("N")
      ->check(CLI::Range(uint32_t{0}, kMostSnaplen))
      ->excludes(capture);
  // Not in the help: a user has no reason to do without.
  app.add_option("--disable", o.without_steps)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kSteps), std::end(kSteps))))
      ->group("");
  auto* stats = app.add_option("--stats", o.stats_file, "print statistics at the end, or write them to FILE as JSON")
                    ->type_name("FILE")
                    ->expected(0, 1);
  auto* profile =
      app.add_option("--profile", o.profile_file,
                     "measure what each rule costs; print a table at the end, or write FILE: .txt the table,\n"
                     ".json everything, .html a page to open in a browser")
          ->type_name("FILE")
          ->expected(0, 1)
          ->check(CLI::Validator(profile_ending, "", "ending"));
  app.add_option("--profile-every", o.profile_every, "how far apart to measure (512); 1: every event")
      ->type_name("N")
      ->check(CLI::Range(uint32_t{1}, uint32_t{1} << 30))
      ->needs(profile);
  app.footer(
      "SIGHUP loads the compiled rules again, between two events; so does a changed file, within two seconds, when the machine\n"
      "is watched. If they can't be used, the ones that run stay.\n\n"
      "Exit codes: 0 fine, 1 the compiled rules are not acceptable, 2 wrong usage, 3 a file or device failed.\n\n"
      "Examples:\n"
      "  falco-vm --ruleset rules.fbc --json --stats\n"
      "  falco-vm --ruleset rules.fbc -e trace.scap.gz\n"
      "  falco-vm --ruleset rules.fbc -e trace.scap --json --all-matches -t cis > alerts.jsonl\n"
      "  falco-vm --ruleset rules.fbc -e trace.scap --stats=stats.json\n"
      "  falco-vm --ruleset rules.fbc -e trace.scap --profile=cost.html\n"
      "  falco-vm --ruleset rules.fbc -e trace.scap -w alerts.scap.gz --write-matched\n"
      "  falco-vm -e trace.scap --print '%evt.time %proc.name %evt.type %evt.args'");
  try {
    app.parse(argc, argv);
    if (o.ruleset.empty() && o.print_format.empty() && !o.list_events) throw CLI::RequiredError("--ruleset");
  } catch (const CLI::Success& done) {
    exit_code = app.exit(done);
    return std::nullopt;
  } catch (const CLI::FileError& error) {
    app.exit(error);
    exit_code = kOutsideWorld;
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    exit_code = kUsage;
    return std::nullopt;
  }
  o.stats = stats->count() != 0;
  o.profile = profile->count() != 0;
  return o;
}

}  // namespace falco_vm
