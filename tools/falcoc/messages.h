// SPDX-License-Identifier: Apache-2.0
//
// Messages: what the compiler found, printed in the form asked for, and the exit code it means. Text goes to standard
// error, everything for programs to standard output. Decides by DiagPolicy; prints nothing twice.
#pragma once

#include <vector>

#include "compiler/diag/policy.h"
#include "compiler/source/source_manager.h"
#include "tools/falcoc/options.h"

namespace falcoc::tool {

class Messages {
 public:
  Messages(const Options& options, const SourceManager& sources, Diagnostics& diags);

  /// Reads `# falcoc: allow(...)` of the files. Call it once, before anything about their content is printed.
  void read_comments(const std::vector<uint32_t>& files);
  /// Prints what came since the last call; forms that are one document keep it for finish().
  void flush();
  /// The last call: prints what is left.
  void finish();

  /// What the messages so far ask for.
  int exit_code() const;
  size_t errors() const { return errors_; }
  size_t warnings() const { return warnings_; }

 private:
  void print(const Diagnostic& diagnostic);

  const Options& options_;
  const SourceManager& sources_;
  Diagnostics& diags_;
  DiagPolicy policy_;
  std::vector<Diagnostic> kept_;
  size_t printed_ = 0;
  size_t errors_ = 0, warnings_ = 0;
  bool world_failed_ = false;
};

/// What the options say; comments of files are still to be read.
DiagPolicy make_policy(const Options& options);

/// One line on standard error about something that has no place in the rules.
void complain(const std::string& text);

}  // namespace falcoc::tool
