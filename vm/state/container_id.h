// SPDX-License-Identifier: Apache-2.0
//
// From a thread's cgroups to the id of its container: text matching only, nobody is asked. The layouts of all runtimes:
// the container reference, section 2.
#pragma once

#include <string>
#include <string_view>

#include "vm/state/thread.h"

namespace fvm {

struct ContainerMatch {
  /// As fields show it (first 12 characters where the runtime's id is 64 hex digits); "": no runtime, the host.
  std::string id;
  /// Of a runtime that nobody can ask, so that the cgroup is all there is to know; else without data. Static text.
  std::string_view type;
};

/// The first path of a thread that matches a runtime decides.
ContainerMatch container_of(const Cgroups& cgroups);
ContainerMatch container_of_path(std::string_view path);

}  // namespace fvm
