// SPDX-License-Identifier: Apache-2.0
//
// Containers: metadata by id, from recorded `container` events. The host is the permanent record under "".
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "vm/state/memory_budget.h"
#include "vm/state/state.h"

namespace fvm {

/// What older recorders write for a container without an address.
inline constexpr std::string_view kNoIp = "0.0.0.0";

class Containers {
 public:
  explicit Containers(MemoryBudget& budget);

  const Container* find(std::string_view id) const;
  /// Takes the record of a metadata event; null when the text isn't one, or there is no room.
  const Container* add_json(std::string_view json);
  /// A container of which id and runtime is all there is to know, unless it is known already.
  void add_bare(std::string_view id, std::string_view type);
  /// Forgets the container that `json` describes; false when the text isn't a record.
  bool remove_json(std::string_view json);
  /// True if some known container has this address.
  bool any_has_ip(std::string_view dotted) const;
  void clear();

 private:
  struct Held {
    Container container;
    MemoryCharge charge;
  };
  MemoryBudget& budget_;
  Container host_;
  std::map<std::string, Held, std::less<>> by_id_;
};

}  // namespace fvm
