// SPDX-License-Identifier: Apache-2.0
//
// Text form of a verified image: stable, one fact a line, for people, goldens and bug reports. Driven by the operand
// kinds of opcodes.def. Cold.
#pragma once

#include <string>

#include "vm/image/verified_image.h"

namespace fvm {

struct DisasmOptions {
  bool code = true;    ///< events and programs
  bool tables = true;  ///< predicates, fields
  bool rules = true;   ///< names, priorities, tags, output
};

std::string disassemble(const VerifiedImage& image, const DisasmOptions& options = {});

/// `proc.aname[2]`, `tolower(proc.name)`: a term as a rule author would write it.
std::string term_text(const ImageView& image, uint32_t term);
/// `proc.name in (a, b)`
std::string predicate_text(const ImageView& image, uint32_t predicate);

}  // namespace fvm
