// SPDX-License-Identifier: Apache-2.0
//
// Jump threading by construction: each node is generated with the labels its truth and falsehood lead to and the one
// that follows in the code, so no instruction computes a Boolean and no jump leads to a jump.
#include "compiler/emit/codegen.h"

namespace falcoc {
namespace {

using ir::NodeId;
using ir::NodeKind;

class Generator {
 public:
  Generator(const ir::Module& module, const NumberPredicate& number, size_t max)
      : module_(module), number_(number), max_(max) {}

  std::optional<std::vector<fvm::Instr>> program(const EventProgram& program) {
    for (const ir::Rule& rule : program.rules) {
      const Label match = code_.new_label();
      const Label next = code_.new_label();
      node(rule.condition, match, next, match);
      if (code_.size() > max_) return std::nullopt;
      code_.bind(match);
      code_.Match(ImageRule{rule.index}, {});
      code_.bind(next);
    }
    code_.End({}, {});
    return code_.finish();
  }

 private:
  /// `next` is whichever of the two labels is bound right behind this node's code. Depth: limits::kConditionDepth.
  void node(NodeId id, Label if_true, Label if_false, Label next) {
    if (code_.size() > max_) return;
    const ir::Node& n = module_[id];
    switch (n.kind) {
      case NodeKind::True:
        if (next != if_true) code_.Goto({}, if_true);
        return;
      case NodeKind::False:
        if (next != if_false) code_.Goto({}, if_false);
        return;
      case NodeKind::Check: {
        const ImagePredicate p = number_(module_.predicate_of(n));
        if (next == if_true) {
          code_.Test(p, if_false);
        } else {
          code_.TestNot(p, if_true);
        }
        return;
      }
      case NodeKind::Not:
        return node(module_.children(n)[0], if_false, if_true, next);
      case NodeKind::And:
      case NodeKind::Or:
        return chain(n, if_true, if_false, next);
    }
  }

  void chain(const ir::Node& n, Label if_true, Label if_false, Label next) {
    const auto children = module_.children(n);
    for (size_t i = 0; i + 1 < children.size(); ++i) {
      const Label following = code_.new_label();
      if (n.kind == NodeKind::And) {
        node(children[i], following, if_false, following);
      } else {
        node(children[i], if_true, following, following);
      }
      code_.bind(following);
    }
    node(children.back(), if_true, if_false, next);
  }

  const ir::Module& module_;
  const NumberPredicate& number_;
  const size_t max_;
  CodeBuilder code_;
};

}  // namespace

std::optional<std::vector<fvm::Instr>> generate(const EventProgram& program, const ir::Module& module,
                                                const NumberPredicate& number, size_t max_instructions) {
  return Generator(module, number, max_instructions).program(program);
}

}  // namespace falcoc
