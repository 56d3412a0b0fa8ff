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
