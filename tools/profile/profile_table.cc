// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/profile_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "tools/profile/profile_json.h"
#include "vm/alert/value_text.h"

namespace profile_report {
namespace {

constexpr size_t kPredicateBytes = 100;  ///< of a predicate in the table; JSON has all of it

double part(double a, double b) { return b > 0 ? a / b : 0; }
double percent(double a, double b) { return 100 * part(a, b); }
double as_double(uint64_t n) { return static_cast<double>(n); }

void append_rules(std::string& out, const fvm::Profile& p, size_t most_rows) {
  const auto to = [&] { return std::back_inserter(out); };
  fmt::format_to(to(), "cost by rule:\n  {:>6}  {:>9}  {:>8}  {:>11}  {:>9}  rule\n", "share", "time", "ns/eval",
                 "evaluations", "matches");
  size_t rows = 0;
  size_t idle = 0;
  for (const fvm::Profile::Rule& rule : p.rules) {
    if (rule.evaluations == 0 && rule.matches == 0) {
      ++idle;
      continue;
    }
    if (++rows > most_rows) continue;
    fmt::format_to(to(), "  {:>5.1f}%  {:>9}  {:>8.1f}  {:>11}  {:>9}  {}\n", percent(rule.total_ns(), p.total_ns()),
                   duration_text(rule.total_ns()), part(rule.ns, as_double(rule.evaluations)), rule.evaluations,
                   rule.matches, fvm::escape_line(rule.name));
    if (rule.tests.empty() || rule.tests.front().rejections() == 0) continue;
    const fvm::Profile::Test& test = rule.tests.front();
    fmt::format_to(to(), "{:66}{:.0f} % rejected by: {}{}\n", "",
                   percent(as_double(test.rejections()), as_double(rule.evaluations)),
                   test.rejects_when_true() ? "not " : "", shortened(test.predicate, kPredicateBytes));
  }
  if (rows > most_rows) fmt::format_to(to(), "  ... and {} more that cost less\n", rows - most_rows);
  if (idle != 0) fmt::format_to(to(), "  {} rule{} not evaluated in any sample\n", idle, idle == 1 ? " was" : "s were");
}

void append_types(std::string& out, const fvm::Profile& p, size_t most_rows) {
  fmt::format_to(std::back_inserter(out), "cost by event type:\n  {:>6}  {:>9}  {:>8}  {:>11}  {:>9}  event\n", "share",
                 "time", "ns/event", "events", "samples");
  for (size_t i = 0; i < std::min(p.types.size(), most_rows); ++i) {
    const fvm::Profile::EventType& type = p.types[i];
    fmt::format_to(std::back_inserter(out), "  {:>5.1f}%  {:>9}  {:>8.1f}  {:>11}  {:>9}  {}\n", percent(type.ns, p.ns),
                   duration_text(type.ns), part(type.ns, as_double(type.events)), type.events, type.samples, type.name);
  }
  if (p.types.size() > most_rows) {
    fmt::format_to(std::back_inserter(out), "  ... and {} more that cost less\n", p.types.size() - most_rows);
  }
}

}  // namespace

std::string duration_text(double ns) {
  const double magnitude = ns < 0 ? -ns : ns;
  const auto digits = [](double x) { return x < 9.995 ? 2 : x < 99.95 ? 1 : 0; };
  if (magnitude < 999.5) return fmt::format("{:.0f} ns", ns);
  if (magnitude < 999.5e3) return fmt::format("{:.{}f} µs", ns / 1e3, digits(magnitude / 1e3));
  if (magnitude < 999.5e6) return fmt::format("{:.{}f} ms", ns / 1e6, digits(magnitude / 1e6));
  return fmt::format("{:.{}f} s", ns / 1e9, digits(magnitude / 1e9));
}

std::string table(const fvm::Profile& p, size_t most_rows) {
  std::string out;
  fmt::format_to(std::back_inserter(out),
                 "profile: rules took {} (± {:.0f} %) for {} events, {:.1f} ns an event; {} alert{} took {}\n"
                 "  estimated from {} events timed and {} traced; {} detours took {} of it",
                 duration_text(p.ns), percent(p.error_ns, p.ns), p.events, part(p.ns, as_double(p.events)), p.matches,
                 p.matches == 1 ? "" : "s", duration_text(p.alert_ns), p.timed, p.traced, p.detours,
                 duration_text(p.detour_ns));
  if (p.interrupted != 0) fmt::format_to(std::back_inserter(out), "; {} interrupted and left out", p.interrupted);
  out += '\n';
  append_rules(out, p, most_rows);
  append_types(out, p, most_rows);
  return out;
}

}  // namespace profile_report
