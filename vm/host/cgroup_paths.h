// SPDX-License-Identifier: Apache-2.0
//
// CgroupPaths: which cgroup a process is in, for each controller, from its `cgroup` file. Version 1 names controllers;
// version 2 has one path for all, of which a controller goes as far down as it is enabled. What folders enable is
// remembered, up to a limit.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vm/host/folder.h"

namespace fvm::host {

class CgroupPaths {
 public:
  /// `root`, which is borrowed, stands for /.
  explicit CgroupPaths(const Folder& root);

  /// `controller=path`, each with a NUL behind it, as events have it. `file`: the text of a `cgroup` file.
  std::string list_of(std::string_view file);

 private:
  std::string deepest(std::string_view controller, std::string_view path);
  const std::string& enabled_below(const std::string& path);

  const Folder& root_;
  std::string mount_;                                     ///< of version 2, relative to root_; empty: there is none
  std::vector<std::string> controllers_;                  ///< of version 2
  std::unordered_map<std::string, std::string> enabled_;  ///< path -> its cgroup.subtree_control
};

}  // namespace fvm::host
