// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/ruleset.h"

#include <fmt/format.h>

#include <utility>

#include "vm/image/verifier.h"

namespace falco_vm {

fvm::Result<fvm::VerifiedImage, LoadError> load_ruleset(const std::string& path) {
  auto sealed = fvm::SealedImage::from_file(path);
  if (!sealed) return fvm::Err{LoadError{fvm::describe(sealed.error(), path), kOutsideWorld}};
  auto verified = fvm::verify(std::move(*sealed));
  if (!verified) return fvm::Err{LoadError{path + ": " + fvm::describe(verified.error()), kBadImage}};
  return std::move(*verified);
}

std::vector<std::string> unmatched(const fvm::ImageView& image, const fvm::RuleSelection& selection) {
  std::vector<std::string> options;
  const size_t all = fvm::installed_rules(image).count();
  const auto left = [&](const fvm::RuleSelection& one) { return fvm::select_rules(image, one).count(); };
  for (const std::string& tag : selection.only_tags)
    if (left({.only_tags = {tag}}) == 0) options.push_back("-t " + tag);
  for (const std::string& tag : selection.without_tags)
    if (left({.without_tags = {tag}}) == all) options.push_back("-T " + tag);
  for (const std::string& text : selection.without_names)
    if (left({.without_names = {text}}) == all) options.push_back("-D " + text);
  return options;
}

std::string reload_ruleset(const Options& o, fvm::Engine& engine, bool& failed) {
  constexpr const char* kStay = "; the rules that run stay";
  failed = true;
  if (o.profile) return "rules are not changed while they are measured" + std::string(kStay);
  auto image = load_ruleset(o.ruleset);
  if (!image) return image.error().message + kStay;
  if (!engine.swap(std::move(*image))) return "the selection disabled all rules of " + o.ruleset + kStay;
  failed = false;
  return fmt::format("{} loaded again, {} active rule{}", o.ruleset, engine.active_rules(),
                     engine.active_rules() == 1 ? "" : "s");
}

}  // namespace falco_vm
