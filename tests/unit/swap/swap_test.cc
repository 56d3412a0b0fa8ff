// SPDX-License-Identifier: Apache-2.0
//
// Two rulesets that take turns over one capture, a hundred times: each event gets the alerts of the ruleset that runs
// then, as that ruleset gives them when it runs alone; no event is evaluated twice or not at all.
#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <map>
#include <random>

#include "capture/recording_source.h"
#include "capture/scap_reader.h"
#include "tests/support/compiled_text.h"
#include "vm/engine.h"

using namespace fvm;

namespace {

const std::string kCapture = FALCO_SOURCE_DIR "/rules/demo/break-in.scap.gz";

VerifiedImage compiled(const std::vector<std::pair<const char*, const char*>>& rules) {
  std::string text;
  for (const auto& [name, condition] : rules) {
    text += std::string("- rule: ") + name + "\n  desc: d\n  condition: " + condition +
            "\n  output: '%evt.num %proc.name %proc.pname %fd.name %user.name'\n  priority: INFO\n  tags: [" + name +
            "]\n";
  }
  return testing::compiled_text(text);
}

VerifiedImage rules_a() {
  return compiled(
      {{"opens",
        "evt.type in (open, openat) and evt.is_open_read = true and fd.name startswith /etc and proc.name != bash"},
       {"execs", "evt.type = execve and proc.pname in (sh, bash)"},
       {"connects", "evt.type = connect and fd.l4proto = tcp"}});
}
VerifiedImage rules_b() {
  return compiled({{"execs", "evt.type in (execve, execveat) and proc.args contains -"},
                   {"exits", "evt.type = procexit and proc.name != ''"},
                   {"writes", "evt.type in (write, pwrite) and fd.typechar = f and proc.aname[2] exists"},
                   {"closes", "evt.type = close and fd.name glob '/usr/*' and proc.pname = bash"}});
}

EngineOptions all_matches(bool read_all) {
  EngineOptions options;
  options.mode = MatchMode::All;
  options.read_all = read_all;
  return options;
}

struct Lines final : AlertSink {
  std::vector<std::string> lines;
  bool write(std::string_view line) override {
    lines.emplace_back(line);
    return true;
  }
};

/// Batches of random lengths out of those of a capture, or whole ones; how many events they stood for.
class ShortBatches final : public EventSource {
 public:
  ShortBatches(const std::string& path, uint32_t seed, bool whole = false) : random_(seed), whole_(whole) {
    auto opened = open_capture(path);
    REQUIRE(opened);
    inner_ = std::move(*opened);
  }
  BatchStatus next_batch(StateSink& sink, std::span<EventView>& out) override {
    if (left_.empty()) {
      const BatchStatus status = inner_->next_batch(sink, left_);
      if (status != BatchStatus::Events) return status;
    }
    const size_t count = whole_ ? left_.size() : std::min<size_t>(left_.size(), 1 + random_() % 40);
    out = left_.first(count);
    left_ = left_.subspan(count);
    for (const EventView& event : out) events_ += 1 + event.more;
    return BatchStatus::Events;
  }
  void set_interest(const Interest& interest) override {
    inner_->set_interest(interest);
    ++told_;
  }
  const SourceError& error() const override { return inner_->error(); }
  const SourceStats& stats() override { return inner_->stats(); }
  uint64_t position() const override { return inner_->position(); }
  uint64_t size() const override { return inner_->size(); }
  uint64_t events() const { return events_; }
  uint64_t told() const { return told_; }

