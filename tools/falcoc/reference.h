// SPDX-License-Identifier: Apache-2.0
//
// The reference pages as Markdown. Every row and column comes from the tables; only what stands above them is written
// here.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace falcoc::tool {

struct ReferencePage {
  std::string_view file;  ///< its name in the folder of pages
  std::string (*text)();
};
std::span<const ReferencePage> reference_pages();

std::string diagnostics_page();
/// Lints by group, with examples.
std::string lints_page();

}  // namespace falcoc::tool
