// SPDX-License-Identifier: Apache-2.0
//
// falco-vm: flags, signals and messages around the engine; no logic of its own.
#include <signal.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "capture/live/live_source.h"
#include "capture/live/probe_device.h"
#include "capture/scap_reader.h"
#include "tools/falco-vm/explain.h"
#include "tools/falco-vm/loss_watch.h"
#include "tools/falco-vm/options.h"
#include "tools/falco-vm/print_events.h"
#include "tools/falco-vm/profiling.h"
#include "tools/falco-vm/progress.h"
#include "tools/falco-vm/recording.h"
#include "tools/falco-vm/report.h"
#include "tools/falco-vm/ruleset.h"
#include "tools/listing/table_listing.h"
#include "vm/abi/priorities.h"
#include "vm/alert/file_sink.h"
#include "vm/alert/value_text.h"
#include "vm/base/clock.h"
#include "vm/engine.h"
#include "vm/host/file_watch.h"
#include "vm/host/proc_scan.h"

namespace falco_vm {
namespace {

volatile sig_atomic_t g_stop = 0;
void on_signal(int) { g_stop = 1; }
volatile sig_atomic_t g_reload = 0;
void on_hangup(int) { g_reload = 1; }

void install_signals() {
  struct sigaction stop {};
  stop.sa_handler = on_signal;
  sigaction(SIGINT, &stop, nullptr);
  sigaction(SIGTERM, &stop, nullptr);
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
}

void complain(const std::string& text) {
  // Paths may hold control characters; a terminal must not see them raw.
  std::fprintf(stderr, "falco-vm: error: %s\n", fvm::escape_line(text).c_str());
}

std::optional<uint8_t> parse_priority(const std::string& word) {
  for (uint8_t i = 0; i < fvm::kPriorities; ++i) {
    if (strcasecmp(word.c_str(), std::string(fvm::kPriorityNames[i]).c_str()) == 0) return i;
  }
  if (strcasecmp(word.c_str(), "info") == 0) return uint8_t{6};
  return std::nullopt;
}

/// A time limit; 0 = none, as is one that no clock reaches.
uint64_t nanoseconds(uint64_t seconds) { return seconds > UINT64_MAX / 1'000'000'000 ? 0 : seconds * 1'000'000'000; }

std::string host_name() {
  if (const char* name = std::getenv("FALCO_HOSTNAME"); name != nullptr && *name != '\0') return name;
  char buffer[256] = {};
  return gethostname(buffer, sizeof buffer - 1) == 0 ? buffer : "";
}

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdout) std::fclose(file);
  }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

/// What a run reads from and writes to; all open, or none.
struct Streams {
  std::unique_ptr<fvm::EventSource> source;
  fvm::LiveSource* live = nullptr;      ///< `source`, when it is one
  std::unique_ptr<fvm::ProcScan> scan;  ///< of a live source
  std::string name;                     ///< of the source, for messages
  File out;
};

bool open_source(const Options& o, Streams& streams) {
  streams.name = o.capture.empty() ? o.device : o.capture;
  if (!o.capture.empty()) {
    auto source = fvm::open_capture(o.capture);
    if (source) {
      streams.source = std::move(*source);
      return true;
    }
    complain(o.capture + ": " + source.error().message);
    return false;
  }
  fvm::ProbeOptions probe_options;
  probe_options.device = o.device;
  probe_options.ring_bytes = o.ring_mb << 20;
  probe_options.reserved_bytes = probe_options.ring_bytes / 8;
  probe_options.snaplen = o.snaplen;
  auto probe = fvm::open_probe(probe_options);
  if (!probe) {
    complain(probe.error().message);
    return false;
  }
  auto scan = fvm::ProcScan::open({.root = fvm::ProcScan::root_of_environment()});
  if (!scan) {
    complain("can't look at the machine's processes: " + scan.error());
    return false;
  }
  streams.scan = std::move(*scan);
  fvm::LiveOptions options;
  options.scan = [scan = streams.scan.get()](fvm::StateSink& sink) { scan->scan(sink); };
  auto source = fvm::make_live_source(std::move(*probe), std::move(options));
  streams.live = source.get();
  streams.source = std::move(source);
  return true;
}

