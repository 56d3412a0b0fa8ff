// SPDX-License-Identifier: Apache-2.0
//
// event-generator: performs the acts that the default rules look for, in a sandbox, to see whether they are noticed.
// Flags, messages and exit codes; acts.def is the table of acts, sandbox.h says how harm is kept away.
#include <signal.h>
#include <time.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tools/event-generator/acts.h"
#include "tools/event-generator/performer.h"
#include "tools/event-generator/sandbox.h"
#include "tools/event-generator/stand_in.h"
#include "tools/event-generator/values.h"

namespace event_generator {
namespace {

constexpr int kFine = 0, kNotDone = 1, kUsage = 2, kNoSandbox = 3;
constexpr char kFooter[] =
    "Each act is announced by running `true ACT=<name>`. Programs such as nc are copies of this one.\n"
    "Nothing outside the sandbox changes unless --allow-system is given; that is meant for throw-away machines.\n"
    "With the sandbox below /tmp every act also wakes `Program started from a scratch folder`: see --dir.\n"
    "\nExit codes: 0 fine, 1 an act failed or a named one could not be done, 2 wrong usage, 3 no sandbox.\n"
    "\nExamples:\n"
    "  event-generator --list\n"
    "  event-generator --action read-key --action tie-shell\n"
    "  event-generator --all --dir /srv\n"
    "  event-generator --all --allow-system --dir /sandbox --loop --pause 100\n";

struct Options {
  bool list = false, all = false, loop = false, allow_system = false;
  std::vector<std::string> names;
  std::string dir;
  unsigned pause_ms = 0;
};

volatile sig_atomic_t stopped = 0;

void stop(int) { stopped = 1; }

void list() {
  for (const Act& act : kActs) {
    std::string values;
    for (const auto& [field, value] : values_of(act)) values += (values.empty() ? "" : "; ") + field + "=" + value;
    std::printf("%s\t%s\t%s\t%s\n", std::string(act.name).c_str(), std::string(act.rule).c_str(),
                std::string(to_text(act.need)).c_str(), values.c_str());
  }
  for (const NoAct& row : kNoActs) {
    std::printf("-\t%s\t%s\n", std::string(row.rule).c_str(), std::string(row.reason).c_str());
  }
}

void pause_for(unsigned ms) {
  const timespec time{ms / 1000, static_cast<long>(ms % 1000) * 1'000'000};
  nanosleep(&time, nullptr);
}

/// Prints what became of an act. Gives whether that is as wanted.
bool tell(const Act& act, const Report& report, bool named) {
  constexpr const char* kWords[] = {"done", "skipped", "failed"};
  std::printf("%-8s %-24s %s%s%s\n", kWords[static_cast<size_t>(report.outcome)], std::string(act.name).c_str(),
              std::string(act.rule).c_str(), report.reason.empty() ? "" : ": ", report.reason.c_str());
  std::fflush(stdout);
  return report.outcome == Outcome::Done || (report.outcome == Outcome::Skipped && !named);
}

int perform_all(const Options& options, const std::vector<const Act*>& acts) {
  const char* temporary = std::getenv("TMPDIR");
  Sandbox sandbox;
  const std::string problem = sandbox.make(!options.dir.empty()                      ? options.dir
                                           : temporary != nullptr && *temporary != 0 ? temporary
                                                                                     : "/tmp");
  if (!problem.empty()) {
    std::fprintf(stderr, "event-generator: %s\n", problem.c_str());
    return kNoSandbox;
  }
  Performer performer(sandbox, options.allow_system);
  Need most = Need::Nothing;
  for (const Act* act : acts) most = std::max(most, act->need);
  performer.get_ready(most);

  bool fine = true;
  do {
    for (const Act* act : acts) {
      if (stopped != 0) break;
      fine &= tell(*act, performer.perform(*act), !options.names.empty());
      if (options.pause_ms > 0) pause_for(options.pause_ms);
    }
  } while (options.loop && stopped == 0);
  return fine ? kFine : kNotDone;
}

int run(int argc, char** argv) {
  CLI::App app{"Performs the acts that the default rules look for, in a sandbox."};
  Options options;
  app.add_flag("--list", options.list,
               "print the acts: name, rule it should wake, what it needs, what its alert says; then rules without act");
  app.add_option("--action", options.names, "perform this act (repeatable)")
      ->type_name("NAME")
      ->allow_extra_args(false);
  app.add_flag("--all", options.all, "perform every act that can be done here");
  app.add_flag("--loop", options.loop, "begin again until interrupted; of all acts if none is named");
  app.add_option("--pause", options.pause_ms, "wait after each act")->type_name("MILLISECONDS");
  app.add_option("--dir", options.dir, "make the sandbox in this folder; by default $TMPDIR or /tmp")
      ->type_name("FOLDER");
  app.add_flag("--allow-system", options.allow_system, "also perform acts that touch the machine itself");
  app.footer(kFooter);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kFine : kUsage;
  }
  if (options.list) {
    list();
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return kFine;
    std::fprintf(stderr, "event-generator: can't write to standard output\n");
    return kNotDone;
  }
  options.all |= options.loop && options.names.empty();
  if (options.all == !options.names.empty()) {
    std::fprintf(stderr, "event-generator: give --list, --all or --action NAME; --help tells more\n");
    return kUsage;
  }
  std::vector<const Act*> acts;
  for (const std::string& name : options.names) {
    acts.push_back(find_act(name));
    if (acts.back() == nullptr) {
      std::fprintf(stderr, "event-generator: there is no act `%s`; --list prints them\n", name.c_str());
      return kUsage;
    }
  }
  if (options.all) {
    for (const Act& act : kActs) acts.push_back(&act);
  }
  struct sigaction action {};
  action.sa_handler = stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return perform_all(options, acts);
}

}  // namespace
}  // namespace event_generator

int main(int argc, char** argv) {
  return event_generator::is_stand_in() ? event_generator::stand_in_main() : event_generator::run(argc, argv);
}
