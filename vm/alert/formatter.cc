// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/formatter.h"

namespace fvm {

Formatter::Formatter(const Machine& machine) : machine_(machine) {
  for (const TermRec& term : machine.image().terms()) {
    PrintStyle style{static_cast<TypeId>(term.type), Format::DEC, (term.flags & kTermIsList) != 0, false};
    bool clock = false;
    if (static_cast<TermKind>(term.kind) == TermKind::Field) {
      const FieldUse& use = machine.field_uses()[term.slot];
      style = style_of(use);
      clock = is_clock_text(use.id);
    }
    styles_.push_back(style);
    clock_.push_back(clock);
  }
}

void Formatter::pad_or_cut(std::string& out, size_t begin, uint32_t width_bytes) {
  out.resize(begin + width_bytes, ' ');
}

}  // namespace fvm
