// SPDX-License-Identifier: Apache-2.0
#include "tools/profile/profile_page.h"

namespace profile_report {
namespace {

constexpr std::string_view kPage =
#include "profile_page.inc"
    ;
constexpr std::string_view kPlace = "@profile@";
static_assert(kPage.find(kPlace) != std::string_view::npos);
static_assert(kPage.find(kPlace) == kPage.rfind(kPlace));

constexpr size_t kPredicateBytes = 500;  ///< a list may have thousands of entries; nobody reads them here

/// JSON that can stand inside a script element, whatever its texts hold: no `<`, so no end tag and no comment.
std::string script_safe(const nlohmann::json& value) {
  const std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string page(const fvm::Profile& profile, const Subject& subject) {
  const size_t place = kPage.find(kPlace);
  std::string out(kPage.substr(0, place));
  out += script_safe(to_json(profile, subject, kPredicateBytes));
  out += kPage.substr(place + kPlace.size());
  return out;
}

}  // namespace profile_report
