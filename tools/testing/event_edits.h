// SPDX-License-Identifier: Apache-2.0
//
// The part of SceneEdits that is about the event of a scene and its descriptor.
#pragma once

#include <string>
#include <vector>

#include "tools/testing/scene_edits.h"

namespace falcoc::testing {

/// Adds the places that a field of class evt comes from.
void add_event_places(std::vector<Place>& out, const FieldRef& field, const Tree& scene);
/// The same of classes fd and fs.path.
void add_descriptor_field_places(std::vector<Place>& out, fvm::FieldId field, const Tree& scene);
/// A descriptor of which fd.type or fd.typechar is `type`, as tests write it.
std::string descriptor_of_type(const std::string& type);

}  // namespace falcoc::testing
