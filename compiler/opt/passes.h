// SPDX-License-Identifier: Apache-2.0
//
// Passes between lowering and code. Each has a name and can be switched off; none changes which rules match.
//
//   FALCO_PASS(Sym, "name")
//     simplify        flatten and/or chains, drop duplicates, cancel double negation (while the graph is built)
//     fold-events     per event code, decide checks of evt.type, syscall.type, evt.dir and evt.num
//     prune-events    leave a rule out of the programs of events for which its condition folded to never
//     share-programs  events with equal programs use one
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/ir.h"

namespace falcoc {

#define FALCO_PASSES(FALCO_PASS)          \
  FALCO_PASS(Simplify, "simplify")        \
  FALCO_PASS(FoldEvents, "fold-events")   \
  FALCO_PASS(PruneEvents, "prune-events") \
  FALCO_PASS(SharePrograms, "share-programs")

enum class Pass : uint8_t {
#define FALCO_PASS(Sym, name) Sym,
  FALCO_PASSES(FALCO_PASS)
#undef FALCO_PASS
};

/// Names of the passes that `passes_off` can name, in the order they run.
std::vector<std::string_view> pass_names();

/// Which passes run.
class PassSet {
 public:
  /// All but those named; unknown names are ignored.
  explicit PassSet(const std::vector<std::string>& off);
  bool on(Pass pass) const { return (bits_ >> static_cast<unsigned>(pass) & 1) != 0; }

 private:
  uint32_t bits_ = ~0u;
};

/// What the events of one program have in common: the rules to decide, in installation order, with what is left of
/// their conditions.
struct EventProgram {
  std::vector<fvm::EventCode> events;
  std::vector<ir::Rule> rules;
};

/// Groups event codes whose rules and folded conditions are the same; adds folded nodes to `module`. Events that no
/// rule wants are in no group. Groups are in order of their first event code.
std::vector<EventProgram> dispatch_events(const CheckedRules& rules, const PassSet& passes, ir::Module& module);

/// The truth of a predicate for every event of a code; nothing when it depends on more than the code.
std::optional<bool> fold_predicate(const ir::Module& module, ir::PredicateId id, fvm::EventCode code);

}  // namespace falcoc
