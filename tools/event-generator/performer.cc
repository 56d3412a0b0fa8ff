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

std::string Performer::why_not(const Act& act, const std::vector<Step>& steps) const {
  if (act.need == Need::System && !allow_system_) return "needs --allow-system";
  if (act.need != Need::Nothing && !uncovered_.empty()) return uncovered_;
  if (in_container(act) && !no_cgroup_.empty()) return no_cgroup_;
  if (parse_command(act.command, {}).other_user && !sandbox_.open_to_others()) {
    return "other users can't reach the sandbox: see --dir";
  }
  for (const Step& step : steps) {
    if (std::string reason = sandbox_.why_not(step); !reason.empty()) return reason;
  }
  return {};
}

std::string Performer::prepare(const Act& act, std::string_view command, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    if (std::string problem = sandbox_.prepare(step); !problem.empty()) return problem;
  }
  const Command parsed = parse_command(command, sandbox_.programs());
  for (const std::string_view program : {std::string_view(parsed.path), act.parent, kAnnouncer}) {
    if (program.empty()) continue;
    if (std::string problem = sandbox_.add_stand_in(program); !problem.empty()) return problem;
  }
  return {};
}

Report Performer::perform(const Act& act) {
  const Replacements words = {{"@dir", sandbox_.path()}, {"@scratch", sandbox_.scratch()}};
  const std::string text = replaced(std::string(act.steps), words);
  const std::string command = replaced(std::string(act.command), words);
  std::string problem;
  const std::vector<Step> steps = parse_steps(text, problem);
  if (!problem.empty()) return {Outcome::Failed, problem};
  if (const std::string reason = why_not(act, steps); !reason.empty()) return {Outcome::Skipped, reason};
  problem = prepare(act, command, steps);
  if (problem.empty()) {
    Errand errand{.folder = sandbox_.programs(), .cgroup = {}, .parent = {}, .command = {}, .steps = {}};
    errand.command = std::string(kAnnouncer) + " ACT=" + std::string(act.name);
    run_errand(errand);
    errand.cgroup = sandbox_.cgroup();
    errand.parent = act.parent;
    errand.command = command;
    errand.steps = text;
    problem = run_errand(errand);
  }
  sandbox_.forget_listeners();
  return problem.empty() ? Report{} : Report{Outcome::Failed, problem};
}

}  // namespace event_generator
