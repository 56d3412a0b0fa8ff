// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/report.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <utility>
#include <vector>

#include "tools/falco-vm/loss_report.h"
#include "vm/abi/priorities.h"
#include "vm/alert/value_text.h"

namespace falco_vm {
namespace {

using Counter = std::pair<std::string_view, uint64_t>;

/// Everything that kept an event or a value from being seen whole; one row each, for text and JSON alike.
std::vector<Counter> losses(const fvm::Engine& engine, const fvm::SourceStats& source) {
  const fvm::EngineStats& e = engine.stats();
  const fvm::StateStats& s = engine.state().stats();
  return {
      {"drop_notices", e.events_by_code[static_cast<size_t>(fvm::EventCode::DROP_E)]},
      {"events_not_recorded",
       std::accumulate(source.dropped_by_code.begin(), source.dropped_by_code.end(), uint64_t{0})},
      {"records_refused", source.refused},
      {"unknown_events", source.unknown_events},
      {"unknown_blocks", source.unknown_blocks},
      {"exits_without_their_enter", source.wrong_partners},
      {"stored_enters_evicted", source.enters_evicted},
      {"early_ends", e.source_failed ? 1u : 0u},
      {"threads_refused", s.threads_refused},
      {"threads_evicted", s.threads_evicted},
      {"descriptors_refused", s.fds_refused},
      {"process_arguments_not_kept", s.images_trimmed},
      {"containers_unreadable", s.failed_containers},
      {"texts_cut", engine.text_overruns()},
      {"alerts_not_written", e.alerts_lost},
  };
}

std::vector<Counter> machine_counters(const fvm::Engine& engine) {
  const fvm::Machine& machine = engine.machine();
  return {{"decisions kept", machine.graph().size()},
          {"times they filled their room and were dropped", machine.graph().evictions()},
          {"values forgotten for others", machine.memo().evictions()},
          {"processes forgotten for others", machine.processes().evictions()}};
}

/// What the kernel module counted, over all CPUs.
std::vector<Counter> scan_counters(const fvm::ScanStats& scan) {
  constexpr uint64_t kMillisecond = 1'000'000;
  return {{"processes", scan.processes},
          {"threads", scan.threads},
          {"scan_ms", scan.scan_ns / kMillisecond},
          {"ended_meanwhile", scan.vanished},
          {"threads_refused", scan.threads_refused},
          {"descriptors", scan.fds.fds},
          {"descriptors_unreadable", scan.fds.unreadable},
          {"sockets_in_no_table", scan.fds.unknown_sockets},
          {"sockets_refused", scan.sockets_refused},
          {"processes_with_too_many_descriptors", scan.fds.over_limit},
          {"lookups", scan.lookups},
          {"lookups_found", scan.found},
          {"lookups_refused", scan.lookups_refused},
          {"lookups_without_sockets", scan.socket_lookups_refused},
          {"lookup_ms", scan.lookup_ns / kMillisecond}};
}

std::vector<Counter> probe_counters(const fvm::LiveStats& live, const fvm::SourceStats& source) {
  return {{"cpus", live.cpus},
          {"seen", live.seen},
          {"masked", live.masked},
          {"sent", live.sent},
          {"lost_ring_full", live.lost[FALCO_PROBE_LOST_FULL]},
          {"lost_too_long", live.lost[FALCO_PROBE_LOST_TOO_LONG]},
          {"lost_fault", live.lost[FALCO_PROBE_LOST_FAULT]},
          {"lost_bad_position", live.lost[FALCO_PROBE_LOST_POSITION]},
          {"lost_no_ring", live.lost[FALCO_PROBE_LOST_NO_RING]},
          {"unreadable_values", live.unreadable_values},
          {"raced_values", live.raced_values},
          {"late", source.late}};
}

struct MemoryUse {
  uint64_t state_peak_bytes, state_ceiling_bytes;      ///< what state accounts for
  uint64_t process_peak_bytes, process_ceiling_bytes;  ///< resident, all of it
};

MemoryUse memory_use(const fvm::Engine& engine) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const fvm::StateMemory state = engine.state().memory();
  return {state.peak_bytes, state.limit_bytes, static_cast<uint64_t>(usage.ru_maxrss) * 1024,
          state.limit_bytes + fvm::limits::kWorkingBytes};
}

double megabytes(uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

std::map<std::string_view, uint64_t> events_by_name(const fvm::EngineStats& stats, const fvm::SourceStats& source) {
  std::map<std::string_view, uint64_t> by_name;
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    const uint64_t events = stats.events_by_code[code] + source.unread_by_code[code];
    if (events != 0) by_name[fvm::kEvents[code].name] += events;
  }
  return by_name;
}

uint64_t unwatched(const fvm::EngineStats& stats, const fvm::SourceStats& source) {
  return std::accumulate(source.unread_by_code.begin(), source.unread_by_code.end(), stats.unwatched);
}

std::vector<Counter> sorted_by_count(std::vector<Counter> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Counter& a, const Counter& b) { return a.second > b.second; });
  return rows;
}

