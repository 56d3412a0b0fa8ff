// SPDX-License-Identifier: Apache-2.0
//
// One thread as /proc/<pid> or /proc/<pid>/task/<tid> shows it. Not descriptors.
#pragma once

#include <optional>

#include "vm/host/cgroup_paths.h"
#include "vm/host/folder.h"
#include "vm/source/event_source.h"

namespace fvm::host {

enum class ThreadReading : uint8_t {
  Read,
  Gone,    ///< it has ended, perhaps meanwhile
  Kernel,  ///< a kernel thread, or what is left of a process that has ended
};

/// `thread` is complete if Read. Fields of files that can't be read keep their defaults.
ThreadReading read_thread(const Folder& folder, int64_t tid, CgroupPaths& cgroups, ThreadRecord& thread);

}  // namespace fvm::host
