// SPDX-License-Identifier: Apache-2.0
//
// Performs acts of the table in a sandbox and says what became of each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/event-generator/acts.h"
#include "tools/event-generator/sandbox.h"

namespace event_generator {

enum class Outcome : unsigned char { Done, Skipped, Failed };

struct Report {
  Outcome outcome = Outcome::Done;
  std::string reason;  // of what is not done
};

/// nullptr if there is none of that name.
const Act* find_act(std::string_view name);

class Performer {
 public:
  /// `allow_system`: acts may touch the machine itself.
  Performer(Sandbox& sandbox, bool allow_system) : sandbox_(sandbox), allow_system_(allow_system) {}

  /// Gets ready for acts up to `need`, once; what can't be had makes perform() skip the acts that need it.
  void get_ready(Need need);
  /// Announces the act by running `true ACT=<name>`, then performs it and waits for its end.
  Report perform(const Act& act);

 private:
  std::string why_not(const Act& act, const std::vector<Step>& steps) const;
  std::string prepare(const Act& act, std::string_view command, const std::vector<Step>& steps);

  Sandbox& sandbox_;
  bool allow_system_;
  bool ready_ = false;
  std::string uncovered_;  // why root's acts can't be done; empty: they can
  std::string no_cgroup_;  // why acts in containers can't be done
};

}  // namespace event_generator