std::optional<Streams> open_streams(const Options& o) {
  Streams streams;
  if (!open_source(o, streams)) return std::nullopt;
  streams.out = File(o.output == "-" ? stdout : std::fopen(o.output.c_str(), "w"));
  if (!streams.out) {
    complain("can't open " + o.output + ": " + std::strerror(errno));
    return std::nullopt;
  }
  return streams;
}

bool write_stats(const Options& o, const fvm::Engine& engine, const Streams& streams) {
  if (!o.stats) return true;
  const fvm::SourceStats& source = streams.source->stats();
  const std::optional<fvm::LiveStats> live = streams.live ? std::optional(streams.live->live_stats()) : std::nullopt;
  const std::optional<fvm::ScanStats> scan = streams.scan ? std::optional(streams.scan->stats()) : std::nullopt;
  if (o.stats_file.empty()) {
    std::fputs(stats_text(engine, source, live, scan).c_str(), stderr);
    return true;
  }
  const File file(std::fopen(o.stats_file.c_str(), "w"));
  const bool ok = file && std::fprintf(file.get(), "%s\n", stats_json(engine, source, live, scan).c_str()) > 0 &&
                  std::fflush(file.get()) == 0;
  if (!ok) complain("can't write " + o.stats_file + ": " + std::strerror(errno));
  return ok;
}

bool write_profile(Profiling& profiling) {
  const bool ok = profiling.finish();
  if (!ok) complain("can't write " + profiling.file() + ": " + std::strerror(errno));
  return ok;
}

/// With -w: the source of `streams` is recorded from now on. False: it can't be.
bool start_recording(const Options& o, fvm::Engine& engine, Streams& streams, std::unique_ptr<Recording>& recording) {
  if (o.write_file.empty()) return true;
  auto opened = Recording::open(o.write_file, o.write_matched ? fvm::Record::Matched : fvm::Record::All, o.capture);
  if (!opened) {
    complain(opened.error());
    return false;
  }
  recording = std::move(*opened);
  streams.source = recording->around(std::move(streams.source), engine);
  return true;
}

/// False: the file is not complete.
bool finish_recording(Recording& recording) {
  std::string error;
  const bool ok = recording.finish(error);
  if (!error.empty()) complain(error);
  std::fputs(recording.summary().c_str(), stderr);
  return ok;
}

void keep_recording(Recording* recording) {
  if (recording == nullptr) return;
  if (const std::string error = recording->update(); !error.empty()) complain(error);
}

uint64_t wall_clock_ns() { return fvm::clock_ns(CLOCK_REALTIME); }

void install_reload_signal() {
  struct sigaction reload {};
  reload.sa_handler = on_hangup;
  sigaction(SIGHUP, &reload, nullptr);
}

/// Between two batches: the rules are loaded again if a signal has asked for it, or the caller does.
void keep_rules(const Options& o, fvm::Engine& engine, bool file_changed) {
  if (g_reload == 0 && !file_changed) return;
  g_reload = 0;
  bool failed = false;
  const std::string said = reload_ruleset(o, engine, failed);
  if (failed) return complain(said);
  std::fprintf(stderr, "falco-vm: %s\n", fvm::escape_line(said).c_str());
}

/// Until the capture ends or a signal comes.
fvm::BatchStatus replay(const Options& o, fvm::Engine& engine, fvm::EventSource& source, fvm::AlertSink& sink,
                        Recording* recording) {
  Progress progress;
  fvm::BatchStatus status = fvm::BatchStatus::Events;
  while (status == fvm::BatchStatus::Events && g_stop == 0) {
    keep_rules(o, engine, false);
    status = engine.poll(source, sink);
    progress.update(source);
    keep_recording(recording);
  }
  return status;
}

