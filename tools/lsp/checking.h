// SPDX-License-Identifier: Apache-2.0
//
// What compiler and linter say about the files of a folder, as the protocol's diagnostics. Files that don't compile and
// aren't open are left out, so that a broken neighbour doesn't hide
// what is wrong with the text at hand; only errors are told then.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tools/lsp/json.h"
#include "tools/lsp/workspace.h"

namespace lsp {

/// By URI; an entry for each file in `open`, a JSON array each.
std::map<std::string, Json> check_files(const std::vector<RulesFile>& files, const std::vector<std::string>& open);

}  // namespace lsp
