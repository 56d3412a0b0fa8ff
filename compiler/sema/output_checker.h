// SPDX-License-Identifier: Apache-2.0
//
// Outputs of rules: tokens resolved to typed terms, the fields of JSON `output_fields`, warnings about deprecated
// names. Shares the term typing of conditions; knows nothing of conditions themselves.
#pragma once

#include "compiler/diag/diagnostics.h"
#include "compiler/sema/checked_rules.h"
#include "compiler/source/mapped_text.h"

namespace falcoc {

struct OutputResult {
  bool ok = false;         ///< else an error was emitted
  bool tolerable = false;  ///< not ok: an unknown field, which skip-if-unknown-filter tolerates
};

/// Fills `parts` and `fields` of the rule; terms go to `out`.
OutputResult check_output_text(const MappedText& output, CheckedRules& out, CheckedRule& rule, Diagnostics& diags);

/// One warning per deprecated field whose name occurs anywhere in the text.
void warn_deprecated_in_output(const MappedText& output, Diagnostics& diags);

/// The reference's list: deprecated, in every event source, and not hidden.
bool is_deprecated_field(const fvm::FieldInfo& info);

}  // namespace falcoc
