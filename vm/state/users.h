// SPDX-License-Identifier: Apache-2.0
//
// Users: user and group names by (container id, number); "" is the host. Fed by a capture's user list and by events
// only: the database of the machine that reads a capture says nothing about the machine that made it.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "vm/base/flat_table.h"
#include "vm/state/state.h"

namespace fvm {

class Users {
 public:
  void set_user(std::string_view container_id, User user);
  void set_group(std::string_view container_id, Group group);
  void remove_user(std::string_view container_id, uint32_t uid);
  void remove_group(std::string_view container_id, uint32_t gid);
  const User* find_user(std::string_view container_id, uint32_t uid) const;
  const Group* find_group(std::string_view container_id, uint32_t gid) const;

 private:
  struct Database {
    FlatTable<User> users;
    FlatTable<Group> groups;
  };
  const Database* database(std::string_view container_id) const;
  Database* database_for_writing(std::string_view container_id);

  Database host_;
  std::map<std::string, Database, std::less<>> containers_;
  size_t entries_ = 0;
};

}  // namespace fvm
