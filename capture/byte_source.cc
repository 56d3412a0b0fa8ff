// SPDX-License-Identifier: Apache-2.0
//
// Files through plain system calls: captures are read once, front to back, in large pieces.
#include "capture/byte_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace fvm {

namespace {

std::string system_text(int number) { return std::strerror(number); }

class FileSource final : public ByteSource {
 public:
  FileSource(int fd, bool owned, uint64_t size, std::string path)
      : fd_(fd), owned_(owned), size_(size), path_(std::move(path)) {}
  ~FileSource() override {
    if (owned_) close(fd_);
  }
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;

  Result<size_t, SourceError> read(uint8_t* to, size_t capacity) override {
    for (;;) {
      const ssize_t n = ::read(fd_, to, capacity);
      if (n >= 0) {
        position_ += static_cast<uint64_t>(n);
        return static_cast<size_t>(n);
      }
      if (errno != EINTR) {
        return Err{SourceError{SourceError::Kind::Io, position_, "cannot read " + path_ + ": " + system_text(errno)}};
      }
    }
  }
  std::unique_ptr<MappedFile> map() override {
    // Standard input may stand anywhere in its file.
    if (!owned_ || size_ == 0) return nullptr;
    auto mapped = MappedFile::open(fd_, size_);
    if (!mapped || lseek(fd_, static_cast<off_t>(size_), SEEK_SET) < 0) return nullptr;
    position_ = size_;
    return mapped;
  }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return size_; }

 private:
  int fd_;
  bool owned_;
  uint64_t size_;
  uint64_t position_ = 0;
  std::string path_;
};

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(Bytes bytes) : bytes_(bytes) {}
  Result<size_t, SourceError> read(uint8_t* to, size_t capacity) override {
    const size_t n = std::min(capacity, bytes_.size() - at_);
    if (n > 0) std::memcpy(to, bytes_.data() + at_, n);
    at_ += n;
    return n;
  }
  uint64_t position() const override { return at_; }
  uint64_t size() const override { return bytes_.size(); }

 private:
  Bytes bytes_;
  size_t at_ = 0;
};

}  // namespace

Result<std::unique_ptr<ByteSource>, SourceError> open_file(const std::string& path) {
  const bool standard_input = path == "-";
  const std::string name = standard_input ? "the standard input" : path;
  const auto refuse = [&](const std::string& why) {
    return Err{SourceError{SourceError::Kind::Open, 0, "cannot open " + name + ": " + why}};
  };
  if (path.find('\0') != std::string::npos) return refuse("the name holds a NUL byte");
  const int fd = standard_input ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return refuse(system_text(errno));

  struct stat info {};
  if (fstat(fd, &info) != 0) {
    const int number = errno;
    if (!standard_input) close(fd);
    return refuse(system_text(number));
  }
  if (S_ISDIR(info.st_mode)) {
    if (!standard_input) close(fd);
    return refuse("it is a directory, not a capture file");
  }
  const uint64_t size = S_ISREG(info.st_mode) && info.st_size > 0 ? static_cast<uint64_t>(info.st_size) : 0;
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(fd, !standard_input, size, name));
}

std::unique_ptr<ByteSource> memory_source(Bytes bytes) { return std::make_unique<MemorySource>(bytes); }

}  // namespace fvm
