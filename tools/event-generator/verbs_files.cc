// SPDX-License-Identifier: Apache-2.0
//
// Verbs about files. Nothing is read from or written into a file that wasn't made for it: opening is what rules see.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "tools/event-generator/verbs.h"

namespace event_generator {
namespace {

constexpr unsigned kNullMajor = 1, kNullMinor = 3;  // /dev/null: a harmless device

int result(int returned) { return returned < 0 ? errno : 0; }

int open_and_close(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd < 0) return errno;
  close(fd);
  return 0;
}

}  // namespace

int read_file(const Operands& operands) { return open_and_close(operands[0], O_RDONLY); }

int write_file(const Operands& operands) { return open_and_close(operands[0], O_WRONLY | O_CREAT | O_APPEND); }

int empty_file(const Operands& operands) { return open_and_close(operands[0], O_WRONLY | O_TRUNC); }

int remove_file(const Operands& operands) { return result(unlink(operands[0].c_str())); }

int make_symlink(const Operands& operands) { return result(symlink(operands[0].c_str(), operands[1].c_str())); }

int change_mode(const Operands& operands) {
  return result(chmod(operands[1].c_str(), static_cast<mode_t>(std::strtoul(operands[0].c_str(), nullptr, 8))));
}

int make_device(const Operands& operands) {
  return result(mknod(operands[0].c_str(), S_IFCHR | 0600, makedev(kNullMajor, kNullMinor)));
}

int mount_here(const Operands& operands) {
  if (mount("event-generator", operands[0].c_str(), "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4k") < 0)
    return errno;
  return result(umount2(operands[0].c_str(), MNT_DETACH));
}

int change_root(const Operands& operands) { return result(chroot(operands[0].c_str())); }

}  // namespace event_generator
