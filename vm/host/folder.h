// SPDX-License-Identifier: Apache-2.0
//
// Folder: an open directory and the files below it. A folder of /proc stays the one of the process it was opened for:
// when that ends, reading fails, and never shows the process that got its number afterwards. Everything read is
// bounded. Knows nothing of what files mean.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <charconv>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace fvm::host {

class Folder {
 public:
  static std::optional<Folder> open(const std::string& path);
  Folder(Folder&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Folder& operator=(Folder&&) = delete;
  ~Folder();

  /// Paths are relative to the folder, NUL-terminated.
  std::optional<Folder> sub(const char* path) const;
  /// The first `most` bytes; nothing when it can't be opened or read.
  std::optional<std::string> read(const char* path, size_t most) const;
  /// Calls f(line) without the line's end; of lines that are too long the beginning. False: it can't be opened.
  bool each_line(const char* path, const std::function<void(std::string_view)>& f) const;
  /// Where a symbolic link leads.
  std::optional<std::string> link(const char* path) const;
  /// Of what a link leads to.
  std::optional<struct stat> status(const char* path) const;
  /// Calls f(name, number) for the entries whose name is a number, until it returns false. False: it can't be read.
  bool each_number(const char* path, const std::function<bool(const char* name, int64_t number)>& f) const;

 private:
  explicit Folder(int fd) : fd_(fd) {}

  int fd_;
};

/// A number that takes all of `text`.
template <typename T>
std::optional<T> number_of(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Takes the next word off `text`; blanks and tabs separate. Empty: there is none.
std::string_view next_word(std::string_view& text);

}  // namespace fvm::host
