// SPDX-License-Identifier: Apache-2.0
//
// Generator: looks for a scene that a rule alerts on, and for each of its predicates a scene that differs in it alone.
// Nothing is claimed that was not played: every case it gives was run.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/testing/run_case.h"

namespace falcoc::testing {

/// Scenes that differ in one text.
struct ElementScenes {
  uint32_t leaf = 0;
  Tree scene;  ///< with `$each` in its place
  std::vector<std::string> elements;
};

struct GeneratedScene {
  uint32_t leaf = 0;   ///< the predicate that decides
  bool holds = false;  ///< whether it does
  Tree scene;
};

struct Generated {
  std::optional<Tree> hit;           ///< nullopt: none was found
  std::vector<GeneratedScene> hits;  ///< more of them, by other ways through the condition
  std::vector<GeneratedScene> misses;
  std::vector<ElementScenes> hit_elements, miss_elements;
  std::vector<uint32_t> without_hit, without_miss;  ///< predicates for which none was found
};

Generated generate(uint32_t rule, Player& player);

/// Paths of rules as the file of tests `file` has to name them; empty when it lies in a folder `tests` of theirs.
std::vector<std::string> rules_seen_from(const std::string& file, const std::vector<std::string>& rules);

/// A file of tests; `rules` are the paths it names, none when it finds them by where it lies.
std::string generated_text(uint32_t rule, Player& player, const std::vector<std::string>& rules);

}  // namespace falcoc::testing
