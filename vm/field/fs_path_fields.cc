// SPDX-License-Identifier: Apache-2.0
//
// fs.path.* and evt.abspath: the paths a call on the file system worked on. Which parameters of which event they are stands in
// one table; what relative paths are relative to differs between the two families as the reference documents it.
#include "vm/event/text_param.h"
#include "vm/field/getters.h"

namespace fvm {
namespace {

constexpr std::string_view kUnknown = "<UNKNOWN>";
constexpr int8_t kNone = -1;

/// What a relative path of fs.path.* is relative to.
enum class Base : uint8_t {
  Cwd,
  EventFd,      ///< the call's descriptor record, which has the full name: openat, openat2
  DirectoryFd,  ///< the event's record when it is a directory, else unknown
  Dirfd,        ///< the directory descriptor in the parameter before the path
  Unknown,
};

/// Parameters of one event; fs.path.name is the name of the descriptor where `name_is_fd`.
struct Paths {
  int8_t name = kNone, source = kNone, target = kNone;
  Base base = Base::Cwd;
  Base target_base = Base::Cwd;
  bool name_is_fd = false;
};

Paths paths_of(EventCode code) {
  switch (code) {
    case EventCode::SYSCALL_OPEN_X:
    case EventCode::SYSCALL_MKDIR_2_X:
    case EventCode::SYSCALL_RMDIR_2_X:
    case EventCode::SYSCALL_UNLINK_2_X:
    case EventCode::SYSCALL_CHMOD_X:
    case EventCode::SYSCALL_CHOWN_X:
    case EventCode::SYSCALL_LCHOWN_X:
    case EventCode::SYSCALL_QUOTACTL_X:
    case EventCode::SYSCALL_UMOUNT_X:
    case EventCode::SYSCALL_UMOUNT_1_X:
    case EventCode::SYSCALL_UMOUNT2_X: return {.name = 1};
    case EventCode::SYSCALL_OPENAT_2_X:
    case EventCode::SYSCALL_OPENAT2_X: return {.name = 2, .base = Base::EventFd};
    case EventCode::SYSCALL_MKDIRAT_X:
    case EventCode::SYSCALL_UNLINKAT_2_X:
    case EventCode::SYSCALL_FCHMODAT_X:
    case EventCode::SYSCALL_FCHOWNAT_X: return {.name = 2, .base = Base::DirectoryFd};
    case EventCode::SYSCALL_FCHMOD_X:
    case EventCode::SYSCALL_FCHOWN_X: return {.name_is_fd = true};
    case EventCode::SYSCALL_RENAME_X:
    case EventCode::SYSCALL_MOUNT_X: return {.source = 1, .target = 2};
    case EventCode::SYSCALL_RENAMEAT_X: return {.source = 2, .target = 4};
    case EventCode::SYSCALL_RENAMEAT2_X:
      return {.source = 2, .target = 4, .base = Base::Dirfd, .target_base = Base::Dirfd};
    // The new path of a link is its source, the old one its target.
    case EventCode::SYSCALL_LINK_2_X: return {.source = 2, .target = 1};
    case EventCode::SYSCALL_LINKAT_2_X: return {.source = 4, .target = 2};
    case EventCode::SYSCALL_SYMLINK_X: return {.source = 2, .target = 1};
    case EventCode::SYSCALL_SYMLINKAT_X:
      return {.source = 3, .target = 1, .base = Base::DirectoryFd, .target_base = Base::Unknown};
    default: return {};
  }
}

/// Parameter 0 tells success: 0 for most calls; an open counts as successful unless it gave -1.
bool succeeded(const EventView& event) {
  switch (event.code) {
    case EventCode::SYSCALL_OPEN_X:
    case EventCode::SYSCALL_OPENAT_2_X:
    case EventCode::SYSCALL_OPENAT2_X: return event.integer(0, -1) != -1;
    default: return event.integer(0) == 0;
  }
}

ValueList raw_path(const EvalContext& context, Arena& arena, int8_t param) {
  if (param == kNone || !succeeded(*context.event)) return missing();
  return text(arena, text_param(*context.event, static_cast<size_t>(param)));
}

ValueList absolute_path(const EvalContext& context, Arena& arena, int8_t param, Base base) {
  if (param == kNone || !succeeded(*context.event)) return missing();
  const std::string_view path = text_param(*context.event, static_cast<size_t>(param));
  if (!path.empty() && path.front() == '/') return text(arena, join_path("", path, arena));
  switch (base) {
    case Base::Cwd:
      return text(arena, join_path(context.state->cwd_of(*context.thread), path, arena));
    case Base::EventFd:
      return text(arena, join_path("", context.fd ? std::string_view(context.fd->name) : kUnknown, arena));
    case Base::DirectoryFd: {
      if (!context.fd || context.fd->type != FdType::Directory) return text(arena, join_path(kUnknown, path, arena));
      TextBuilder directory(arena);
      directory.add(context.fd->name);
      if (!directory.view().ends_with('/')) directory.add('/');
      return text(arena, join_path(directory.view(), path, arena));
    }
    case Base::Dirfd: {
      const int64_t dirfd = context.event->integer(static_cast<size_t>(param) - 1, kAtFdcwd);
      return text(arena, join_path(dirfd_base(context, dirfd, kUnknown, arena), path, arena));
    }
    case Base::Unknown:
      return text(arena, join_path(kUnknown, path, arena));
  }
  return missing();
}

ValueList fd_path(const EvalContext& context, Arena& arena) {
  if (!succeeded(*context.event) || !context.fd) return missing();
  return text(arena, context.fd->name);
}

/// Parameters of the paths evt.abspath speaks of; the directory descriptor is the one before.
struct AbsolutePaths {
  int8_t source = kNone, destination = kNone;
};
AbsolutePaths absolute_paths_of(EventCode code) {
  switch (code) {
    case EventCode::SYSCALL_OPENAT_2_X:
    case EventCode::SYSCALL_OPENAT2_X:
    case EventCode::SYSCALL_UNLINKAT_2_X:
    case EventCode::SYSCALL_MKDIRAT_X:
    case EventCode::SYSCALL_FCHMODAT_X:
    case EventCode::SYSCALL_FCHOWNAT_X: return {2, 2};
    case EventCode::SYSCALL_SYMLINKAT_X: return {3, 3};
    case EventCode::SYSCALL_RENAMEAT_X:
    case EventCode::SYSCALL_RENAMEAT2_X:
    case EventCode::SYSCALL_LINKAT_2_X: return {2, 4};
    default: return {};
  }
}

}  // namespace

FALCO_GETTER(FsPathName) {
  const Paths paths = paths_of(context.event->code);
  return paths.name_is_fd ? fd_path(context, arena) : absolute_path(context, arena, paths.name, paths.base);
}
FALCO_GETTER(FsPathNameraw) {
  const Paths paths = paths_of(context.event->code);
  return paths.name_is_fd ? fd_path(context, arena) : raw_path(context, arena, paths.name);
}
FALCO_GETTER(FsPathSource) {
  const Paths paths = paths_of(context.event->code);
  return absolute_path(context, arena, paths.source, paths.base);
}
FALCO_GETTER(FsPathSourceraw) { return raw_path(context, arena, paths_of(context.event->code).source); }
FALCO_GETTER(FsPathTarget) {
  const Paths paths = paths_of(context.event->code);
  return absolute_path(context, arena, paths.target, paths.target_base);
}
FALCO_GETTER(FsPathTargetraw) { return raw_path(context, arena, paths_of(context.event->code).target); }

FALCO_GETTER(EvtAbspath) {
  const EventView& event = *context.event;
  if (event.code == EventCode::SYSCALL_OPEN_BY_HANDLE_AT_X) {
    if (event.integer(0) <= 0 || !event.has(3)) return missing();
    return text(arena, join_path("", event.text(3), arena));
  }
  const AbsolutePaths paths = absolute_paths_of(event.code);
  const int8_t param = use.arg == FieldArg::Key && use.key == "dst" ? paths.destination : paths.source;
  if (param == kNone || !event.has(static_cast<size_t>(param))) return missing();
  const std::string_view path = event.text(static_cast<size_t>(param));
  const bool absolute = !path.empty() && path.front() == '/';
  const int64_t dirfd = event.integer(static_cast<size_t>(param) - 1, kAtFdcwd);
  return text(arena, join_path(absolute ? "" : dirfd_base(context, dirfd, "<UNKNOWN>/", arena), path, arena));
}

}  // namespace fvm
