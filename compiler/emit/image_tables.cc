// SPDX-License-Identifier: Apache-2.0
//
// Module entities -> image records.
#include "compiler/emit/image_tables.h"

#include <algorithm>
#include <cstring>

namespace falcoc {
namespace {

template <typename T>
void put(uint8_t* payload, const T& value) {
  std::memcpy(payload, &value, sizeof value);
}

}  // namespace

fvm::TextRef TextPool::add(std::string_view text) {
  if (text.empty()) return {0, 0};
  const auto [it, is_new] = known_.try_emplace(std::string(text));
  if (is_new) {
    it->second = {static_cast<uint32_t>(bytes_.size()), static_cast<uint32_t>(text.size())};
    bytes_ += text;
  }
  return it->second;
}

uint32_t ImageTables::constant(ir::ConstId id) {
  const auto [it, is_new] = constant_numbers_.try_emplace(id, static_cast<uint32_t>(constants.size()));
  if (!is_new) return it->second;
  const Constant& c = module_[id];
  fvm::ConstantRec rec{};
  rec.kind = static_cast<uint8_t>(c.kind);
  switch (c.kind) {
    case fvm::Kind::Text:
    case fvm::Kind::Bytes:
      put(rec.payload, strings.add(c.text));
      break;
    case fvm::Kind::Int:
    case fvm::Kind::Uint:
      put(rec.payload, c.number);
      break;
    case fvm::Kind::Bool:
      put(rec.payload, uint64_t{c.number != 0});
      break;
    case fvm::Kind::Double:
      put(rec.payload, c.real);
      break;
    case fvm::Kind::Net:
      rec.prefix = c.net.prefix;
      [[fallthrough]];
    case fvm::Kind::Ip:
      rec.family = c.net.base.family;
      std::copy_n(c.net.base.bytes.begin(), c.net.base.family == 4 ? 4 : 16, rec.payload);
      break;
    case fvm::Kind::None:
      break;
  }
  constants.push_back(rec);
  return it->second;
}

uint32_t ImageTables::slot(const FieldRef& field) {
  KeyWriter key;
  key.add(field.id).add(field.arg).add(field.index).add_text(field.key).add(field.type);
  const auto [number, is_new] = slots_.intern(key.take());
  if (is_new) {
    fvm::FieldRec rec{};
    rec.field = static_cast<uint16_t>(field.id);
    rec.arg = static_cast<uint8_t>(field.arg);
    rec.type = static_cast<uint8_t>(field.type);
    if (field.arg == fvm::FieldArg::Index) rec.index = field.index;
    if (field.arg == fvm::FieldArg::Key) rec.key = strings.add(field.key);
    fields.push_back(rec);
  }
  return number;
}

uint32_t ImageTables::term(ir::TermId id) {
  const auto known = term_numbers_.find(id);
  if (known != term_numbers_.end()) return known->second;
  const ir::Term& t = module_[id];
  std::vector<uint32_t> args;
  for (ir::TermId arg : t.args) args.push_back(term(arg));
  fvm::TermRec rec{};
  rec.kind = static_cast<uint8_t>(t.kind);
  rec.transformer = static_cast<uint8_t>(t.call);
  rec.type = static_cast<uint8_t>(t.kind == fvm::TermKind::Field ? t.field.type : t.type);
  rec.flags = t.is_list ? fvm::kTermIsList : 0;
  if (t.kind == fvm::TermKind::Field) rec.slot = slot(t.field);
  if (!args.empty()) rec.args = {static_cast<uint32_t>(term_args.size()), static_cast<uint32_t>(args.size())};
  rec.text = strings.add(t.text);
  term_args.insert(term_args.end(), args.begin(), args.end());
  const auto number = static_cast<uint32_t>(terms.size());
  terms.push_back(rec);
  term_numbers_.emplace(id, number);
  return number;
}

fvm::RunRef ImageTables::operand_run(const std::vector<ir::ConstId>& ids) {
  if (ids.empty()) return {0, 0};
  operand_uses += ids.size();
  KeyWriter key;
  key.add_all(ids);
  const auto [it, is_new] = operand_runs_.try_emplace(key.take());
  if (is_new) {
    it->second = {static_cast<uint32_t>(operands.size()), static_cast<uint32_t>(ids.size())};
    for (ir::ConstId id : ids) operands.push_back(constant(id));
  }
  return it->second;
}

uint8_t ImageTables::domains(ir::TermId id) const {
  const ir::Term& t = module_[id];
  if (t.kind == fvm::TermKind::Field)
    return static_cast<uint8_t>(1u << static_cast<unsigned>(fvm::field_info(t.field.id).domain));
  uint8_t all = 0;
  for (ir::TermId arg : t.args) all |= domains(arg);
  return all;
}

ImagePredicate ImageTables::predicate(ir::PredicateId id) {
  const auto [it, is_new] =
      predicate_numbers_.try_emplace(id, ImagePredicate{static_cast<uint32_t>(predicates.size())});
  if (!is_new) return it->second;
  const ir::Predicate& p = module_[id];
  fvm::PredicateRec rec{};
  rec.op = static_cast<uint8_t>(p.op);
  rec.modifier = static_cast<uint8_t>(p.modifier);
  rec.rhs = static_cast<uint8_t>(p.rhs);
  rec.domains = domains(p.lhs);
  rec.lhs = term(p.lhs);
  if (p.rhs == fvm::RhsKind::Constants) rec.operands = operand_run(p.constants);
  if (p.rhs == fvm::RhsKind::Term) {
    rec.operands = {term(p.rhs_term), 0};
    rec.domains |= domains(p.rhs_term);
  }
  if (p.op == fvm::CmpOp::Regex) regexes += p.constants.size();
  predicates.push_back(rec);
  predicate_sources.push_back(id);
  return it->second;
}

}  // namespace falcoc
