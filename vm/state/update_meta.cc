// SPDX-License-Identifier: Apache-2.0
//
// Events that carry metadata instead of a thread's doings: users, groups, containers.

#include "vm/state/state_core.h"

namespace fvm {

void update_user(StateCore& core, Step& step) {
  const EventView& e = step.event;
  const auto uid = static_cast<uint32_t>(e.uinteger(0, UINT32_MAX));
  if (uid == UINT32_MAX) return;
  core.generations.touch_all_processes();
  if (e.code == EventCode::USER_DELETED_E) return core.users.remove_user(e.text(5), uid);
  User user{uid, static_cast<uint32_t>(e.uinteger(1, UINT32_MAX)), std::string(e.text(2)), std::string(e.text(3)),
            std::string(e.text(4))};
  core.users.set_user(e.text(5), std::move(user));
}

void update_group(StateCore& core, Step& step) {
  const EventView& e = step.event;
  const auto gid = static_cast<uint32_t>(e.uinteger(0, UINT32_MAX));
  if (gid == UINT32_MAX) return;
  core.generations.touch_all_processes();
  if (e.code == EventCode::GROUP_DELETED_E) return core.users.remove_group(e.text(2), gid);
  core.users.set_group(e.text(2), Group{gid, std::string(e.text(1))});
}

namespace {

void add_container(StateCore& core, Bytes json) {
  core.event_container = core.containers.add_json(as_text(json));
  if (!core.event_container) ++core.stats.failed_containers;
  core.generations.touch_all_containers();
}

}  // namespace

void update_container(StateCore& core, Step& step) { add_container(core, step.event.param(0)); }

void update_async(StateCore& core, Step& step) {
  const std::string_view name = step.event.text(1);
  if (name == "container") return add_container(core, step.event.param(2));
  if (name != "container_removed") return;
  if (!core.containers.remove_json(as_text(step.event.param(2)))) ++core.stats.failed_containers;
  core.generations.touch_all_containers();
}

}  // namespace fvm
