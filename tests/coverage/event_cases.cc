// SPDX-License-Identifier: Apache-2.0
#include "event_cases.h"

#include <doctest/doctest.h>

#include <fstream>

namespace fvm::testing {
namespace {

EventCode code_of(std::string_view text) {
  const uint64_t code = number_of(text);
  REQUIRE(code < kEventCount);
  return static_cast<EventCode>(code);
}

Record record_of(std::string_view rest) {
  Record out;
  out.code = code_of(take_word(rest));
  while (!rest.empty()) out.values.push_back(literal_of(take_word(rest)));
  return out;
}

void read_outcome(std::string_view rest, EventCase& out) {
  const std::string_view first = take_word(rest);
  if (first == "nothing" || first == "refused") {
    out.outcome = first == "nothing" ? EventCase::Outcome::Nothing : EventCase::Outcome::Refused;
    return;
  }
  const bool hidden = first == "hidden";
  out.outcome = hidden ? EventCase::Outcome::Hidden : EventCase::Outcome::Shown;
  out.out_code = code_of(hidden ? take_word(rest) : first);
  out.dir = take_word(rest);
  out.res = take_word(rest);
  out.type = rest;
}

}  // namespace

std::vector<EventCase> read_event_cases(const std::string& path) {
  std::ifstream in(path);
  REQUIRE_MESSAGE(in, path);
  std::vector<EventCase> cases;
  std::string line;
  for (size_t number = 1; std::getline(in, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    CAPTURE(number);
    std::string_view rest = line;
    const std::string_view key = take_word(rest);
    if (key == "case") {
      EventCase& fresh = cases.emplace_back();
      fresh.line = number;
      fresh.code = code_of(take_word(rest));
      fresh.label = rest;
      continue;
    }
    REQUIRE(!cases.empty());
    EventCase& current = cases.back();
    if (key == "before") {
      current.before.push_back(record_of(rest));
    } else if (key == "event") {
      current.events.push_back(record_of(rest));
    } else if (key == "out") {
      read_outcome(rest, current);
    } else if (key == "args") {
      current.args = rest;
    } else {
      FAIL("unknown line: " << line);
    }
  }
  return cases;
}

}  // namespace fvm::testing
