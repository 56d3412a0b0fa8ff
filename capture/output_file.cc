// SPDX-License-Identifier: Apache-2.0
#include "capture/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace fvm {

namespace {

/// Owns a descriptor and writes all of something to it.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  /// 0 or the number of an error; then some of it may have been written.
  int write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return errno;
      bytes.remove_prefix(static_cast<size_t>(n));
      written_ += static_cast<uint64_t>(n);
    }
    return 0;
  }
  /// Takes back what was written behind `bytes`, if this is a file that can be cut.
  void cut(uint64_t bytes) {
    struct stat info {};
    if (fstat(fd_, &info) == 0 && S_ISREG(info.st_mode) && ftruncate(fd_, static_cast<off_t>(bytes)) == 0)
      written_ = bytes;
  }
  /// Errors that a file system reports late come here.
  int close() {
    const int fd = std::exchange(fd_, -1);
    return fd >= 0 && ::close(fd) != 0 ? errno : 0;
  }
  uint64_t written() const { return written_; }

 private:
  int fd_;
  uint64_t written_ = 0;
};

class PlainFile final : public OutputFile {
 public:
  PlainFile(std::string path, int fd) : OutputFile(std::move(path)), out_(fd) {}

 private:
  void write(std::string_view pieces) override {
    const uint64_t before = out_.written();
    if (const int number = out_.write(pieces); number != 0) {
      out_.cut(before);
      fail(number);
    }
  }
  void end() override {
    if (const int number = out_.close(); number != 0) fail(number);
  }

  Descriptor out_;
};

class GzipFile final : public OutputFile {
 public:
  GzipFile(std::string path, int fd) : OutputFile(std::move(path)), out_(fd) {
    constexpr int kGzipHeader = 16, kMemoryLevel = 8;
    // The program that writes also evaluates rules, so speed comes first.
    ready_ = deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzipHeader, kMemoryLevel,
                          Z_DEFAULT_STRATEGY) == Z_OK;
    if (!ready_) fail(ENOMEM);
  }
  GzipFile(const GzipFile&) = delete;
  GzipFile& operator=(const GzipFile&) = delete;
  ~GzipFile() override {
    if (ready_) deflateEnd(&stream_);
  }

 private:
  /// What has been flushed can be read even if the end never comes.
  void write(std::string_view pieces) override { compress(pieces, Z_SYNC_FLUSH); }
  void end() override {
    compress({}, Z_FINISH);
    const int number = out_.close();
    if (number != 0 && error().empty()) fail(number);
  }
  void compress(std::string_view bytes, int flush) {
    stream_.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));  // zlib does not write there
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      stream_.next_out = room_.data();
      stream_.avail_out = static_cast<uInt>(room_.size());
      deflate(&stream_, flush);
      const size_t made = room_.size() - stream_.avail_out;
      if (const int number = out_.write({reinterpret_cast<const char*>(room_.data()), made}); number != 0)
        return fail(number);
    } while (stream_.avail_out == 0);
  }

  Descriptor out_;
  z_stream stream_{};
  bool ready_ = false;
  std::array<uint8_t, 1u << 16> room_;
};

}  // namespace

Result<std::unique_ptr<OutputFile>, std::string> OutputFile::open(const std::string& path) {
  const int fd = path.find('\0') == std::string::npos
                     ? ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600)
                     : (errno = EINVAL, -1);
  if (fd < 0) return Err{"can't open " + path + ": " + std::generic_category().message(errno)};
  if (path.ends_with(".gz")) return std::unique_ptr<OutputFile>(std::make_unique<GzipFile>(path, fd));
  return std::unique_ptr<OutputFile>(std::make_unique<PlainFile>(path, fd));
}

void OutputFile::append(std::string_view piece) {
  if (finished_ || !error_.empty()) return;
  if (waiting_.size() + piece.size() > kWaitingBytes) flush();
  if (piece.size() > kWaitingBytes) {
    if (error_.empty()) write(piece);
  } else {
    waiting_ += piece;
  }
}

void OutputFile::flush() {
  if (error_.empty() && !waiting_.empty()) write(waiting_);
  waiting_.clear();
}

void OutputFile::finish() {
  if (finished_) return;
  flush();
  finished_ = true;
  if (error_.empty()) end();
}

void OutputFile::fail(int number) {
  if (error_.empty()) error_ = "can't write " + path_ + ": " + std::generic_category().message(number);
}

}  // namespace fvm
