// SPDX-License-Identifier: Apache-2.0
//
// Exceptions of rules: reading their entries, applying append and replace, checking their shapes, and turning them into condition
// text. Only rule_items and expand use it.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/yaml/collection.h"
#include "compiler/yaml/item_reader.h"

namespace falcoc {

/// An entry of `exceptions` as written: which keys it has depends on whether it defines or appends.
struct ExceptionItem {
  ExceptionDecl decl;
  bool has_fields = false;
  bool has_comps = false;
  bool has_values = false;
  bool comps_is_sequence = false;
  SourceRange comps_range;
};

/// Reads the sequence under `exceptions`; null counts as empty. `appending` entries may lack `fields`. false: error emitted.
bool read_exceptions(const ItemReader& item, bool appending, std::vector<ExceptionItem>& out);

/// Checks fields and operators, and fills in default operators. `check_fields` is false for unknown sources.
bool finish_exception(const LoadContext& context, ExceptionItem& item, bool check_fields);

/// Adds entries to a rule that exists: values to known names, whole exceptions under new names.
bool append_exceptions(const LoadContext& context, std::vector<ExceptionItem> items, RuleDecl& rule);

/// `(FIELD COMP (v1, v2))` or `((F1 C1 x1 and F2 C2 x2) or (...))`; empty without values.
MappedText exception_text(const ExceptionDecl& exception);

/// The item in double quotes if it contains a space and does not start with a quote.
MappedText quote_if_spaced(const ScalarText& item);

}  // namespace falcoc
