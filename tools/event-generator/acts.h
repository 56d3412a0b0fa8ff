// SPDX-License-Identifier: Apache-2.0
//
// The table of acts, as arrays. Rows are in acts.def. Knows nothing of how acts are performed.
#pragma once

#include <cstdint>
#include <string_view>

namespace event_generator {

/// What an act needs besides a sandbox; each includes those before it.
enum class Need : uint8_t { Nothing, Root, System };

/// What --list says of a need.
constexpr std::string_view to_text(Need need) {
  switch (need) {
    case Need::Nothing:
      return "nothing";
    case Need::Root:
      return "root";
    case Need::System:
      return "root, --allow-system";
  }
  return "";
}

struct Act {
  std::string_view name;
  std::string_view rule;  // the default rule that it should wake
  Need need;
  std::string_view parent;   // program that starts the command; empty: the generator itself
  std::string_view command;  // see stand_in.h
  std::string_view steps;    // see steps.h
  std::string_view values;   // see values.h
};

inline constexpr Act kActs[] = {
#define FALCO_ACT(name, rule, Needed, parent, command, steps, ...) \
  {#name, rule, Need::Needed, parent, command, steps, "" __VA_ARGS__},
#define FALCO_NO_ACT(rule, reason)
#include "tools/event-generator/acts.def"
#undef FALCO_ACT
#undef FALCO_NO_ACT
};

struct NoAct {
  std::string_view rule;
  std::string_view reason;
};

/// Default rules that no act wakes.
inline constexpr NoAct kNoActs[] = {
#define FALCO_ACT(name, rule, Needed, parent, command, steps, ...)
#define FALCO_NO_ACT(rule, reason) {rule, reason},
#include "tools/event-generator/acts.def"
#undef FALCO_ACT
#undef FALCO_NO_ACT
};

}  // namespace event_generator
