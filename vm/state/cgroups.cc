// SPDX-License-Identifier: Apache-2.0
//
// Parsing of cgroup lists; names are normalised as the state reference, section 3, says.

#include "vm/state/cgroups.h"

#include <utility>

#include "vm/state/container_id.h"
#include "vm/state/text_list.h"

namespace fvm {
namespace {

std::string subsystem_name(std::string_view name) {
  constexpr std::string_view kSuffix = "_cgroup";
  if (name.ends_with(kSuffix)) name.remove_suffix(kSuffix.size());
  if (name == "perf") return "perf_event";
  if (name == "mem") return "memory";
  if (name == "io") return "blkio";
  return std::string(name);
}

}  // namespace

std::shared_ptr<const CgroupSet> CgroupSets::parse(std::string_view wire) {
  auto set = std::make_shared<CgroupSet>();
  bool valid = true;
  size_t bytes = sizeof(CgroupSet);
  for_each_item(wire, [&](std::string_view item) {
    const size_t equals = item.find('=');
    valid = equals != std::string_view::npos;
    if (!valid) return false;
    set->list.emplace_back(subsystem_name(item.substr(0, equals)), item.substr(equals + 1));
    bytes += sizeof(set->list[0]) + item.size();
    return true;
  });
  if (!valid || !budget_.fits(bytes)) return nullptr;
  set->charge = MemoryCharge(&budget_, bytes);
  ContainerMatch match = container_of(set->list);
  set->container_id = std::move(match.id);
  set->container_type = match.type;
  return set;
}

std::shared_ptr<const CgroupSet> CgroupSets::get(std::string_view wire) {
  if (wire.empty()) return empty_;
  if (wire.size() > limits::kStoredTextBytes) return parse(wire);
  std::string key(wire);
  if (const auto known = cache_.find(key); known != cache_.end()) return known->second;
  if (cache_.size() >= kCached) cache_.clear();
  auto set = parse(wire);
  cache_.emplace(std::move(key), set);
  return set;
}

}  // namespace fvm
