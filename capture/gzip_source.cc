// SPDX-License-Identifier: Apache-2.0
//
// Offsets in errors are those of the compressed file, because that is where the damage is.
#include "capture/gzip_source.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "vm/base/check.h"

namespace fvm {

namespace {

constexpr size_t kInputBytes = 128 * 1024;
constexpr int kGzipWindow = 15 + 16;  ///< largest window; gzip wrapper only

class GzipSource final : public ByteSource {
 public:
  GzipSource(std::unique_ptr<ByteSource> inner, Bytes prefix)
      : inner_(std::move(inner)), input_(std::max(kInputBytes, prefix.size())) {
    std::copy(prefix.begin(), prefix.end(), input_.begin());
    z_.next_in = input_.data();
    z_.avail_in = static_cast<uInt>(prefix.size());
    FALCO_CHECK(inflateInit2(&z_, kGzipWindow) == Z_OK);
  }
  ~GzipSource() override { inflateEnd(&z_); }
  GzipSource(const GzipSource&) = delete;
  GzipSource& operator=(const GzipSource&) = delete;

  Result<size_t, SourceError> read(uint8_t* to, size_t capacity) override {
    if (failed_) return Err{error_};
    z_.next_out = to;
    z_.avail_out = static_cast<uInt>(std::min(capacity, size_t{1} << 30));
    const uInt room = z_.avail_out;
    while (z_.avail_out == room && !failed_) {
      if (z_.avail_in == 0 && !refill()) break;
      if (!between_members_) {
        step();
      } else if (!start_member()) {
        break;
      }
    }
    const size_t n = room - z_.avail_out;
    if (n == 0 && failed_) return Err{error_};
    return n;
  }
  uint64_t position() const override { return inner_->position() - z_.avail_in; }
  uint64_t size() const override { return inner_->size(); }

 private:
  /// False at the end of the input, which is a failure inside a member.
  bool refill() {
    Result<size_t, SourceError> n = inner_->read(input_.data(), input_.size());
    if (!n) {
      fail(n.error().kind, n.error().message);
      return false;
    }
    if (*n == 0) {
      if (!between_members_) fail(SourceError::Kind::Truncated, "the gzip data ends early");
      return false;
    }
    z_.next_in = input_.data();
    z_.avail_in = static_cast<uInt>(*n);
    return true;
  }

  void step() {
    const int rc = inflate(&z_, Z_NO_FLUSH);
    if (rc == Z_STREAM_END) {
      between_members_ = true;
    } else if (rc != Z_OK && rc != Z_BUF_ERROR) {
      fail(SourceError::Kind::Corrupt, std::string("the gzip data is damaged: ") + (z_.msg ? z_.msg : "unreadable"));
    }
  }

  /// Behind a member: another one, zero padding (as tapes and block devices leave), or the wrong bytes. False when the
  /// input at hand holds no start of a member and no more can be had.
  bool start_member() {
    while (z_.avail_in > 0 && *z_.next_in == 0) {
      ++z_.next_in;
      --z_.avail_in;
    }
    if (z_.avail_in == 0) return refill();
    if (*z_.next_in != kGzipMagic[0]) {
      fail(SourceError::Kind::Corrupt, "behind the gzip data lie bytes that are not gzip");
      return false;
    }
    FALCO_CHECK(inflateReset(&z_) == Z_OK);
    between_members_ = false;
    return true;
  }

  void fail(SourceError::Kind kind, std::string message) {
    failed_ = true;
    error_ = {kind, position(),
              std::move(message) + " (at byte " + std::to_string(position()) + " of the compressed file)"};
  }

  std::unique_ptr<ByteSource> inner_;
  std::vector<uint8_t> input_;
  z_stream z_{};
  bool between_members_ = false;
  bool failed_ = false;
  SourceError error_;
};

}  // namespace

std::unique_ptr<ByteSource> gzip_source(std::unique_ptr<ByteSource> inner, Bytes prefix) {
  return std::make_unique<GzipSource>(std::move(inner), prefix);
}

}  // namespace fvm
