// SPDX-License-Identifier: Apache-2.0
//
// Which rules an event code has to decide, and what its code leaves of their conditions. Codes are grouped before
// folding by what could make a difference: the rules that want them and the truth of every predicate their code
// decides.
#include <map>
#include <unordered_map>

#include "compiler/opt/passes.h"

namespace falcoc {
namespace {

using fvm::EventCode;

constexpr std::string_view kSyscallSource = "syscall";

/// Rules of other sources have no events: nothing produces them.
bool wants(const CheckedRule& rule, EventCode code) {
  if (rule.source != kSyscallSource || code == EventCode::PLUGINEVENT_E) return false;
  if (event_info(code).has(FALCO_EF_UNUSED)) return false;
  return rule.events[static_cast<size_t>(code)] || code == EventCode::ASYNCEVENT_E;
}

class Folder {
 public:
  Folder(ir::Module& module, EventCode code) : module_(module), code_(code) {}

  ir::NodeId fold(ir::NodeId id) {
    const auto known = folded_.find(id);
    if (known != folded_.end()) return known->second;
    const ir::Node node = module_[id];
    ir::NodeId result = id;
    switch (node.kind) {
      case ir::NodeKind::False:
      case ir::NodeKind::True:
        break;
      case ir::NodeKind::Check:
        if (const auto truth = fold_predicate(module_, module_.predicate_of(node), code_)) {
          result = *truth ? ir::NodeId::True : ir::NodeId::False;
        }
        break;
      case ir::NodeKind::Not:
        result = module_.negation(fold(module_.children(node)[0]));
        break;
      case ir::NodeKind::And:
      case ir::NodeKind::Or: {
        std::vector<ir::NodeId> children;
        for (uint32_t i = 0; i < node.count; ++i) children.push_back(fold(module_.children(node)[i]));
        result = module_.chain(node.kind, std::move(children));
        break;
      }
    }
    folded_.emplace(id, result);
    return result;
  }

 private:
  ir::Module& module_;
  EventCode code_;
  std::unordered_map<ir::NodeId, ir::NodeId> folded_;
};

}  // namespace

std::vector<EventProgram> dispatch_events(const CheckedRules& rules, const PassSet& passes, ir::Module& module) {
  const bool fold = passes.on(Pass::FoldEvents);
  std::vector<ir::PredicateId> foldable;
  for (uint32_t p = 0; fold && p < module.predicate_count(); ++p)
    if (fold_predicate(module, ir::PredicateId{p}, EventCode::PROCEXIT_1_E)) foldable.push_back(ir::PredicateId{p});

  std::vector<EventProgram> programs;
  std::map<std::string, size_t> groups;
  for (size_t c = 0; c < fvm::kEventCount; ++c) {
    const auto code = static_cast<EventCode>(c);
    std::string key;
    bool wanted = false;
    for (const ir::Rule& rule : module.rules) {
      const bool want = wants(rules.rules[rule.index], code);
      wanted |= want;
      key += want ? '1' : '0';
    }
    if (!wanted) continue;
    for (ir::PredicateId p : foldable) {
      const auto truth = fold_predicate(module, p, code);
      key += !truth ? '?' : *truth ? '1' : '0';
    }
    const auto [group, is_new] = groups.try_emplace(key, programs.size());
    if (!is_new) {
      programs[group->second].events.push_back(code);
      continue;
    }
    EventProgram program;
    program.events.push_back(code);
    Folder folder(module, code);
    for (const ir::Rule& rule : module.rules) {
      if (!wants(rules.rules[rule.index], code)) continue;
      const ir::NodeId condition = fold ? folder.fold(rule.condition) : rule.condition;
      if (condition == ir::NodeId::False && passes.on(Pass::PruneEvents)) continue;
      program.rules.push_back({rule.index, condition});
    }
    programs.push_back(std::move(program));
  }
  std::erase_if(programs, [](const EventProgram& p) { return p.rules.empty(); });
  return programs;
}

}  // namespace falcoc
