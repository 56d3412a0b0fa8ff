// SPDX-License-Identifier: Apache-2.0
//
// The four forms of a `rule` item: definition, append, override and enabled-only; and the `override` key, which lists and macros
// have too.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/yaml/item_reader.h"

namespace falcoc {

struct OverrideEntry {
  std::string key;
  bool append = false;  ///< otherwise replace
  SourceRange range;    ///< the operation word
};

/// The entries of `override`; none when it is absent, null or a scalar. false: error emitted.
bool read_overrides(const ItemReader& item, std::vector<OverrideEntry>& out);

bool read_rule(const LoadContext& context, uint32_t node);

/// Error: nothing to append to. Silent (and true) when the target itself was in error.
bool report_no_target(const LoadContext& context, std::string_view kind, const ScalarText& name);

}  // namespace falcoc
