// SPDX-License-Identifier: Apache-2.0
//
// Texts made of a process's lists, for the process and the ancestor fields.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vm/base/arena.h"
#include "vm/state/thread.h"

namespace fvm {

/// Value of an environment variable without outer blanks; "" when absent or empty.
std::string_view env_value(const ExecImage& process, std::string_view name);
/// Words joined by one blank.
std::string_view join_words(const std::vector<std::string>& words, Arena& arena);

}  // namespace fvm
