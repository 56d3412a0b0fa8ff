// SPDX-License-Identifier: Apache-2.0
//
// Tags that rules may have when nobody configured others; `x*` stands for all that start with x.
#pragma once

#include <string_view>

namespace falcoc {

/// The tags of the default rules, both spellings of the one that was published misspelled, and control tags.
inline constexpr std::string_view kUsualTags[] = {
    "filesystem", "software_mgmt", "sofware_mgmt", "process", "database", "host",  "shell",  "container", "cis",
    "users",      "network",       "T1*",          "TA0*",    "cis_*",    "pci_*", "nist_*", "mitre_*"};

}  // namespace falcoc
