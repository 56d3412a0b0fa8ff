// SPDX-License-Identifier: Apache-2.0
//
// BlockBuilder: one block in memory, made front to back; its room is used again for the next one. Knows the frame
// (blocks.h) and how numbers and counted texts lie in it, not what blocks mean.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "capture/blocks.h"
#include "vm/base/bytes.h"
#include "vm/base/check.h"

namespace fvm {

class BlockBuilder {
 public:
  explicit BlockBuilder(uint32_t type) { begin(type); }

  void begin(uint32_t type) {
    bytes_.clear();
    number(type);
    number(uint32_t{0});  // the length, put in by finish()
  }
  template <typename T>
  void number(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void raw(std::string_view bytes) { bytes_ += bytes; }
  /// The length as u16 and the bytes, of which at most `most` are kept.
  void text(std::string_view s, size_t most) {
    s = s.substr(0, most);
    number(static_cast<uint16_t>(s.size()));
    raw(s);
  }
  /// Begins an entry with a length of its own, a u32 that counts itself if `counts_itself`.
  void begin_entry(bool counts_itself = true) {
    entry_at_ = bytes_.size();
    entry_slack_ = counts_itself ? 0 : sizeof(uint32_t);
    number(uint32_t{0});
  }
  void end_entry() { put(entry_at_, bytes_.size() - entry_at_ - entry_slack_); }

  size_t size() const { return bytes_.size(); }
  bool has_body() const { return bytes_.size() > kBlockHeaderBytes; }
  /// The whole block; valid until the next begin().
  std::string_view finish() {
    bytes_.append((sizeof(uint32_t) - bytes_.size() % sizeof(uint32_t)) % sizeof(uint32_t), '\0');
    const size_t length = bytes_.size() + kBlockTrailerBytes;
    put(sizeof(uint32_t), length);
    number(static_cast<uint32_t>(length));
    return bytes_;
  }

 private:
  void put(size_t at, size_t value) {
    FALCO_CHECK(value <= std::numeric_limits<uint32_t>::max());
    const auto number = static_cast<uint32_t>(value);
    std::memcpy(bytes_.data() + at, &number, sizeof number);
  }

  std::string bytes_;
  size_t entry_at_ = 0;
  size_t entry_slack_ = 0;
};

}  // namespace fvm
