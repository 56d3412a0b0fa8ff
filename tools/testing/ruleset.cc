// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/ruleset.h"

#include "compiler/driver/rules_files.h"
#include "vm/image/verifier.h"

namespace falcoc::testing {

std::unique_ptr<Ruleset> Ruleset::load(const std::vector<std::string>& paths, SourceManager& sources,
                                       Diagnostics& diags) {
  const std::vector<uint32_t> files = read_rules_files(paths, sources, diags);
  if (diags.has_errors()) return nullptr;
  Diagnostics found;
  std::optional<LoadedRules> loaded = load_files(sources, files, {}, found);
  for (const Diagnostic& d : found.all())
    if (d.severity == Severity::Error) diags.add(d);
  return loaded ? make(std::move(*loaded), diags) : nullptr;
}

std::unique_ptr<Ruleset> Ruleset::make(LoadedRules loaded, Diagnostics& diags) {
  std::unique_ptr<Ruleset> out(new Ruleset(std::move(loaded)));
  CheckedRules& rules = out->loaded_.rules;
  for (uint32_t i = 0; i < rules.rules.size(); ++i) {
    out->is_on_.push_back(rules.rules[i].enabled);
    rules.rules[i].enabled = true;
    out->by_name_.emplace(rules.rules[i].name, i);
  }
  EmitOptions options;
  options.strip = true;
  const auto image = emit(rules, options, [](const SourceRange&) { return Place{}; });
  if (!image) {
    diags.emit<diag::CannotEmit>(image.error().range, words(image.error().code));
    return nullptr;
  }
  auto sealed = fvm::SealedImage::from_bytes(image->bytes);
  auto verified = sealed ? fvm::verify(std::move(*sealed))
                         : fvm::Result<fvm::VerifiedImage, fvm::VerifyError>(fvm::Err{fvm::VerifyError{}});
  if (!verified) {
    diags.emit<diag::InternalError>({}, std::string_view("the compiled rules do not verify"));
    return nullptr;
  }
  out->image_.emplace(std::move(*verified));
  // Nothing is remembered from one test to the next: all that would need events in great numbers.
  const fvm::MachineOptions plain{.classes = false, .matchers = false, .memo = false, .processes = false};
  out->machine_ = std::make_unique<fvm::Machine>(*out->image_, plain);
  out->formatter_ = std::make_unique<fvm::Formatter>(*out->machine_);
  return out;
}

std::unique_ptr<Ruleset> Ruleset::alone(const Ruleset& all, uint32_t rule, Diagnostics& diags) {
  LoadedRules one = all.loaded_;
  one.rules.rules = {all.rules().rules[rule]};
  return make(std::move(one), diags);
}

std::optional<uint32_t> Ruleset::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string_view> Ruleset::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, index] : by_name_) out.push_back(name);
  return out;
}

}  // namespace falcoc::testing
