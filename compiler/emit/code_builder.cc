// SPDX-License-Identifier: Apache-2.0
//
// Label resolution.
#include "compiler/emit/code_builder.h"

#include "vm/base/check.h"

namespace falcoc {

std::vector<fvm::Instr> CodeBuilder::finish() {
  for (uint32_t pc = 0; pc < code_.size(); ++pc) {
    const auto resolve = [&](fvm::Operand kind, uint32_t& value) {
      if (kind != fvm::Operand::Target) return;
      value = labels_[value];
      FALCO_CHECK(value != kUnbound && value > pc && value < code_.size());
    };
    const fvm::OpInfo& info = fvm::kOps[code_[pc].op];
    resolve(info.a, code_[pc].a);
    resolve(info.b, code_[pc].b);
  }
  return std::move(code_);
}

}  // namespace falcoc
