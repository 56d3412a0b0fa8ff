// SPDX-License-Identifier: Apache-2.0
//
// The table of known containers; reading of their JSON is container_json.cc.

#include "vm/state/containers.h"

#include "vm/abi/limits.h"
#include "vm/state/container_json.h"

namespace fvm {

Containers::Containers(MemoryBudget& budget) : budget_(budget) {
  host_.id = host_.full_id = host_.name = host_.type = "host";
}

const Container* Containers::find(std::string_view id) const {
  if (id.empty()) return &host_;
  const auto it = by_id_.find(id);
  return it == by_id_.end() ? nullptr : &it->second.container;
}

const Container* Containers::add_json(std::string_view json) {
  std::unique_ptr<Container> read = read_container_json(json);
  if (!read) return nullptr;
  if (read->id.empty() || read->id == "host") return &host_;
  // Text takes about as much room as in the JSON; list items have a fixed part on top.
  const size_t bytes = sizeof(Held) + json.size() + read->mounts.size() * sizeof(ContainerMount) +
                       (read->labels.size() + read->pod_sandbox_labels.size()) * 2 * sizeof(std::string);
  const auto known = by_id_.find(read->id);
  if (known == by_id_.end() && by_id_.size() >= limits::kContainers) return nullptr;
  if (!budget_.fits(bytes)) return nullptr;
  std::string id = read->id;
  Held& held = by_id_[std::move(id)];
  held = Held{std::move(*read), MemoryCharge(&budget_, bytes)};
  return &held.container;
}

void Containers::add_bare(std::string_view id, std::string_view type) {
  const size_t bytes = sizeof(Held) + id.size();
  if (by_id_.contains(id) || by_id_.size() >= limits::kContainers || !budget_.fits(bytes)) return;
  Held& held = by_id_[std::string(id)];
  held.container.id = id;
  held.container.type = type;
  held.charge = MemoryCharge(&budget_, bytes);
}

bool Containers::remove_json(std::string_view json) {
  const std::unique_ptr<Container> read = read_container_json(json);
  if (!read) return false;
  by_id_.erase(read->id);
  return true;
}

bool Containers::any_has_ip(std::string_view dotted) const {
  if (dotted == kNoIp) return false;
  for (const auto& [id, held] : by_id_)
    if (held.container.ip == dotted) return true;
  return false;
}

void Containers::clear() { by_id_.clear(); }

}  // namespace fvm
