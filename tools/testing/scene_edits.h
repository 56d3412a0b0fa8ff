// SPDX-License-Identifier: Apache-2.0
//
// SceneEdits: how to make a predicate come out true or false by changing a scene: which part of it a field comes from,
// and texts worth trying there. Guesses only: who applies an edit plays the scene to see what it did.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "compiler/sema/checked_rules.h"
#include "tools/testing/tree.h"

namespace falcoc::testing {

/// Puts a text where a field comes from.
using Place = std::function<void(Tree& scene, const std::string& text)>;

/// Where the left side of a predicate comes from in scenes like `scene`; empty: nothing is known of it.
std::vector<Place> places_of(const CheckedRules& rules, const Expr& check, const Tree& scene);
/// Texts that may make the predicate come out as `wanted`, likely ones first.
std::vector<std::string> texts_for(const CheckedRules& rules, const Expr& check, bool wanted);

/// The name of the first event of a scene, and its parameters.
std::string_view event_name(const Tree& scene);
Tree& event_params(Tree& scene);
/// A scene of one event with nothing said about it.
Tree scene_of_event(std::string_view event);

}  // namespace falcoc::testing
