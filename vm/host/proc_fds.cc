// SPDX-License-Identifier: Apache-2.0
#include "vm/host/proc_fds.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "vm/abi/limits.h"

namespace fvm::host {

namespace {

// Kinds of inodes without a name, after `anon_inode:`.
constexpr std::pair<std::string_view, FdType> kAnonymous[] = {
    {"[eventfd]", FdType::Event},
    {"[eventpoll]", FdType::EventPoll},
    {"inotify", FdType::Inotify},
    {"[signalfd]", FdType::SignalFd},
    {"[timerfd]", FdType::TimerFd},
    {"[io_uring]", FdType::IoUring},
    {"[userfaultfd]", FdType::UserFaultFd},
    {"[pidfd]", FdType::PidFd},
    {"bpf-map", FdType::Bpf},
    {"bpf-prog", FdType::Bpf},
    {"bpf-link", FdType::Bpf},
    {"bpf_iter", FdType::Bpf},
};

FdType anonymous_type(std::string_view kind) {
  for (const auto& [name, type] : kAnonymous)
    if (kind == name) return type;
  return FdType::Unsupported;
}

/// Flags of open(2) as the format numbers them (file_flags of enums.def).
uint32_t open_flags(uint64_t flags) {
  // The kernel's number; the C library's O_LARGEFILE is 0 where every file may be large.
#if defined(__aarch64__)
  constexpr uint64_t kLargeFile = 0400000;
#else
  constexpr uint64_t kLargeFile = 0100000;
#endif
  constexpr std::pair<uint64_t, uint32_t> kFlags[] = {
      {O_CREAT, 4},   {O_APPEND, 8},   {O_DSYNC, 16},       {O_EXCL, 32},       {O_NONBLOCK, 64},  {O_SYNC, 128},
      {O_TRUNC, 256}, {O_DIRECT, 512}, {O_DIRECTORY, 1024}, {kLargeFile, 2048}, {O_CLOEXEC, 4096}, {O_TMPFILE, 8192}};
  constexpr uint32_t kReads = 1, kWrites = 2;
  uint32_t out = 0;
  for (const auto& [theirs, ours] : kFlags)
    if ((flags & theirs) == theirs) out |= ours;
  switch (flags & O_ACCMODE) {
    case O_RDONLY:
      return out | kReads;
    case O_WRONLY:
      return out | kWrites;
    default:
      return out | kReads | kWrites;
  }
}

/// `16:` of "pipe:[16]", given "pipe:[".
std::optional<uint64_t> inode_of(std::string_view name, std::string_view begin) {
  if (!name.starts_with(begin) || !name.ends_with(']')) return std::nullopt;
  return number_of<uint64_t>(name.substr(begin.size(), name.size() - begin.size() - 1));
}

/// Device numbers as the kernel packs them into 32 bits.
uint32_t packed_device(uint32_t major, uint32_t minor) {
  return (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
}

}  // namespace

void ProcFds::read(const Folder& process, SocketTables* sockets, size_t most,
                   const std::function<void(std::vector<FdRecord>)>& give) {
  std::vector<FdRecord> list;
  size_t count = 0;
  const bool readable = process.each_number("fd", [&](const char* name, int64_t number) {
    if (count == most) {
      ++counts_.over_limit;
      return false;
    }
    FdRecord fd;
    fd.fd = number;
    if (!read_one(process, name, sockets, fd)) return true;
    ++count;
    list.push_back(std::move(fd));
    if (list.size() == limits::kListChunk) give(std::exchange(list, {}));
    return true;
  });
  if (!readable) ++counts_.unreadable;
  if (!list.empty()) give(std::move(list));
  counts_.fds += count;
}

bool ProcFds::read_one(const Folder& process, const char* name, SocketTables* sockets, FdRecord& fd) {
  const std::string path = "fd/" + std::string(name);
  std::optional<std::string> link = process.link(path.c_str());
  if (!link) return ++counts_.unreadable, false;
  fd.name = link->substr(0, limits::kPathBytes);
  if (link->starts_with("socket:")) {
    const auto inode = inode_of(*link, "socket:[");
    fd.name.clear();
    if (!inode) {
      fd.type = FdType::Unsupported;
      return true;
    }
    if (sockets == nullptr) return false;
    sockets->add_namespace_of(process);
    if (!sockets->find(*inode, fd)) return ++counts_.unknown_sockets, false;
    return true;
  }
  if (const auto inode = inode_of(*link, "pipe:[")) {
    fd.type = FdType::Fifo;
    fd.ino = *inode;
    return true;
  }
  constexpr std::string_view kAnonymousBegin = "anon_inode:";
  if (link->starts_with(kAnonymousBegin)) {
    fd.type = anonymous_type(std::string_view(*link).substr(kAnonymousBegin.size()));
    fd.name.clear();
    return true;
  }
  const auto info = process.status(path.c_str());
  if (!info) return ++counts_.unreadable, false;
  fd.ino = info->st_ino;
  switch (info->st_mode & S_IFMT) {
    case S_IFIFO:
      fd.type = FdType::Fifo;
      return true;
    case S_IFDIR:
      fd.type = FdType::Directory;
      return true;
    case S_IFREG:
    case S_IFBLK:
    case S_IFCHR:
    case S_IFLNK:
      fd.type = link->starts_with("/memfd:") ? FdType::MemFd : FdType::FileV2;
      read_file_info(process, name, fd);
      return true;
    default:
      fd.type = FdType::Unsupported;
      fd.name.clear();
      return true;
  }
}

void ProcFds::read_file_info(const Folder& process, const char* name, FdRecord& fd) {
  constexpr size_t kBeginning = 512;
  const std::string text = process.read(("fdinfo/" + std::string(name)).c_str(), kBeginning).value_or("");
  for (std::string_view left = text; !left.empty();) {
    std::string_view line = left.substr(0, left.find('\n'));
    left.remove_prefix(std::min(left.size(), line.size() + 1));
    const std::string_view key = next_word(line);
    if (key == "flags:") fd.open_flags = open_flags(number_of<uint64_t>(next_word(line), 8).value_or(0));
    if (key == "mnt_id:") fd.mount_id = number_of<uint32_t>(next_word(line)).value_or(0);
  }
  if (fd.mount_id != 0) fd.dev = device_of(process, fd.mount_id);
}

/// Mounts have numbers of their own throughout the machine.
uint32_t ProcFds::device_of(const Folder& process, uint32_t mount_id) {
  if (const auto known = device_of_mount_.find(mount_id); known != device_of_mount_.end()) return known->second;
  if (device_of_mount_.size() >= limits::kScannedMounts) device_of_mount_.clear();
  process.each_line("mountinfo", [&](std::string_view line) {
    const auto id = number_of<uint32_t>(next_word(line));
    next_word(line);
    const std::string_view device = next_word(line);
    const size_t colon = device.find(':');
    if (!id || colon == std::string_view::npos || device_of_mount_.size() >= limits::kScannedMounts) return;
    const auto major = number_of<uint32_t>(device.substr(0, colon)),
               minor = number_of<uint32_t>(device.substr(colon + 1));
    if (major && minor) device_of_mount_[*id] = packed_device(*major, *minor);
  });
  // A mount that the process does not see, such as that of memfds, is not looked for again.
  return device_of_mount_.try_emplace(mount_id, 0).first->second;
}

}  // namespace fvm::host
