// SPDX-License-Identifier: Apache-2.0
//
// ImageTables: the sections of an image while it is being put together. Constants, terms, slots and predicates get
// their image numbers when something first uses them, so only what is used is in the image. Equal texts, runs and
// records are stored once.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/emit/code_builder.h"
#include "compiler/ir/ir.h"
#include "vm/abi/image_format.h"

namespace falcoc {

class TextPool {
 public:
  fvm::TextRef add(std::string_view text);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::unordered_map<std::string, fvm::TextRef> known_;
};

class ImageTables {
 public:
  explicit ImageTables(const ir::Module& module) : module_(module) {}

  ImagePredicate predicate(ir::PredicateId id);
  uint32_t term(ir::TermId id);

  /// Module numbers of the image's predicates, by image number.
  std::vector<ir::PredicateId> predicate_sources;
  size_t operand_uses = 0;
  size_t regexes = 0;

  TextPool strings;
  std::vector<fvm::ConstantRec> constants;
  std::vector<uint32_t> operands;
  std::vector<fvm::FieldRec> fields;
  std::vector<fvm::TermRec> terms;
  std::vector<uint32_t> term_args;
  std::vector<fvm::PredicateRec> predicates;
  std::vector<fvm::Instr> code;
  std::vector<fvm::ProgramRec> programs;
  std::vector<uint32_t> dispatch;
  TextPool rule_text;
  std::vector<fvm::RuleRec> rules;
  std::vector<fvm::TextRef> tags;
  std::vector<fvm::OutputPartRec> output_parts;
  std::vector<fvm::OutputFieldRec> output_fields;
  std::vector<uint64_t> interest;
  TextPool map_text;
  std::vector<fvm::MapRec> source_map;

 private:
  uint32_t constant(ir::ConstId id);
  uint32_t slot(const FieldRef& field);
  fvm::RunRef operand_run(const std::vector<ir::ConstId>& ids);
  uint8_t domains(ir::TermId id) const;

  const ir::Module& module_;
  std::unordered_map<ir::ConstId, uint32_t> constant_numbers_;
  std::unordered_map<ir::TermId, uint32_t> term_numbers_;
  std::unordered_map<ir::PredicateId, ImagePredicate> predicate_numbers_;
  Interner slots_;
  std::unordered_map<std::string, fvm::RunRef> operand_runs_;
};

}  // namespace falcoc