std::vector<Counter> alerts_by_rule(const fvm::Engine& engine) {
  const auto& earlier = engine.stats().alerts_before_swap;
  std::map<std::string_view, uint64_t> by_name(earlier.begin(), earlier.end());
  std::vector<Counter> rows;
  const auto& counts = engine.stats().alerts_by_rule;
  for (size_t rule = 0; rule < counts.size(); ++rule) {
    const std::string_view name = engine.image().rule_text(engine.image().rules()[rule].name);
    const auto before = by_name.extract(name);
    const uint64_t count = counts[rule] + (before ? before.mapped() : 0);
    if (count != 0) rows.emplace_back(name, count);
  }
  rows.insert(rows.end(), by_name.begin(), by_name.end());
  return rows;
}

void append_table(std::string& out, std::string_view title, const std::vector<Counter>& rows) {
  fmt::format_to(std::back_inserter(out), "{}:\n", title);
  if (rows.empty()) out += "             none\n";
  for (const auto& [name, count] : rows) {
    fmt::format_to(std::back_inserter(out), "  {:>12}  {}\n", count, fvm::escape_line(name));
  }
}

}  // namespace

std::string watching_text(const fvm::Engine& engine, const fvm::LiveStats& live, const fvm::ScanStats& scan) {
  std::string out =
      fmt::format("falco-vm: watching with {} rule{} on {} CPU{}; found {} process{} in {} ms", engine.active_rules(),
                  engine.active_rules() == 1 ? "" : "s", live.cpus, live.cpus == 1 ? "" : "s", scan.processes,
                  scan.processes == 1 ? "" : "es", scan.scan_ns / 1'000'000);
  if (scan.timed_out) out += " (not all: it took too long)";
  if (scan.threads_refused != 0)
    fmt::format_to(std::back_inserter(out), ", without {} threads for which there was no room", scan.threads_refused);
  return out + "\n";
}

std::string summary_text(const fvm::Engine& engine, const fvm::SourceStats& source) {
  const fvm::EngineStats& e = engine.stats();
  std::string out = fmt::format("falco-vm: {} raw events, {} evaluated, {} alert{} from {} active rule{}\n",
                                source.raw_events, e.evaluated, e.alerts, e.alerts == 1 ? "" : "s",
                                engine.active_rules(), engine.active_rules() == 1 ? "" : "s");
  if (e.swaps != 0)
    fmt::format_to(std::back_inserter(out), "falco-vm: the rules were changed {} time{}\n", e.swaps,
                   e.swaps == 1 ? "" : "s");
  std::string lost;
  for (const auto& [name, count] : losses(engine, source)) {
    if (count != 0) fmt::format_to(std::back_inserter(lost), "{}{} {}", lost.empty() ? "" : ", ", name, count);
  }
  if (!lost.empty()) out += "falco-vm: not everything was seen: " + lost + "\n";
  out += LossReport(engine, source).summary();
  if (!source.first_refusal.empty())
    out += "falco-vm: first record refused: " + fvm::escape_line(source.first_refusal) + "\n";
  return out;
}

