// SPDX-License-Identifier: Apache-2.0
//
// BodyReader: reads the body of one metadata block front to back, in small pieces, so a list of any length needs no
// more memory than its longest string. The first problem sticks: later reads give zeros and ok() is false.
#pragma once

#include <string>
#include <string_view>

#include "capture/byte_order.h"
#include "capture/input_stream.h"

namespace fvm {

class BodyReader {
 public:
  /// `swapped`: numbers are in the other byte order.
  BodyReader(InputStream& in, uint64_t body_bytes, bool swapped) : in_(in), left_(body_bytes), swapped_(swapped) {}

  bool ok() const { return why_.empty(); }
  uint64_t left() const { return left_; }  ///< bytes of the body not yet read
  SourceError::Kind kind() const { return kind_; }
  const std::string& why() const { return why_; }
  void corrupt(std::string why) { fail(SourceError::Kind::Corrupt, std::move(why)); }

  template <typename T>
  T number() {
    const uint8_t* p = take(sizeof(T));
    if (!p) return T{};
    return swapped_ ? swap_bytes(load<T>(p)) : load<T>(p);
  }
  /// `n` bytes, at most kMaxPiece; valid until the next read. Empty after a problem.
  Bytes bytes(size_t n) {
    const uint8_t* p = take(n);
    return p ? Bytes{p, n} : Bytes{};
  }
  /// u16 length and bytes; longer than `max_bytes` is a problem. `what` names the string for people.
  std::string counted(size_t max_bytes, std::string_view what);
  /// The same cut at the first NUL.
  std::string text(size_t max_bytes, std::string_view what);
  void skip(uint64_t n);

  static constexpr size_t kMaxPiece = 65535;

 private:
  const uint8_t* take(size_t n);
  void fail(SourceError::Kind kind, std::string why);

  InputStream& in_;
  uint64_t left_;
  bool swapped_;
  SourceError::Kind kind_{};
  std::string why_;
};

}  // namespace fvm
