// SPDX-License-Identifier: Apache-2.0
//
// Tracer: what became of each predicate of a rule at an event, asked of the naive evaluator over the same fields that
// the machine reads. Keeps what fields remember from event to event apart from the machine's.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "compiler/eval/naive_eval.h"
#include "tools/testing/rule_tree.h"
#include "vm/field/field_memory.h"
#include "vm/field/field_reader.h"

namespace falcoc::testing {

/// An element of a list without which its predicate would not hold.
struct NeededElement {
  uint32_t leaf = 0;
  uint32_t element = 0;
  auto operator<=>(const NeededElement&) const = default;
};

struct EventTrace {
  Truths truths;
  std::vector<NeededElement> needed;
  auto operator<=>(const EventTrace&) const = default;
};

class Tracer {
 public:
  explicit Tracer(const CheckedRules& rules) : rules_(rules), evaluator_(rules) {}

  /// Forgets what fields remember: a new scene begins.
  void begin_scene();
  /// A new event; `context` is used until the next one.
  void begin_event(const fvm::EvalContext& context);
  EventTrace trace(const RuleTree& tree);
  /// What the left side of a predicate is for this event, as text.
  std::string left_side(ExprId check);

 private:
  struct Answer {
    bool holds = false;
    std::vector<uint32_t> needed;
  };
  const Answer& answer(ExprId check);
  std::vector<uint32_t> needed_elements(const Expr& check);

  const CheckedRules& rules_;
  NaiveEvaluator evaluator_;
  fvm::Arena arena_;
  fvm::FieldMemory memory_;
  fvm::EvalContext context_;
  std::map<std::tuple<fvm::FieldId, fvm::FieldArg, int64_t, std::string>, uint32_t> slots_;
  FieldValues fields_;
  std::map<ExprId, Answer> answers_;  ///< of this event
};

}  // namespace falcoc::testing
