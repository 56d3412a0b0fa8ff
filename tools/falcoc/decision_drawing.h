// SPDX-License-Identifier: Apache-2.0
//
// Decision programs of an image as drawings: for Graphviz, or as an SVG that needs nothing else. Knows no rules text.
#pragma once

#include <string>

#include "vm/image/image_view.h"

namespace falcoc::tool {

std::string dot_text(const fvm::ImageView& image);

/// One column of boxes per program, one below the other: an instruction goes on to the next one or runs down a lane on
/// the right to where it jumps; jumps to one place share a lane.
std::string svg_text(const fvm::ImageView& image);

}  // namespace falcoc::tool
