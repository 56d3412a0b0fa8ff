// SPDX-License-Identifier: Apache-2.0
//
// Reads events.txt, whose head describes its form. Knows how values are written and encoded; not what events mean.
#pragma once

#include <string>
#include <vector>

#include "literals.h"

namespace fvm::testing {

struct Record {
  EventCode code{};
  std::vector<Literal> values;
};

struct EventCase {
  enum class Outcome { Shown, Hidden, Nothing, Refused };
  size_t line = 0;
  EventCode code{};
  std::string label;
  std::vector<Record> before, events;
  Outcome outcome{};
  EventCode out_code{};
  std::string dir, res, type, args;
};

/// All cases of a file; fails the test at a line that has no meaning.
std::vector<EventCase> read_event_cases(const std::string& path);

}  // namespace fvm::testing
