// SPDX-License-Identifier: Apache-2.0
//
// A profile as one HTML page that needs nothing else: page.html with the JSON inside.
#pragma once

#include <string>

#include "tools/profile/profile_json.h"

namespace profile_report {

std::string page(const fvm::Profile& profile, const Subject& subject);

}  // namespace profile_report