/// Until a signal comes or time is over; then what lies in the rings is handled.
fvm::BatchStatus watch(const Options& o, fvm::Engine& engine, Streams& streams, fvm::AlertSink& sink,
                       Recording* recording) {
  fvm::EventSource& source = *streams.source;
  fvm::FileWatch ruleset(o.ruleset);
  LossWatch losses({.json = o.json, .hostname = host_name()});
  const uint64_t begin_ns = wall_clock_ns();
  const uint64_t most_ns = nanoseconds(o.max_seconds);
  fvm::ProcScan& scan = *streams.scan;
  scan.set_known([&engine](int64_t pid) {
    const fvm::Thread* const leader = engine.state().find_thread(pid);
    return leader != nullptr && !leader->is_invalid();
  });
  engine.set_lookup(recording != nullptr ? &recording->around(scan) : &scan);
  bool said = false;
  fvm::BatchStatus status = fvm::BatchStatus::Events;
  while (status == fvm::BatchStatus::Events) {
    const uint64_t now_ns = wall_clock_ns();
    if (g_stop != 0 || (most_ns != 0 && now_ns - begin_ns > most_ns)) streams.live->stop();
    keep_rules(o, engine, ruleset.has_changed(now_ns));
    status = engine.poll(source, sink);
    keep_recording(recording);
    if (!std::exchange(said, true))
      std::fputs(watching_text(engine, streams.live->live_stats(), scan.stats()).c_str(), stderr);
    if (losses.is_due(now_ns) && !losses.look(now_ns, engine, source.stats(), sink)) break;
  }
  losses.look(wall_clock_ns(), engine, source.stats(), sink);
  engine.set_lookup(nullptr);
  return status;
}

int run_rules(const Options& o, fvm::Engine& engine) {
  std::unique_ptr<Recording> recording;
  std::optional<Streams> streams = open_streams(o);
  if (!streams || !start_recording(o, engine, *streams, recording)) return kOutsideWorld;
  fvm::EventSource& source = *streams->source;
  std::FILE* const out = streams->out.get();
  fvm::FileSink sink(out, o.buffered);
  Profiling profiling(o.profile_file, {o.ruleset, streams->name, o.all_matches});
  if (o.profile && !profiling.start(engine, o.profile_every)) {
    complain("can't open " + o.profile_file + ": " + std::strerror(errno));
    return kOutsideWorld;
  }
  install_reload_signal();
  const fvm::BatchStatus status = streams->live ? watch(o, engine, *streams, sink, recording.get())
                                                : replay(o, engine, source, sink, recording.get());
  const bool flushed = std::fflush(out) == 0;

  int exit_code = kOk;
  if (status == fvm::BatchStatus::Failed) {
    complain(
        streams->name + ": " + source.error().message +
        (streams->live ? "" : " (at byte " + std::to_string(source.error().offset) + " of the uncompressed stream)") +
        "; alerts up to there were printed");
    exit_code = kOutsideWorld;
  }
  if (engine.stats().alerts_lost != 0 || !flushed) {
    complain("can't write alerts to " + (o.output == "-" ? std::string("standard output") : o.output) + ": " +
             std::strerror(errno));
    exit_code = kOutsideWorld;
  }
  if (g_stop != 0) std::fputs("falco-vm: stopped by a signal\n", stderr);
  std::fputs(summary_text(engine, source.stats()).c_str(), stderr);
  if (!write_stats(o, engine, *streams)) exit_code = kOutsideWorld;
  if (o.profile && !write_profile(profiling)) exit_code = kOutsideWorld;
  if (recording && !finish_recording(*recording)) exit_code = kOutsideWorld;
  return exit_code;
}

