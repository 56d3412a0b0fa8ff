// SPDX-License-Identifier: Apache-2.0
//
// What the lists of a capture say, as parameters of events: for threads and users that become known in the middle of
// it. Knows the layout of four events, not how they are written.
#pragma once

#include <string>
#include <vector>

#include "vm/source/event_source.h"

namespace fvm {

/// Of SYSCALL_CLONE_20_X, as the new thread reports it.
std::vector<std::string> clone_params(const ThreadRecord& thread);
/// Of SYSCALL_EXECVE_19_X.
std::vector<std::string> exec_params(const ThreadRecord& thread);
/// Of SYSCALL_CHDIR_X.
std::vector<std::string> chdir_params(const ThreadRecord& thread);
/// Of USER_ADDED_E and GROUP_ADDED_E.
std::vector<std::string> user_params(const UserRecord& user);
std::vector<std::string> group_params(const GroupRecord& group);

}  // namespace fvm
