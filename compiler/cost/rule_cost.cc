// SPDX-License-Identifier: Apache-2.0
//
// Two bounds, the smaller of which counts. By path: the dearest way through and, or and not, where each test is paid in
// full. By content: every predicate and every field of the condition once, because the machine remembers both, and a
// step for each test of the longest way.
#include "compiler/cost/rule_cost.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "compiler/cost/costs.h"
#include "compiler/ir/lower.h"

namespace falcoc {
namespace {

using ir::NodeId;
using ir::NodeKind;

/// What it takes at most to find a condition true, and to find it false.
struct Ways {
  Cost if_true = 0;
  Cost if_false = 0;
  Cost most() const { return std::max(if_true, if_false); }
};

class Pricer {
 public:
  explicit Pricer(const ir::Module& module) : module_(module) {}

  EventCost price(NodeId condition) {
    EventCost out;
    const Cost by_path = ways(
                             condition, [&](ir::PredicateId p) { return kStepCost + full(p); }, path_costs_)
                             .most();
    out.tests = ways(
                    condition, [](ir::PredicateId) { return Cost{1}; }, path_lengths_)
                    .most();
    collect(condition);
    Cost by_content = kStepCost * out.tests;
    for (const ir::TermId term : terms_) by_content += own(term);
    for (const ir::PredicateId p : predicates_) {
      by_content += comparing(p);
      if (full(p) > out.dearest.cost) out.dearest = {ir::print_predicate(module_, p), full(p), module_[p].range};
    }
    out.cost = std::min(by_path, by_content);
    return out;
  }

 private:
  using Known = std::unordered_map<NodeId, Ways>;

  /// Depth: limits::kConditionDepth.
  template <typename Price>
  Ways ways(NodeId id, const Price& price, Known& known) {
    if (const auto found = known.find(id); found != known.end()) return found->second;
    const ir::Node& n = module_[id];
    Ways out;
    switch (n.kind) {
      case NodeKind::False:
      case NodeKind::True:
        break;
      case NodeKind::Check:
        out.if_true = out.if_false = price(module_.predicate_of(n));
        break;
      case NodeKind::Not: {
        const Ways child = ways(module_.children(n)[0], price, known);
        out = {child.if_false, child.if_true};
        break;
      }
      case NodeKind::And:
      case NodeKind::Or: {
        // `and` goes on while children are true, `or` while they are false; the other outcome ends it.
        Cost going_on = 0;
        Cost ended = 0;
        for (const NodeId child : module_.children(n)) {
          const Ways w = ways(child, price, known);
          const bool is_and = n.kind == NodeKind::And;
          ended = std::max(ended, going_on + (is_and ? w.if_false : w.if_true));
          going_on += is_and ? w.if_true : w.if_false;
        }
        out = n.kind == NodeKind::And ? Ways{going_on, ended} : Ways{ended, going_on};
        break;
      }
    }
    known.emplace(id, out);
    return out;
  }

  /// The predicates and terms below a node, into predicates_ and terms_.
  void collect(NodeId condition) {
    predicates_.clear();
    terms_.clear();
    std::set<NodeId> seen{condition};
    std::vector<NodeId> todo{condition};
    while (!todo.empty()) {
      const ir::Node& n = module_[todo.back()];
      todo.pop_back();
      if (n.kind == NodeKind::Check) {
        const ir::PredicateId p = module_.predicate_of(n);
        predicates_.insert(p);
        collect(module_[p].lhs);
        if (module_[p].rhs_term != ir::TermId::None) collect(module_[p].rhs_term);
      } else if (n.kind == NodeKind::Not || n.kind == NodeKind::And || n.kind == NodeKind::Or) {
        for (const NodeId child : module_.children(n)) {
          if (seen.insert(child).second) todo.push_back(child);
        }
      }
    }
  }
  void collect(ir::TermId id) {
    if (!terms_.insert(id).second) return;
    for (const ir::TermId argument : module_[id].args) collect(argument);
  }

