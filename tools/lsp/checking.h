// SPDX-License-Identifier: Apache-2.0
//
// What compiler and linter say about the files of a folder, as the protocol's diagnostics, each with the edits that
// would answer it. Files that don't compile and aren't open are left out, so that a broken neighbour doesn't hide what
// is wrong with the text at hand; only errors are told then.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/driver/partial_load.h"
#include "tools/lsp/json.h"
#include "tools/lsp/workspace.h"

namespace lsp {

/// Edits that an editor offers for a finding.
struct Repair {
  std::string title;
  bool preferred = false;  ///< sure to mean the same or what was meant
  Json changes;            ///< `{URI: [TextEdit…]}`
};

struct Finding {
  Json diagnostic;
  Span range;  ///< the same as in `diagnostic`
  std::vector<Repair> repairs;
};

/// By URI; an entry for each file in `open`. `recollection` makes it quick when little changed since the last call; the
/// result doesn't depend on it.
std::map<std::string, std::vector<Finding>> check_files(const std::vector<RulesFile>& files,
                                                        const std::vector<std::string>& open,
                                                        falcoc::Recollection& recollection);

}  // namespace lsp
