// SPDX-License-Identifier: Apache-2.0
#include "tools/event-generator/steps.h"

#include <algorithm>
#include <cerrno>

#include "tools/event-generator/verbs.h"

namespace event_generator {
namespace {

struct Verb {
  std::string_view name;
  size_t operands;
  Prepare prepare;  // for the last operand, or for all of a listener's
  std::string_view shows;
  int (*perform)(const Operands&);
};

constexpr Verb kVerbs[] = {
    {"read", 1, Prepare::File, "fd.name", read_file},
    {"write", 1, Prepare::Parent, "fd.name", write_file},
    {"empty", 1, Prepare::File, "fd.name", empty_file},
    {"remove", 1, Prepare::File, "fs.path.name", remove_file},
    {"symlink", 2, Prepare::Parent, "fs.path.target fs.path.source", make_symlink},
    {"chmod", 2, Prepare::File, "- fs.path.name", change_mode},
    {"node", 1, Prepare::Parent, "evt.arg.path", make_device},
    {"mount", 1, Prepare::Folder, "fs.path.target", mount_here},
    {"chroot", 1, Prepare::Folder, "evt.arg.path", change_root},
    {"memfd", 0, Prepare::Nothing, "", run_from_memory},
    {"attach", 0, Prepare::Nothing, "", attach},
    {"traceme", 0, Prepare::Nothing, "", refuse_trace},
    {"writemem", 0, Prepare::Nothing, "", write_memory},
    {"setuid", 1, Prepare::Nothing, "", set_user},
    {"setns", 0, Prepare::Nothing, "", enter_namespace},
    {"userns", 0, Prepare::Nothing, "", make_user_namespace},
    {"module", 0, Prepare::Nothing, "", load_module},
    {"bpf", 0, Prepare::Nothing, "", load_bpf},
    {"uring", 0, Prepare::Nothing, "", set_up_uring},
    {"clock", 0, Prepare::Nothing, "", set_clock},
    {"connect", 2, Prepare::Listener, "fd.sip fd.sport", connect_to},
    {"unix", 1, Prepare::Socket, "evt.arg.addr", connect_to_socket_file},
    {"listen", 0, Prepare::Nothing, "", listen_somewhere},
    {"tie", 0, Prepare::Nothing, "", tie_input},
    {"packet", 0, Prepare::Nothing, "", watch_packets},
};

const Verb* find_verb(std::string_view name) {
  const auto* found = std::ranges::find(kVerbs, name, &Verb::name);
  return found == std::end(kVerbs) ? nullptr : found;
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::vector<Step> parse_steps(std::string_view text, std::string& problem) {
  std::vector<Step> steps;
  for (const std::string& part : split(text, ';')) {
    std::vector<std::string> words = split(part, ' ');
    if (words.empty()) continue;
    Step step;
    if (words[0].starts_with('?')) {
      step.may_fail = true;
      words[0].erase(0, 1);
    }
    const Verb* verb = find_verb(words[0]);
    if (verb == nullptr || verb->operands != words.size() - 1) {
      problem = "no such step: " + part;
      return {};
    }
    step.verb = verb->name;
    step.prepare = verb->prepare;
    step.shows = verb->shows;
    step.operands.assign(words.begin() + 1, words.end());
    steps.push_back(std::move(step));
  }
  return steps;
}

int perform(const Step& step) {
  const Verb* verb = find_verb(step.verb);
  return verb == nullptr ? EINVAL : verb->perform(step.operands);
}

}  // namespace event_generator
