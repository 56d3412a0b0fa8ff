// SPDX-License-Identifier: Apache-2.0
//
// Which rules of a loaded image are active. The compiler leaves disabled rules out of the code; this switches off more
// of them at load time (falco-vm -t, -T, -D, --priority). It can't bring back what the compiler left out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vm/image/verified_image.h"

namespace fvm {

class ActiveRules {
 public:
  explicit ActiveRules(size_t rule_count) : words_((rule_count + 63) / 64), rule_count_(rule_count) {
    for (size_t i = 0; i < rule_count; ++i) set(static_cast<uint32_t>(i), true);
  }
  bool test(uint32_t rule) const { return (words_[rule / 64] >> (rule % 64) & 1) != 0; }
  void set(uint32_t rule, bool on) {
    const uint64_t bit = uint64_t{1} << (rule % 64);
    words_[rule / 64] = on ? words_[rule / 64] | bit : words_[rule / 64] & ~bit;
  }
  size_t size() const { return rule_count_; }
  size_t count() const;

 private:
  std::vector<uint64_t> words_;
  size_t rule_count_;
};

/// Every rule in the image that no criterion excludes. Empty lists exclude nothing.
struct RuleSelection {
  std::vector<std::string> only_tags = {};      ///< -t: rules with one of these tags, no others
  std::vector<std::string> without_tags = {};   ///< -T
  std::vector<std::string> without_names = {};  ///< -D: rules whose name contains the text
  uint8_t lowest_priority = kPriorities - 1;    ///< --priority: rules with a greater number are off
};

/// Rules the image runs for some event; the others were disabled when it was compiled.
ActiveRules installed_rules(const ImageView& image);
/// installed_rules() that the selection leaves on.
ActiveRules select_rules(const ImageView& image, const RuleSelection& selection);

}  // namespace fvm
