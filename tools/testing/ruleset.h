// SPDX-License-Identifier: Apache-2.0
//
// Ruleset: rules compiled in memory for tests, with the machine that hosts run. Rules that are switched off run too:
// whether a rule is on is no part of what it means.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/driver/compile.h"
#include "vm/alert/formatter.h"
#include "vm/exec/interpreter.h"
#include "vm/image/verified_image.h"

namespace falcoc::testing {

class Ruleset {
 public:
  /// Null: an error was emitted. Warnings are dropped: compiling rules tells them.
  static std::unique_ptr<Ruleset> load(const std::vector<std::string>& paths, SourceManager& sources,
                                       Diagnostics& diags);
  /// Of rules that have been loaded.
  static std::unique_ptr<Ruleset> make(LoadedRules loaded, Diagnostics& diags);

  /// One rule of others.
  static std::unique_ptr<Ruleset> alone(const Ruleset& all, uint32_t rule, Diagnostics& diags);

  const CheckedRules& rules() const { return loaded_.rules; }
  const Collection& collection() const { return loaded_.collection; }
  /// By name; nullopt: there is none.
  std::optional<uint32_t> find(std::string_view name) const;
  std::vector<std::string_view> names() const;
  /// Whether its file leaves it on.
  bool is_on(uint32_t rule) const { return is_on_[rule]; }

  fvm::Machine& machine() { return *machine_; }
  const fvm::Formatter& formatter() const { return *formatter_; }

 private:
  explicit Ruleset(LoadedRules loaded) : loaded_(std::move(loaded)) {}

  LoadedRules loaded_;
  std::map<std::string, uint32_t, std::less<>> by_name_;
  std::vector<bool> is_on_;
  std::optional<fvm::VerifiedImage> image_;
  std::unique_ptr<fvm::Machine> machine_;
  std::unique_ptr<fvm::Formatter> formatter_;
};

}  // namespace falcoc::testing
