// SPDX-License-Identifier: Apache-2.0
//
// CgroupSet: a thread's cgroup list with the container id it implies. Equal lists are usually shared: most threads of a
// machine are in few cgroups, and matching paths is not free.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "vm/state/memory_budget.h"
#include "vm/state/thread.h"

namespace fvm {

struct CgroupSet {
  Cgroups list;
  std::string container_id;         ///< "" = host
  std::string_view container_type;  ///< see ContainerMatch
  MemoryCharge charge;
};

class CgroupSets {
 public:
  explicit CgroupSets(MemoryBudget& budget) : budget_(budget) {}

  /// The set for a list as on the wire (`subsystem=path`, NUL-separated). Null when an item has no `=`: the update is
  /// void.
  std::shared_ptr<const CgroupSet> get(std::string_view wire);
  const std::shared_ptr<const CgroupSet>& empty() const { return empty_; }

 private:
  static constexpr size_t kCached = 1024;
  std::shared_ptr<const CgroupSet> parse(std::string_view wire);

  MemoryBudget& budget_;
  std::unordered_map<std::string, std::shared_ptr<const CgroupSet>> cache_;
  std::shared_ptr<const CgroupSet> empty_ = std::make_shared<CgroupSet>();
};

}  // namespace fvm
