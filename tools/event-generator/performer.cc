// SPDX-License-Identifier: Apache-2.0
#include "tools/event-generator/performer.h"

#include <unistd.h>

#include <algorithm>

#include "tools/event-generator/stand_in.h"
#include "tools/event-generator/text.h"

namespace event_generator {
namespace {

constexpr std::string_view kAnnouncer = "true";

bool in_container(const Act& act) { return act.command.starts_with("container "); }

}  // namespace

const Act* find_act(std::string_view name) {
  const auto* found = std::ranges::find(kActs, name, &Act::name);
  return found == std::end(kActs) ? nullptr : found;
}

void Performer::get_ready(Need need) {
  if (ready_ || need == Need::Nothing) return;
  ready_ = true;
  uncovered_ = geteuid() == 0 ? sandbox_.cover() : "needs root";
  if (need == Need::System && allow_system_ && uncovered_.empty()) no_cgroup_ = sandbox_.make_cgroup();
}

std::string Performer::why_not(const Act& act) const {
  if (act.need == Need::System && !allow_system_) return "needs --allow-system";
  if (act.need != Need::Nothing && !uncovered_.empty()) return uncovered_;
  return in_container(act) ? no_cgroup_ : std::string();
}

std::string Performer::prepare(const Act& act, std::string_view steps) {
  std::string problem;
  for (const Step& step : parse_steps(steps, problem)) {
    if (problem = sandbox_.prepare(step); !problem.empty()) return problem;
  }
  if (!problem.empty()) return problem;
  const Command command = parse_command(replaced(std::string(act.command), {{"@scratch", sandbox_.scratch()}}), {});
  if (command.other_user && !sandbox_.open_to_others()) return "other users can't reach the sandbox: see --dir";
  const std::string_view name =
      std::string_view(command.path).substr(command.path.starts_with(sandbox_.scratch()) ? 0 : 1);
  for (const std::string_view program : {name, act.parent, kAnnouncer}) {
    if (program.empty()) continue;
    if (problem = sandbox_.add_stand_in(program); !problem.empty()) return problem;
  }
  return {};
}

Report Performer::perform(const Act& act) {
  if (const std::string reason = why_not(act); !reason.empty()) return {Outcome::Skipped, reason};
  const Replacements words = {{"@dir", sandbox_.path()}, {"@scratch", sandbox_.scratch()}};
  const std::string steps = replaced(std::string(act.steps), words);
  if (const std::string reason = prepare(act, steps); !reason.empty()) {
    sandbox_.forget_listeners();
    return {Outcome::Skipped, reason};
  }
  Errand errand{.folder = sandbox_.programs(), .cgroup = {}, .parent = {}, .command = {}, .steps = {}};
  errand.command = std::string(kAnnouncer) + " ACT=" + std::string(act.name);
  run_errand(errand);
  errand.cgroup = sandbox_.cgroup();
  errand.parent = act.parent;
  errand.command = replaced(std::string(act.command), words);
  errand.steps = steps;
  const std::string reason = run_errand(errand);
  sandbox_.forget_listeners();
  return reason.empty() ? Report{} : Report{Outcome::Failed, reason};
}

}  // namespace event_generator
