// SPDX-License-Identifier: Apache-2.0
//
// Messages on a pair of descriptors, as language servers frame them: `Content-Length: N`, an empty line, N bytes. Bad
// headers are skipped up to the next one that can be read; a message over kMessageBytes is skipped whole. Knows nothing
// of JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace lsp {

inline constexpr size_t kMessageBytes = 64u << 20;  ///< a text of limits::kSourceBytes, its letters escaped
inline constexpr size_t kHeaderLineBytes = 4096;

class MessageReader {
 public:
  enum class Outcome : uint8_t { Message, BadHeader, TooLarge, End };

  /// Reads from `fd`, which stays the caller's.
  explicit MessageReader(int fd) : fd_(fd) {}

  /// Waits for the next message; `body` is its text with Outcome::Message. End: the other side closed, or reading
  /// failed.
  Outcome next(std::string& body);
  /// Whether next() would find bytes without waiting.
  bool pending() const;

 private:
  bool fill();
  bool line(std::string& out);

  int fd_;
  std::string buffer_;
  size_t at_ = 0;
};

/// False: the other side is gone.
bool write_message(int fd, std::string_view body);

}  // namespace lsp