  /// A term without its arguments.
  Cost own(ir::TermId id) const {
    const ir::Term& t = module_[id];
    if (t.kind == fvm::TermKind::Field) return kFieldCosts[static_cast<size_t>(t.field.id)];
    if (t.kind == fvm::TermKind::Call)
      return kTransformerCosts[static_cast<size_t>(t.call)] * values(t.args.empty() ? id : t.args[0]);
    return 0;
  }
  Cost with_arguments(ir::TermId id) const {
    Cost sum = own(id);
    for (const ir::TermId argument : module_[id].args) sum += with_arguments(argument);
    return sum;
  }
  /// How many values a term is assumed to yield.
  Cost values(ir::TermId id) const {
    const ir::Term& t = module_[id];
    if (t.kind == fvm::TermKind::List) return std::max<Cost>(t.args.size(), 1);
    if (t.kind == fvm::TermKind::Call) return t.args.empty() ? 1 : values(t.args[0]);
    if (t.kind != fvm::TermKind::Field) return 1;
    const fvm::Quant quant = fvm::field_info(t.field.id).quant;
    const bool one_of_them = quant == fvm::Quant::Ancestor && t.field.arg != fvm::FieldArg::None;
    return kAssumedValues[static_cast<size_t>(one_of_them ? fvm::Quant::One : quant)];
  }
  /// The operator on all values, fields and transformers apart.
  Cost comparing(ir::PredicateId id) const {
    const ir::Predicate& p = module_[id];
    const bool is_set = p.modifier == fvm::Modifier::None && (p.op == fvm::CmpOp::In || p.op == fvm::CmpOp::Intersects);
    const Cost constants = std::max<Cost>(p.constants.size(), 1);
    const fvm::Kind kind = p.constants.empty() ? fvm::Kind::Text : module_[p.constants[0]].kind;
    Cost one = kOpCosts[static_cast<size_t>(p.op)];
    Cost times = p.modifier == fvm::Modifier::None ? 1 : constants;
    if (kind == fvm::Kind::Net) {
      one = kNetworkCost;
      if (is_set) times = constants;
    } else if (kind != fvm::Kind::Text && kind != fvm::Kind::Bytes && !is_set) {
      one = kNumberCost;
    }
    const Cost right = p.rhs == fvm::RhsKind::Term ? values(p.rhs_term) : 1;
    return one * times * values(p.lhs) * right;
  }
  /// With all that has to be read for it.
  Cost full(ir::PredicateId id) const {
    const ir::Predicate& p = module_[id];
    return comparing(id) + with_arguments(p.lhs) + (p.rhs_term == ir::TermId::None ? 0 : with_arguments(p.rhs_term));
  }

  const ir::Module& module_;
  Known path_costs_;
  Known path_lengths_;
  std::set<ir::PredicateId> predicates_;
  std::set<ir::TermId> terms_;
};

}  // namespace

std::vector<RuleCost> rule_costs(const CheckedRules& rules) {
  const PassSet passes({});
  ir::Module module(passes.on(Pass::Simplify));
  std::vector<RuleCost> out;
  if (ir::lower_conditions(rules, module)) return out;
  const std::vector<EventProgram> programs = dispatch_events(rules, passes, module);

  std::vector<size_t> place(rules.rules.size());
  for (const ir::Rule& rule : module.rules) {
    place[rule.index] = out.size();
    out.push_back({rule.index, {}});
  }
  Pricer pricer(module);
  std::vector<std::unordered_map<NodeId, size_t>> known(out.size());  ///< conditions of a rule -> RuleCost::events
  for (const EventProgram& program : programs) {
    // Asynchronous events are few, and as their type is known at run time only, they would seem the dearest.
    std::vector<std::string_view> names;
    for (const fvm::EventCode code : program.events) {
      if (code != fvm::EventCode::ASYNCEVENT_E) names.push_back(event_info(code).name);
    }
    if (names.empty()) continue;
    for (const ir::Rule& rule : program.rules) {
      RuleCost& cost = out[place[rule.index]];
      const auto [at, is_new] = known[place[rule.index]].try_emplace(rule.condition, cost.events.size());
      if (is_new) cost.events.push_back(pricer.price(rule.condition));
      std::vector<std::string_view>& of_cost = cost.events[at->second].events;
      for (const std::string_view name : names) {
        if (std::ranges::find(of_cost, name) == of_cost.end()) of_cost.push_back(name);
      }
    }
  }
  for (RuleCost& cost : out)
    std::ranges::stable_sort(cost.events, [](const auto& a, const auto& b) { return a.cost > b.cost; });
  std::ranges::stable_sort(out, [](const RuleCost& a, const RuleCost& b) { return a.worst() > b.worst(); });
  return out;
}

}  // namespace falcoc