 private:
  std::unique_ptr<EventSource> inner_;
  std::span<EventView> left_;
  std::mt19937 random_;
  bool whole_;
  uint64_t events_ = 0, told_ = 0;
};

uint64_t number_of_event(const std::string& line) { return std::stoull(line.substr(line.find("Informational") + 14)); }

/// What a ruleset alone gives: its alerts, and how many events it had evaluated behind each batch.
struct Alone {
  std::multimap<uint64_t, std::string> alerts;
  std::map<uint64_t, uint64_t> evaluated{{0, 0}};  ///< by the number of events given out
};

Alone run_alone(VerifiedImage image, const std::string& path, uint32_t seed) {
  Alone alone;
  Lines sink;
  ShortBatches source(path, seed);
  Engine engine(std::move(image), all_matches(true));
  while (engine.poll(source, sink) == BatchStatus::Events) alone.evaluated[source.events()] = engine.stats().evaluated;
  for (const std::string& line : sink.lines) alone.alerts.emplace(number_of_event(line), line);
  return alone;
}

void take_turns(const std::string& path, bool read_all, uint32_t seed) {
  const Alone alone[] = {run_alone(rules_a(), path, seed), run_alone(rules_b(), path, seed)};
  REQUIRE(alone[0].alerts.size() > 50);
  REQUIRE(alone[1].alerts.size() > 50);
  std::mt19937 random(seed + 1);
  std::vector<std::string> expected;
  uint64_t expected_evaluated = 0, since = 0, evaluated_before = 0;
  size_t running = 0, swaps = 0;
  Lines sink;
  // Where an event that nobody wants stays unread, what has been read before a swap is handled before it.
  ShortBatches source(path, seed, !read_all);
  Engine engine(rules_a(), all_matches(read_all));
  const auto end_turn = [&] {
    const uint64_t now = source.events();
    for (auto i = alone[running].alerts.upper_bound(since); i != alone[running].alerts.upper_bound(now); ++i)
      expected.push_back(i->second);
    if (read_all) expected_evaluated += alone[running].evaluated.at(now) - alone[running].evaluated.at(since);
    since = now;
  };
  while (engine.poll(source, sink) == BatchStatus::Events) {
    CHECK(engine.stats().evaluated >= evaluated_before);
    evaluated_before = engine.stats().evaluated;
    if (swaps == 100 || (read_all && random() % 8 != 0)) continue;
    end_turn();
    running = 1 - running;
    ++swaps;
    REQUIRE(engine.swap(running == 0 ? rules_a() : rules_b()));
  }
  end_turn();
  if (read_all) CHECK(swaps == 100);
  CHECK(swaps >= 30);
  CHECK(engine.stats().swaps == swaps);
  CHECK(source.told() == swaps + 1);  // each time that it may want other events
  CHECK(sink.lines == expected);
  CHECK(engine.stats().alerts == expected.size());
  if (read_all) {
    CHECK(engine.stats().evaluated == expected_evaluated);
    uint64_t events = engine.stats().evaluated + engine.stats().unwatched + engine.stats().hidden;
    CHECK(events <= source.events());
    uint64_t by_code = 0;
    for (const uint64_t count : engine.stats().events_by_code) by_code += count;
    CHECK(by_code == source.events());
    CHECK(by_code == events);
  }
  uint64_t by_rule = 0;
  for (const uint64_t count : engine.stats().alerts_by_rule) by_rule += count;
  for (const auto& [name, count] : engine.stats().alerts_before_swap) by_rule += count;
  CHECK(by_rule == expected.size());
}

/// The bundled capture in today's layout: calls whose exit events are enough.
struct Rewritten {
  std::string folder, path;
  Rewritten() {
    std::string pattern = std::filesystem::temp_directory_path() / "falco-swap-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    path = folder + "/new.scap";
    auto out = OutputFile::open(path);
    auto source = open_capture(kCapture);
    REQUIRE(out);
    REQUIRE(source);
    ScapWriter writer(**out);
    RecordingSource recording(std::move(*source), writer, Record::All);
    State state;
    std::span<EventView> batch;
    recording.set_interest({});
    while (recording.next_batch(state, batch) == BatchStatus::Events)
      for (EventView& event : batch) event.num = 1;
    recording.finish();
    (*out)->finish();
  }
  ~Rewritten() { std::filesystem::remove_all(folder); }
  Rewritten(const Rewritten&) = delete;
  Rewritten& operator=(const Rewritten&) = delete;
};

}  // namespace

TEST_CASE("a hundred swaps, every event read") {
  for (const uint32_t seed : {1u, 2u, 3u}) take_turns(kCapture, true, seed);
}

TEST_CASE("a swap behind every batch, each ruleset with its own interest") {
  const Rewritten capture;
  take_turns(capture.path, false, 4);
}

TEST_CASE("calls that a swap finds half done don't count as lost") {
  Lines sink;
  ShortBatches source(kCapture, 5, true);
  const auto all = [] { return compiled({{"all", "proc.name = nobody"}}); };
  const auto few = [] { return compiled({{"few", "evt.type = kill and proc.name = nobody"}}); };
  Engine engine(all(), all_matches(false));
  size_t swaps = 0;
  while (engine.poll(source, sink) == BatchStatus::Events)
    if (swaps < 100) REQUIRE(engine.swap(++swaps % 2 == 0 ? all() : few()));
  CHECK(swaps >= 30);
  CHECK(source.stats().wrong_partners == 0);
}

TEST_CASE("the selection goes on; a ruleset of which it leaves nothing is not taken") {
  Lines sink;
  ShortBatches source(kCapture, 9);
  Engine engine(rules_a(), all_matches(false));
  engine.select({.only_tags = {"execs", "opens"}});
  CHECK(engine.active_rules() == 2);
  REQUIRE(engine.poll(source, sink) == BatchStatus::Events);
  REQUIRE(engine.swap(rules_b()));
  CHECK(engine.active_rules() == 1);
  CHECK(engine.image().rule_text(engine.image().rules()[0].name) == "execs");
  CHECK_FALSE(engine.swap(compiled({{"other", "evt.type = kill and proc.name = x"}})));
  CHECK(engine.active_rules() == 1);
  CHECK(engine.stats().swaps == 1);
  while (engine.poll(source, sink) == BatchStatus::Events) {
  }
  REQUIRE(!sink.lines.empty());
  CHECK(engine.stats().alerts_by_rule.size() == 4);
  uint64_t alerts = engine.stats().alerts_by_rule[0];
  for (const auto& [name, count] : engine.stats().alerts_before_swap) {
    CHECK((name == "execs" || name == "opens"));
    alerts += count;
  }
  CHECK(alerts == sink.lines.size());
}
