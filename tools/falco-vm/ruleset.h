// SPDX-License-Identifier: Apache-2.0
//
// The file that --ruleset names: loading it, and putting what it has become in the place of the rules that run.
// Messages are for people; the caller prints them.
#pragma once

#include <string>
#include <vector>

#include "tools/falco-vm/options.h"
#include "vm/base/result.h"
#include "vm/engine.h"
#include "vm/exec/rule_selection.h"

namespace falco_vm {

struct LoadError {
  std::string message;
  ExitCode exit_code = kOk;
};

fvm::Result<fvm::VerifiedImage, LoadError> load_ruleset(const std::string& path);

/// The options of a selection that select nothing, as they were given.
std::vector<std::string> unmatched(const fvm::ImageView& image, const fvm::RuleSelection& selection);

/// Loads the file again. What there is to say, one line without its end; `failed`: nothing has changed, and it says
/// why.
std::string reload_ruleset(const Options& o, fvm::Engine& engine, bool& failed);

}  // namespace falco_vm
