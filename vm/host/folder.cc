// SPDX-License-Identifier: Apache-2.0
#include "vm/host/folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

namespace fvm::host {

namespace {

/// A descriptor for as long as it is needed.
struct File {
  explicit File(int number) : fd(number) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd >= 0) close(fd);
  }
  /// Up to `capacity` bytes; 0 at the end, less than 0 on an error.
  ssize_t read(char* to, size_t capacity) const {
    ssize_t n;
    do {
      n = ::read(fd, to, capacity);
    } while (n < 0 && errno == EINTR);
    return n;
  }
  int fd;
};

// What a folder holds may be a FIFO that somebody put there; nothing waits for its writer.
constexpr int kFileFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
constexpr int kFolderFlags = O_RDONLY | O_CLOEXEC | O_DIRECTORY;

}  // namespace

std::optional<Folder> Folder::open(const std::string& path) {
  const int fd = ::open(path.c_str(), kFolderFlags);
  return fd < 0 ? std::nullopt : std::optional(Folder(fd));
}

Folder::~Folder() {
  if (fd_ >= 0) close(fd_);
}

std::optional<Folder> Folder::sub(const char* path) const {
  const int fd = openat(fd_, path, kFolderFlags);
  return fd < 0 ? std::nullopt : std::optional(Folder(fd));
}

std::optional<std::string> Folder::read(const char* path, size_t most) const {
  const File file(openat(fd_, path, kFileFlags));
  if (file.fd < 0) return std::nullopt;
  std::string out(most, '\0');
  size_t used = 0;
  while (used < most) {
    const ssize_t n = file.read(out.data() + used, most - used);
    if (n < 0) return std::nullopt;
    if (n == 0) break;
    used += static_cast<size_t>(n);
  }
  out.resize(used);
  return out;
}

bool Folder::each_line(const char* path, const std::function<void(std::string_view)>& f) const {
  const File file(openat(fd_, path, kFileFlags));
  if (file.fd < 0) return false;
  std::array<char, 1u << 16> room;
  size_t used = 0;
  bool in_rest = false;  // of a line whose beginning has been given out
  const auto give = [&](std::string_view line) {
    if (!in_rest) f(line);
  };
  for (;;) {
    const ssize_t n = file.read(room.data() + used, room.size() - used);
    if (n <= 0) break;
    used += static_cast<size_t>(n);
    std::string_view left(room.data(), used);
    for (size_t end; (end = left.find('\n')) != std::string_view::npos; left.remove_prefix(end + 1)) {
      give(left.substr(0, end));
      in_rest = false;
    }
    if (left.size() == room.size()) {
      give(left);
      in_rest = true;
      left = {};
    }
    std::copy(left.begin(), left.end(), room.begin());
    used = left.size();
  }
  if (used > 0) give({room.data(), used});
  return true;
}

std::optional<std::string> Folder::link(const char* path) const {
  std::array<char, PATH_MAX> room;
  const ssize_t n = readlinkat(fd_, path, room.data(), room.size());
  if (n < 0) return std::nullopt;
  return std::string(room.data(), static_cast<size_t>(n));
}

std::optional<struct stat> Folder::status(const char* path) const {
  struct stat info {};
  return fstatat(fd_, path, &info, 0) == 0 ? std::optional(info) : std::nullopt;
}

bool Folder::each_number(const char* path, const std::function<bool(const char* name, int64_t number)>& f) const {
  const int fd = openat(fd_, path, kFolderFlags);
  if (fd < 0) return false;
  DIR* const entries = fdopendir(fd);
  if (entries == nullptr) {
    close(fd);
    return false;
  }
  while (const dirent* entry = readdir(entries)) {
    const std::optional<int64_t> number = number_of<int64_t>(entry->d_name);
    if (number && *number >= 0 && !f(entry->d_name, *number)) break;
  }
  closedir(entries);
  return true;
}

std::string_view next_word(std::string_view& text) {
  constexpr std::string_view kBlanks = " \t";
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(kBlanks)));
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace fvm::host
