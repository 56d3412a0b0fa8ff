// SPDX-License-Identifier: Apache-2.0
//
// Ancestor fields in output, where they differ from conditions.
#pragma once

#include "vm/field/field_reader.h"

namespace fvm {

/// All ancestors' texts joined by blanks; proc.apid gives the process's own pid, proc.aenv[n] the n-th parent's environment.
/// `use` is an Ancestor field without index, or proc.aenv.
ValueList ancestor_output(const FieldUse& use, const EvalContext& context, Arena& arena);

}  // namespace fvm
