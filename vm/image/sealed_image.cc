// SPDX-License-Identifier: Apache-2.0
//
// File -> bounded read -> sealed memfd -> read-only mapping. See sealed_image.h for why.
#include "vm/image/sealed_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "vm/abi/limits.h"

namespace fvm {
namespace {

using Code = ImageFileError::Code;

constexpr std::string_view kWords[] = {
#define FALCO_IMAGE_FILE_ERROR(Sym, words) words,
    FALCO_IMAGE_FILE_ERRORS(FALCO_IMAGE_FILE_ERROR)
#undef FALCO_IMAGE_FILE_ERROR
};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

Err<ImageFileError> fail(Code code, int system_errno = 0) { return {ImageFileError{code, system_errno}}; }

bool write_all(int fd, const uint8_t* data, size_t size) {
  while (size > 0) {
    const ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    data += n;
    size -= static_cast<size_t>(n);
  }
  return true;
}

int make_memfd() { return ::memfd_create("falco-rules", MFD_CLOEXEC | MFD_ALLOW_SEALING); }

/// Seals `fd`, which holds `size` bytes, and maps it.
Result<const uint8_t*, ImageFileError> seal_and_map(int fd, size_t size) {
  if (::fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    return fail(Code::CantSeal, errno);
  void* map = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (map == MAP_FAILED) return fail(Code::CantSeal, errno);
  return static_cast<const uint8_t*>(map);
}

}  // namespace

std::string describe(const ImageFileError& error, const std::string& path) {
  const std::string_view words = kWords[static_cast<size_t>(error.code)];
  std::string text;
  if (words.starts_with("is ")) {
    text = path + ": " + std::string(words);
  } else {
    text = std::string(words) + " " + path;
  }
  if (error.system_errno != 0) text += std::string(": ") + std::strerror(error.system_errno);
  return text;
}

Result<SealedImage, ImageFileError> SealedImage::from_file(const std::string& path) {
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file.ok()) return fail(Code::CantOpen, errno);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return fail(Code::CantRead, errno);
  if (S_ISDIR(info.st_mode)) return fail(Code::Directory);
  if (!S_ISREG(info.st_mode)) return fail(Code::NotRegular);

  const Descriptor memory(make_memfd());
  if (!memory.ok()) return fail(Code::CantSeal, errno);
  // The file may grow or shrink meanwhile; what counts is what was read.
  uint8_t chunk[64 * 1024];
  size_t size = 0;
  for (;;) {
    const ssize_t n = ::read(file.get(), chunk, sizeof chunk);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(Code::CantRead, errno);
    if (n == 0) break;
    size += static_cast<size_t>(n);
    if (size > limits::kImageBytes) return fail(Code::TooBig);
    if (!write_all(memory.get(), chunk, static_cast<size_t>(n))) return fail(Code::CantSeal, errno);
  }
  if (size == 0) return fail(Code::Empty);
  auto map = seal_and_map(memory.get(), size);
  if (!map) return Err{map.error()};
  return SealedImage(*map, size);
}

Result<SealedImage, ImageFileError> SealedImage::from_bytes(Bytes bytes) {
  if (bytes.empty()) return fail(Code::Empty);
  if (bytes.size() > limits::kImageBytes) return fail(Code::TooBig);
  const Descriptor memory(make_memfd());
  if (!memory.ok() || !write_all(memory.get(), bytes.data(), bytes.size())) return fail(Code::CantSeal, errno);
  auto map = seal_and_map(memory.get(), bytes.size());
  if (!map) return Err{map.error()};
  return SealedImage(*map, bytes.size());
}

SealedImage::SealedImage(SealedImage&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SealedImage& SealedImage::operator=(SealedImage&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SealedImage::~SealedImage() {
  if (data_ != nullptr) ::munmap(const_cast<uint8_t*>(data_), size_);
}

}  // namespace fvm
