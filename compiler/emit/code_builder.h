// SPDX-License-Identifier: Apache-2.0
//
// CodeBuilder: one decision program. One method per row of opcodes.def, typed by its operand kinds, so mixing up a rule
// and a predicate does not compile. Labels are bound after the jumps to them: jumps go forward by construction.
#pragma once

#include <cstdint>
#include <vector>

#include "vm/abi/image_format.h"

namespace falcoc {

/// Numbers as the image has them.
enum class ImagePredicate : uint32_t {};
enum class ImageRule : uint32_t {};
enum class Label : uint32_t {};

class CodeBuilder {
 public:
  Label new_label() {
    labels_.push_back(kUnbound);
    return Label{static_cast<uint32_t>(labels_.size() - 1)};
  }
  /// The label means the next instruction.
  void bind(Label label) { labels_[static_cast<uint32_t>(label)] = static_cast<uint32_t>(code_.size()); }

  size_t size() const { return code_.size(); }
  /// Resolves the labels; every label that was jumped to is bound and lies ahead of its jumps.
  std::vector<fvm::Instr> finish();

  // void Test(ImagePredicate, Label); void Match(ImageRule, NoOperand = {}); ...
 private:
  struct NoOperand {};
  using None = NoOperand;
  using Predicate = ImagePredicate;
  using Rule = ImageRule;
  using Target = Label;
  static uint32_t raw(NoOperand) { return 0; }
  template <typename Id>
  static uint32_t raw(Id id) {
    return static_cast<uint32_t>(id);
  }

 public:
#define FALCO_OP(code, Sym, mnemonic, A, B, flow, doc) \
  void Sym(A a, B b) { code_.push_back({static_cast<uint32_t>(fvm::Opcode::Sym), raw(a), raw(b)}); }
#include "vm/abi/opcodes.def"
#undef FALCO_OP

 private:
  static constexpr uint32_t kUnbound = UINT32_MAX;
  std::vector<fvm::Instr> code_;  ///< targets are label numbers until finish()
  std::vector<uint32_t> labels_;
};

}  // namespace falcoc
