// SPDX-License-Identifier: Apache-2.0
#include "compiler/driver/rules_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "vm/abi/limits.h"

namespace falcoc {
namespace {

namespace fs = std::filesystem;

bool has_rules_extension(std::string_view path) { return path.ends_with(".yaml") || path.ends_with(".yml"); }

std::string_view kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFIFO: return "a named pipe";
    case S_IFSOCK: return "a socket";
    case S_IFCHR:
    case S_IFBLK: return "a device";
    default: return "not a regular file";
  }
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string_view system_words() { return std::strerror(errno); }

std::vector<std::string> expand_directory(const std::string& path, Diagnostics& diags) {
  std::vector<std::string> files;
  std::error_code error;
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored) && has_rules_extension(entry->path().native())) files.push_back(entry->path().native());
  }
  if (error) diags.emit<diag::CannotRead>({}, std::string_view(path), std::string_view(error.message()));
  std::sort(files.begin(), files.end());
  if (!error && files.empty()) diags.emit<diag::NoRulesFiles>({}, std::string_view("`" + path + "` holds no .yaml or .yml file"));
  return files;
}

std::optional<std::string> read_all(int fd, std::string_view name, size_t max_bytes, Diagnostics& diags) {
  std::string text;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n == 0) return text;
    if (n < 0) {
      if (errno == EINTR) continue;
      diags.emit<diag::CannotRead>({}, name, system_words());
      return std::nullopt;
    }
    text.append(buffer, static_cast<size_t>(n));
    if (text.size() > max_bytes) {
      diags.emit<diag::FileTooLarge>({}, name, max_bytes);
      return std::nullopt;
    }
  }
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, size_t max_bytes, Diagnostics& diags) {
  // Without O_NONBLOCK a FIFO would block before its kind can be asked for.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) {
    diags.emit<diag::CannotRead>({}, std::string_view(path), system_words());
    return std::nullopt;
  }
  if (!S_ISREG(info.st_mode)) {
    diags.emit<diag::NotRegularFile>({}, std::string_view(path), kind_of(info.st_mode));
    return std::nullopt;
  }
  return read_all(file.get(), path, max_bytes, diags);
}

std::vector<uint32_t> read_rules_files(const std::vector<std::string>& paths, SourceManager& sources, Diagnostics& diags) {
  std::vector<uint32_t> ids;
  for (const std::string& path : paths) {
    if (path == "-") {
      if (auto text = read_all(STDIN_FILENO, kStandardInputName, fvm::limits::kSourceBytes, diags))
        ids.push_back(sources.add(std::string(kStandardInputName), std::move(*text)));
      continue;
    }
    std::error_code error;
    const bool is_directory = fs::is_directory(path, error);
    // As the reference does, which says nothing.
    if (!is_directory && !has_rules_extension(path) && fs::is_regular_file(path, error)) {
      diags.emit<diag::IgnoredExtension>({}, std::string_view(path));
      continue;
    }
    const std::vector<std::string> files = is_directory ? expand_directory(path, diags) : std::vector<std::string>{path};
    for (const std::string& file : files) {
      if (std::optional<std::string> text = read_file(file, fvm::limits::kSourceBytes, diags)) ids.push_back(sources.add(file, std::move(*text)));
    }
  }
  if (ids.empty() && !paths.empty() && !diags.has_errors())
    diags.emit<diag::NoRulesFiles>({}, std::string_view("all were ignored"));
  return ids;
}

bool write_file(const std::string& path, const std::vector<uint8_t>& bytes, Diagnostics& diags) {
  const auto fail = [&](std::string_view why) {
    diags.emit<diag::CannotWrite>({}, std::string_view(path), why);
    return false;
  };
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return fail("it is a directory");
  // Renaming over a device or pipe would replace it (as root even /dev/null); over a link, the link instead of the file.
  struct stat info {};
  if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) return fail(fmt::format("it is {}", kind_of(info.st_mode)));
  std::string target = path;
  if (fs::is_symlink(path, ignored)) {
    const fs::path resolved = fs::weakly_canonical(path, ignored);
    if (!ignored) target = resolved.native();
  }
  std::string temporary = target + ".XXXXXX";
  const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.get() < 0) return fail(system_words());
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = write(file.get(), bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<size_t>(n);
  }
  const mode_t mask = umask(0);
  umask(mask);
  const bool ok = done == bytes.size() && fchmod(file.get(), 0666 & ~mask) == 0 && rename(temporary.c_str(), target.c_str()) == 0;
  if (ok) return true;
  const std::string why(system_words());
  unlink(temporary.c_str());
  return fail(why);
}

}  // namespace falcoc
