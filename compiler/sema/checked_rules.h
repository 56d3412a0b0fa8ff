// SPDX-License-Identifier: Apache-2.0
//
// CheckedRules: what semantic analysis hands to everybody behind it (lowering, lint, explain, the naive evaluator).
// Everything is resolved: lists and macros expanded, exceptions assembled, fields and operators typed, constants converted,
// event sets computed, output split. Nothing here refers to YAML, ANTLR or source text other than through SourceRange.
//
// Trees are vectors with 4-byte ids; a node's children have smaller ids than the node.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/source/priority.h"
#include "compiler/source/source_range.h"
#include "vm/abi/field_name.h"
#include "vm/abi/tables.h"
#include "vm/ops/value.h"

namespace falcoc {

using EventSet = std::bitset<fvm::kEventCount>;

enum class ExprId : uint32_t { None = UINT32_MAX };    ///< Boolean node
enum class TermId : uint32_t { None = UINT32_MAX };    ///< value node: field, transformer call, literal
enum class ConstId : uint32_t { None = UINT32_MAX };

/// A typed constant. Owns its text; `value` borrows from it (kept stable because Constant lives in a deque-like store).
struct Constant {
  fvm::Kind kind = fvm::Kind::None;
  std::string text;   ///< Text and Bytes payload (bcontains/bstartswith: decoded bytes)
  uint64_t number = 0;  ///< Int (two's complement), Uint, Bool
  double real = 0;
  fvm::IpNet net;     ///< Net; Ip uses net.base
  std::string spelling;  ///< as written, for printing
  SourceRange range;     ///< with its quotes; an item of a list stands in the list

  fvm::Value value() const {
    switch (kind) {
      case fvm::Kind::Text: return fvm::Value::text(text);
      case fvm::Kind::Bytes: return fvm::Value::bytes(fvm::as_bytes(text));
      case fvm::Kind::Int: return fvm::Value::integer(static_cast<int64_t>(number));
      case fvm::Kind::Uint: return fvm::Value::uinteger(number);
      case fvm::Kind::Bool: return fvm::Value::boolean(number != 0);
      case fvm::Kind::Double: return fvm::Value::real(real);
      case fvm::Kind::Ip: return fvm::Value::ip(net.base);
      case fvm::Kind::Net: return fvm::Value::net(net);
      case fvm::Kind::None: break;
    }
    return {};
  }
};

/// A field with its argument resolved; crosses into the image as a fvm::FieldUse.
using FieldRef = fvm::FieldName;

struct Term {
  enum class Kind : uint8_t { Field, Call, String, List } kind = Kind::Field;
  fvm::TypeId type{};         ///< type after the transformer
  bool is_list = false;       ///< yields a list
  FieldRef field;             ///< Kind::Field
  fvm::Transformer call{};    ///< Kind::Call
  std::vector<TermId> args;   ///< Kind::Call arguments, Kind::List elements
  std::string text;           ///< Kind::String; Kind::Call of getopt: the `[c]` selector or empty
  bool has_selector = false;  ///< getopt(...)[c]
  SourceRange range;
};

enum class Modifier : uint8_t { None, OneOf, AnyOf, AllOf };

struct Expr {
  enum class Kind : uint8_t { And, Or, Not, Check, Always, Never } kind = Kind::Check;
  std::vector<ExprId> children;  ///< And, Or: two or more, in order; Not: one
  // Kind::Check
  fvm::CmpOp op{};
  std::string op_spelling;       ///< "==" or "="; otherwise the operator's name
  Modifier modifier = Modifier::None;
  TermId lhs = TermId::None;
  std::vector<ConstId> constants;  ///< right side constants: one, or the list of in/intersects/pmatch/modifiers; none for exists
  TermId rhs = TermId::None;       ///< right side field or transformer, instead of constants
  SourceRange range;
};

/// Output text split into literals and fields.
struct OutputPart {
  std::string literal;            ///< when term is None
  TermId term = TermId::None;
  uint32_t width = 0;             ///< `%20proc.name`; 0 = natural
  std::string token;              ///< normal form without `%`, e.g. "proc.aname[2]", "toupper(proc.name)"
};

/// One key of JSON `output_fields`.
struct OutputField {
  std::string key;                ///< untransformed field in normal form
  TermId term = TermId::None;     ///< a Kind::Field term
};

struct CheckedRule {
  std::string name;
  std::string source;             ///< "syscall" unless an extra source
  std::string desc;
  std::string output;             ///< as compiled (trimmed, extra output appended)
  Priority priority = Priority::Debug;
  std::vector<std::string> tags;  ///< sorted, unique
  bool enabled = true;            ///< after selection
  bool below_priority = false;    ///< not installed: less severe than the threshold; nothing enables it
  bool capture = false;
  uint32_t capture_duration_ms = 0;
  ExprId condition = ExprId::None;
  std::string condition_normal_form;
  EventSet events;                ///< dispatch set, async code not included
  std::vector<OutputPart> parts;
  std::vector<OutputField> fields;  ///< distinct, in order of first use; the time field is the VM's business
  SourceRange range;              ///< the rule item
  SourceRange condition_range;
};

class CheckedRules {
 public:
  std::vector<Expr> exprs;
  std::vector<Term> terms;
  std::vector<Constant> constants;
  std::vector<CheckedRule> rules;  ///< installation order; includes disabled rules

  const Expr& expr(ExprId id) const { return exprs[static_cast<uint32_t>(id)]; }
  const Term& term(TermId id) const { return terms[static_cast<uint32_t>(id)]; }
  const Constant& constant(ConstId id) const { return constants[static_cast<uint32_t>(id)]; }
};

}  // namespace falcoc
