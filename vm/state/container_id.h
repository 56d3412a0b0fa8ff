// SPDX-License-Identifier: Apache-2.0
//
// From a thread's cgroups to the id of its container: text matching only, nobody is asked. The layouts of all runtimes:
// the container reference, section 2.
#pragma once

#include <string>
#include <string_view>

#include "vm/state/thread.h"

namespace fvm {

/// The id as fields show it (first 12 characters where the runtime's id is 64 hex digits); "" when no path matches:
/// host.
std::string container_id_of(const Cgroups& cgroups);
/// The same for one path; "" when it matches no runtime.
std::string container_id_of_path(std::string_view path);

}  // namespace fvm