std::string stats_text(const fvm::Engine& engine, const fvm::SourceStats& source,
                       const std::optional<fvm::LiveStats>& live, const std::optional<fvm::ScanStats>& scan) {
  const fvm::EngineStats& e = engine.stats();
  std::string out;
  const auto by_name = events_by_name(e, source);
  append_table(out, "events by type", sorted_by_count({by_name.begin(), by_name.end()}));
  append_table(out, "alerts by rule", sorted_by_count(alerts_by_rule(engine)));
  std::vector<Counter> priorities;
  for (size_t p = 0; p < fvm::kPriorities; ++p) {
    if (e.alerts_by_priority[p] != 0) priorities.emplace_back(fvm::kPriorityNames[p], e.alerts_by_priority[p]);
  }
  append_table(out, "alerts by priority", priorities);
  append_table(out, "source",
               {{"raw events", source.raw_events},
                {"upgraded from an older layout", source.upgraded},
                {"enter events merged into their exit", source.absorbed},
                {"applied to state only", e.hidden},
                {"evaluated", e.evaluated},
                {"of types that no rule looks at", unwatched(e, source)},
                {"events of unknown threads", engine.state().stats().unknown_threads}});
  if (live) append_table(out, "kernel module", probe_counters(*live, source));
  if (scan) append_table(out, "scan of /proc", scan_counters(*scan));
  append_table(out, "rules machine", machine_counters(engine));
  const MemoryUse memory = memory_use(engine);
  append_table(out, "threads",
               {{"known now", engine.state().stats().threads}, {"known at most", engine.state().stats().threads_peak}});
  fmt::format_to(
      std::back_inserter(out),
      "memory:\n{:>14.1f}  MB of state at most, of {} MB allowed\n{:>14.1f}  MB of the process at most, of {} MB\n",
      megabytes(memory.state_peak_bytes), memory.state_ceiling_bytes >> 20, megabytes(memory.process_peak_bytes),
      memory.process_ceiling_bytes >> 20);
  append_table(out, "lost", losses(engine, source));
  out += LossReport(engine, source).tables();
  return out;
}

std::string stats_json(const fvm::Engine& engine, const fvm::SourceStats& source,
                       const std::optional<fvm::LiveStats>& live, const std::optional<fvm::ScanStats>& scan) {
  const fvm::EngineStats& e = engine.stats();
  nlohmann::json out;
  out["raw_events"] = source.raw_events;
  out["bytes"] = source.bytes;
  out["upgraded"] = source.upgraded;
  out["absorbed"] = source.absorbed;
  out["hidden"] = e.hidden;
  out["evaluated"] = e.evaluated;
  out["unwatched"] = unwatched(e, source);
  out["unknown_threads"] = engine.state().stats().unknown_threads;
  out["threads_peak"] = engine.state().stats().threads_peak;
  const MemoryUse memory = memory_use(engine);
  out["memory"] = {{"state_peak_bytes", memory.state_peak_bytes},
                   {"state_ceiling_bytes", memory.state_ceiling_bytes},
                   {"process_peak_bytes", memory.process_peak_bytes},
                   {"process_ceiling_bytes", memory.process_ceiling_bytes}};
  out["machine"] = {{"decisions", engine.machine().graph().size()},
                    {"decision_evictions", engine.machine().graph().evictions()},
                    {"memo_evictions", engine.machine().memo().evictions()},
                    {"process_evictions", engine.machine().processes().evictions()}};
  if (live) {
    for (const auto& [name, count] : probe_counters(*live, source)) out["probe"][std::string(name)] = count;
  }
  if (scan) {
    for (const auto& [name, count] : scan_counters(*scan)) out["scan"][std::string(name)] = count;
  }
  out["active_rules"] = engine.active_rules();
  out["ruleset_swaps"] = e.swaps;
  out["alerts"] = e.alerts;
  auto& events = out["events_by_type"] = nlohmann::json::object();
  for (const auto& [name, count] : events_by_name(e, source)) events[std::string(name)] = count;
  auto& rules = out["alerts_by_rule"] = nlohmann::json::object();
  for (const auto& [name, count] : alerts_by_rule(engine)) rules[std::string(name)] = count;
  auto& priorities = out["alerts_by_priority"] = nlohmann::json::object();
  for (size_t p = 0; p < fvm::kPriorities; ++p) {
    if (e.alerts_by_priority[p] != 0) priorities[std::string(fvm::kPriorityNames[p])] = e.alerts_by_priority[p];
  }
  auto& lost = out["lost"] = nlohmann::json::object();
  for (const auto& [name, count] : losses(engine, source)) lost[std::string(name)] = count;
  LossReport(engine, source).add_to(out);
  return fvm::to_line(out);
}

}  // namespace falco_vm
