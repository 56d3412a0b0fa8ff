// SPDX-License-Identifier: Apache-2.0
//
// What becomes of a diagnostic when it is reported: hidden, a warning or an error. Options deny or allow warnings by id
// for the whole run; comments in the rules allow them for an item or a file:
//
//   # falcoc: allow(FC4001, unused-list)    in front of everything else and a blank line: for the file
//   - rule: R                               on the lines right above an item, in it, or behind its text: for that item
//
// Comments win over options, so that a run with everything denied respects what an author decided. Errors can't be
// allowed.
#pragma once

#include <set>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/source/source_manager.h"

namespace falcoc {

enum class Verdict : uint8_t { Hidden, Warning, Error };

class DiagPolicy {
 public:
  void warnings_are_errors() { all_denied_ = true; }
  void deny(DiagId id) { denied_.insert(id); }
  void allow(DiagId id) { allowed_.insert(id); }

  /// Reads the comments of a file. Names that are no warnings are reported to `diags`.
  void read_comments(const SourceManager& sources, uint32_t file, Diagnostics& diags);

  Verdict verdict(const Diagnostic& diagnostic) const;

 private:
  struct Allowance {
    DiagId id;
    SourceRange range;
  };
  bool all_denied_ = false;
  std::set<DiagId> denied_, allowed_;
  std::vector<Allowance> allowances_;
};

}  // namespace falcoc
