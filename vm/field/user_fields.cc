// SPDX-License-Identifier: Apache-2.0
//
// user.* and group.*: ids of the thread, names from the table of the thread's container.
#include "vm/field/getters.h"

namespace fvm {
namespace {

const User* user(const EvalContext& context, uint32_t uid) {
  return context.state->find_user(context.thread->container_id, uid);
}

/// A member of the entry; root is known without one.
ValueList of_user(const EvalContext& context, Arena& arena, uint32_t uid, std::string User::*member,
                  std::string_view for_root) {
  if (const User* entry = user(context, uid)) return text(arena, entry->*member);
  return text(arena, uid == 0 ? for_root : kNotAvailable);
}

}  // namespace

FALCO_GETTER(UserUid) { return uinteger(arena, context.thread->uid); }
FALCO_GETTER(UserName) {
  const Container* subject = context.state->event_container();
  if (subject && !subject->user.empty()) return text(arena, subject->user);
  if (!context.thread) return missing();
  return of_user(context, arena, context.thread->uid, &User::name, "root");
}
FALCO_GETTER(UserHomedir) { return of_user(context, arena, context.thread->uid, &User::home, "/root"); }
FALCO_GETTER(UserShell) { return of_user(context, arena, context.thread->uid, &User::shell, kNotAvailable); }
FALCO_GETTER(UserLoginuid) {
  return integer(arena, context.thread->loginuid == UINT32_MAX ? -1 : int64_t{context.thread->loginuid});
}
FALCO_GETTER(UserLoginname) { return of_user(context, arena, context.thread->loginuid, &User::name, "root"); }

FALCO_GETTER(GroupGid) { return uinteger(arena, context.thread->gid); }
FALCO_GETTER(GroupName) {
  const uint32_t gid = context.thread->gid;
  if (const Group* entry = context.state->find_group(context.thread->container_id, gid)) return text(arena, entry->name);
  return text(arena, gid == 0 ? std::string_view("root") : kNotAvailable);
}

}  // namespace fvm
