// SPDX-License-Identifier: Apache-2.0
//
// What a machine is: its description, users and groups, network interfaces. `root` is an open folder that stands for /:
// the host's, seen from a container. Not processes.
#pragma once

#include <optional>
#include <vector>

#include "vm/host/folder.h"
#include "vm/source/event_source.h"

namespace fvm::host {

/// Nothing: the time of the last boot can't be found, without which no time of a process makes sense.
std::optional<MachineInfo> read_machine(const Folder& root);
/// From etc/passwd and etc/group, at most kUsersAndGroups.
void read_users(const Folder& root, StateSink& sink);
/// Of the network namespace that this program is in.
std::vector<InterfaceRecord> read_interfaces();

}  // namespace fvm::host