int print(const Options& o) {
  const std::optional<Streams> streams = open_streams(o);
  if (!streams) return kOutsideWorld;
  return print_events({o.print_format, o.json, nanoseconds(o.max_seconds), &g_stop}, *streams->source,
                      streams->out.get());
}

int explain_rule(const Options& o, const fvm::VerifiedImage& image) {
  const std::optional<Streams> streams = open_streams(o);
  if (!streams) return kOutsideWorld;
  return explain({o.explain, nanoseconds(o.max_seconds), &g_stop}, image, *streams->source, streams->out.get());
}

int list_events(const Options& o) {
  const auto format = o.markdown ? listing::Format::Markdown : o.json ? listing::Format::Json : listing::Format::Text;
  std::fputs(listing::events(format).c_str(), stdout);
  return std::fflush(stdout) == 0 ? kOk : kOutsideWorld;
}

int run(int argc, char** argv) {
  int exit_code = kOk;
  const std::optional<Options> parsed = parse_options(argc, argv, exit_code);
  if (!parsed) return exit_code;
  const Options& o = *parsed;
  if (o.list_events) return list_events(o);

  const std::optional<uint8_t> priority = parse_priority(o.priority);
  if (!priority) {
    complain("--priority: `" + o.priority +
             "` is not a priority (emergency, alert, critical, error, warning, notice, informational, debug)");
    return kUsage;
  }
  install_signals();
  if (!o.print_format.empty()) return print(o);

  auto image = load_ruleset(o.ruleset);
  if (!image) {
    complain(image.error().message);
    return image.error().exit_code;
  }

  if (!o.explain.empty()) return explain_rule(o, *image);

  fvm::EngineOptions options;
  options.mode = o.all_matches ? fvm::MatchMode::All : fvm::MatchMode::First;
  options.json = o.json;
  options.hostname = host_name();
  options.max_event_time_ns = o.capture.empty() ? 0 : nanoseconds(o.max_seconds);  // live: watch() looks at the clock
  const auto with = [&](const char* step) { return std::ranges::find(o.without_steps, step) == o.without_steps.end(); };
  options.read_all = !with("interest");
  options.machine.classes = with("classes");
  options.machine.matchers = with("matchers");
  options.machine.processes = with("processes");
  options.machine.memo = with("memo");
  options.machine.ready = true;
  // Never destroyed: see main().
  fvm::Engine& engine = *new fvm::Engine(std::move(*image), options);
  const fvm::RuleSelection selection{o.only_tags, o.without_tags, o.without_names, *priority};
  engine.select(selection);
  for (const std::string& option : unmatched(engine.image(), selection))
    std::fprintf(stderr, "falco-vm: warning: %s matches no rule of %s\n", fvm::escape_line(option).c_str(), fvm::escape_line(o.ruleset).c_str());
  if (engine.active_rules() == 0) {
    complain("no rule is left to run: the selection disabled all " + std::to_string(engine.image().rules().size()) +
             " rules of " + o.ruleset);
    return kBadImage;
  }

  return run_rules(o, engine);
}

}  // namespace
}  // namespace falco_vm

#ifdef FALCO_WRITES_PROFILE
extern "C" void __gcov_dump();  // NOLINT: the compiler's own name
#endif

int main(int argc, char** argv) {
  int exit_code = falco_vm::run(argc, argv);
  // What alerts and fields go through complains itself, and a reader that has seen enough is nothing to complain of.
  const bool reader_left = std::fflush(nullptr) != 0 && errno == EPIPE;
  if (std::ferror(stdout) != 0 && !reader_left && exit_code == falco_vm::kOk) {
    falco_vm::complain("can't write to standard output");
    exit_code = falco_vm::kOutsideWorld;
  }
#ifdef FALCO_WRITES_PROFILE
  __gcov_dump();
#endif
  // What is left is memory, up to gigabytes of it in small pieces; the kernel takes it back at once.
  std::_Exit(exit_code);
}
