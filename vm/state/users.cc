// SPDX-License-Identifier: Apache-2.0
//
// Bounded maps; an entry that doesn't fit is not kept, its user then shows as unknown.

#include "vm/state/users.h"

#include "vm/abi/limits.h"

namespace fvm {
namespace {

constexpr size_t kTextBytes = 255;  // as a capture's user list can hold

void cut(std::string& text) {
  if (text.size() > kTextBytes) text.resize(kTextBytes);
}

}  // namespace

const Users::Database* Users::database(std::string_view container_id) const {
  if (container_id.empty()) return &host_;
  const auto it = containers_.find(container_id);
  return it == containers_.end() ? nullptr : &it->second;
}

Users::Database* Users::database_for_writing(std::string_view container_id) {
  if (container_id.empty()) return &host_;
  const auto it = containers_.find(container_id);
  if (it != containers_.end()) return &it->second;
  if (containers_.size() >= limits::kContainers) return nullptr;
  return &containers_.try_emplace(std::string(container_id.substr(0, limits::kPathBytes))).first->second;
}

void Users::set_user(std::string_view container_id, User user) {
  Database* db = database_for_writing(container_id);
  if (!db) return;
  if (!db->users.find(user.uid)) {
    if (entries_ >= limits::kUsersAndGroups) return;
    ++entries_;
  }
  cut(user.name);
  cut(user.home);
  cut(user.shell);
  const uint32_t uid = user.uid;
  db->users.set(uid, std::move(user));
}

void Users::set_group(std::string_view container_id, Group group) {
  Database* db = database_for_writing(container_id);
  if (!db) return;
  if (!db->groups.find(group.gid)) {
    if (entries_ >= limits::kUsersAndGroups) return;
    ++entries_;
  }
  cut(group.name);
  const uint32_t gid = group.gid;
  db->groups.set(gid, std::move(group));
}

void Users::remove_user(std::string_view container_id, uint32_t uid) {
  if (Database* db = const_cast<Database*>(database(container_id))) entries_ -= db->users.erase(uid);
}

void Users::remove_group(std::string_view container_id, uint32_t gid) {
  if (Database* db = const_cast<Database*>(database(container_id))) entries_ -= db->groups.erase(gid);
}

const User* Users::find_user(std::string_view container_id, uint32_t uid) const {
  const Database* db = database(container_id);
  return db ? db->users.find(uid) : nullptr;
}

const Group* Users::find_group(std::string_view container_id, uint32_t gid) const {
  const Database* db = database(container_id);
  return db ? db->groups.find(gid) : nullptr;
}

}  // namespace fvm
