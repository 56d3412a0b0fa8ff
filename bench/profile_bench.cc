// SPDX-License-Identifier: Apache-2.0
//
// Compares what falco-vm --profile says with what the rules really take, and says what profiling costs:
//   without    a replay in which the same events are read and applied to state, and no rule is evaluated
//   with       the same replay with the rules, alerts rendered and thrown away
//   profiled   the same with a profiler
// Rules take with - without, profiling takes profiled - with; user + system CPU time, from the opened capture to its end.
// Every replay is a process of its own, as a run of falco-vm is, so each makes its decisions and gets its memory anew. They
// take turns, --pairs times; what is printed are medians. The ratio of profile and measured time is that of their parts of the
// replay beside them, as the machine is not equally fast at all times; its middle half stands behind it.
// Captures should be uncompressed and in the page cache.
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "capture/scap_reader.h"
#include "tools/falco-vm/profiling.h"
#include "vm/engine.h"
#include "vm/image/verifier.h"

namespace {

enum class Way { Without, With, Profiled };

struct Setup {
  std::string ruleset;
  bool all_matches = false;
  uint32_t every = fvm::ProfilerOptions{}.every;
};

/// Of one replay, in nanoseconds; the profile's only where there is one.
struct Measured {
  double cpu = 0;
  double evaluation = 0;
  double error = 0;
  double detours = 0;
  double alerts = 0;
  double total() const { return evaluation + alerts; }
};

struct NullSink final : fvm::AlertSink {
  bool write(std::string_view) override { return true; }
};

double cpu_ns() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

bool replay(const Setup& setup, const std::string& path, Way way, Measured& measured) {
  auto sealed = fvm::SealedImage::from_file(setup.ruleset);
  if (!sealed) {
    std::fprintf(stderr, "%s\n", fvm::describe(sealed.error(), setup.ruleset).c_str());
    return false;
  }
  auto image = fvm::verify(std::move(*sealed));
  if (!image) {
    std::fprintf(stderr, "%s: %s\n", setup.ruleset.c_str(), fvm::describe(image.error()).c_str());
    return false;
  }
  const auto source = fvm::open_capture(path);
  if (!source) {
    std::fprintf(stderr, "%s: %s\n", path.c_str(), source.error().message.c_str());
    return false;
  }
  fvm::EngineOptions options;
  options.mode = setup.all_matches ? fvm::MatchMode::All : fvm::MatchMode::First;
  options.machine.ready = true;  // as falco-vm has it
  options.evaluate = way != Way::Without;
  fvm::Engine engine(std::move(*image), options);
  falco_vm::Profiling profiling("", {});
  if (way == Way::Profiled) profiling.start(engine, setup.every);
  NullSink sink;
  const double begin = cpu_ns();
  while (engine.poll(**source, sink) == fvm::BatchStatus::Events) {
  }
  measured.cpu = cpu_ns() - begin;
  if (way != Way::Profiled) return true;
  const fvm::Profile profile = profiling.profile();
  measured.evaluation = profile.ns;
  measured.error = profile.error_ns;
  measured.detours = profile.detour_ns;
  measured.alerts = profile.alert_ns;
  return true;
}

/// A replay in a process of its own.
bool replay_apart(const Setup& setup, const std::string& path, Way way, Measured& measured) {
  int ends[2];
  if (pipe(ends) != 0) return false;
  const pid_t child = fork();
  if (child == 0) {
    Measured mine;
    const bool ok = replay(setup, path, way, mine) && write(ends[1], &mine, sizeof mine) == sizeof mine;
    std::_Exit(ok ? 0 : 1);
  }
  close(ends[1]);
  const bool ok = child > 0 && read(ends[0], &measured, sizeof measured) == sizeof measured;
  close(ends[0]);
  if (child > 0) waitpid(child, nullptr, 0);
  return ok;
}

double part_of(std::vector<double> values, double part) {
  std::ranges::sort(values);
  return values[static_cast<size_t>(part * static_cast<double>(values.size() - 1) + 0.5)];
}
double median(const std::vector<double>& values) { return part_of(values, 0.5); }

bool compare(const Setup& setup, const std::string& path, int pairs) {
  std::vector<double> with, rules, rules_part, profile, profile_part, detours, alerts, error, overhead;
  for (int i = 0; i < pairs; ++i) {
    Measured measured[3];
    for (int turn = 0; turn < 3; ++turn) {  // each is the first as often as the others
      const int way = (turn + i) % 3;
      if (!replay_apart(setup, path, static_cast<Way>(way), measured[way])) return false;
    }
    with.push_back(measured[1].cpu);
    rules.push_back(measured[1].cpu - measured[0].cpu);
    rules_part.push_back(rules.back() / measured[1].cpu);
    overhead.push_back(measured[2].cpu / measured[1].cpu - 1);
    profile.push_back(measured[2].total());
    profile_part.push_back(measured[2].total() / measured[1].cpu);
    detours.push_back(measured[2].detours);
    alerts.push_back(measured[2].alerts);
    error.push_back(measured[2].error);
  }
  const double truth = median(rules_part);
  std::vector<double> ratios;
  for (const double part : profile_part) ratios.push_back(part / truth);
  const auto ms = [](const std::vector<double>& ns) { return median(ns) / 1e6; };
  std::printf("%-18s %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f (%.2f to %.2f) %8.1f%%\n",
              path.substr(path.rfind('/') + 1).c_str(), ms(with), ms(rules), ms(profile), ms(detours), ms(alerts), ms(error),
              median(ratios), part_of(ratios, 0.25), part_of(ratios, 0.75), 100 * median(overhead));
  std::fflush(stdout);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  std::vector<std::string> captures;
  int pairs = 20;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--ruleset" && i + 1 < argc) {
      setup.ruleset = argv[++i];
    } else if (arg == "--pairs" && i + 1 < argc) {
      pairs = std::max(1, std::atoi(argv[++i]));
    } else if (arg == "--every" && i + 1 < argc) {
      setup.every = static_cast<uint32_t>(std::max(1, std::atoi(argv[++i])));
    } else if (arg == "--all-matches") {
      setup.all_matches = true;
    } else {
      captures.emplace_back(arg);
    }
  }
  if (setup.ruleset.empty() || captures.empty()) {
    std::fprintf(stderr, "usage: profile_bench --ruleset RULES.fbc [--pairs N] [--every N] [--all-matches] CAPTURE...\n");
    return 2;
  }
  std::printf("%-18s %8s %8s %8s %8s %8s %8s %8s %-14s %9s\n", "capture, ms", "replay", "rules", "profile", "detours", "alerts",
              "error", "ratio", "(middle half)", "overhead");
  for (const std::string& path : captures) {
    if (!compare(setup, path, pairs)) return 3;
  }
  return 0;
}
