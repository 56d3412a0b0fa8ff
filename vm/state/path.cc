// SPDX-License-Identifier: Apache-2.0
//
// Joining of paths: the state reference, section 10. Text only; nothing is looked up.

#include <algorithm>
#include <cstring>

#include "vm/abi/limits.h"
#include "vm/base/arena.h"
#include "vm/state/state.h"

namespace fvm {
namespace {

constexpr std::string_view kTooLong = "/DIR_TOO_LONG/FILENAME_TOO_LONG";

bool too_long(std::string_view base, std::string_view path) {
  return base.size() + path.size() + 1 > limits::kPathBytes;
}

/// Bit 7 of each byte of `word` that equals `c`, exactly.
constexpr uint64_t bytes_equal(uint64_t word, char c) {
  constexpr uint64_t kOnes = 0x0101010101010101, kLow = 0x7f7f7f7f7f7f7f7f;
  const uint64_t difference = word ^ kOnes * static_cast<uint8_t>(c);
  return ~(((difference & kLow) + kLow) | difference | kLow);
}

/// Whether a slash of the eight at `p` has another slash or a dot behind it; reads nine bytes.
bool has_special_component(const char* p) {
  uint64_t here, behind;
  std::memcpy(&here, p, sizeof here);
  std::memcpy(&behind, p + 1, sizeof behind);
  return (bytes_equal(here, '/') & (bytes_equal(behind, '/') | bytes_equal(behind, '.'))) != 0;
}

/// An absolute path without anything to take out; most are.
bool is_clean(std::string_view path) {
  constexpr size_t kStride = sizeof(uint64_t);
  if (path.empty() || path.front() != '/') return false;
  if (path.size() == 1) return true;
  if (path.back() == '/') return false;
  size_t i = 0;
  for (; i + kStride < path.size(); i += kStride)
    if (has_special_component(path.data() + i)) return false;
  if (path.size() > kStride) return !has_special_component(path.data() + path.size() - kStride - 1);
  for (; i + 1 < path.size(); ++i)
    if (path[i] == '/' && (path[i + 1] == '/' || path[i + 1] == '.')) return false;
  return true;
}

/// Text that grows within room given from outside.
class Output {
 public:
  explicit Output(char* room) : room_(room) {}
  void add(std::string_view text) {
    text.copy(room_ + size_, text.size());
    size_ += text.size();
  }
  void add(char c) { room_[size_++] = c; }
  char back() const { return room_[size_ - 1]; }
  bool empty() const { return size_ == 0; }
  size_t size() const { return size_; }
  void drop_back() { --size_; }
  /// Cuts the last component off, but never the first character.
  void drop_last_component() {
    if (size_ <= 1) return;
    size_t end = size_ - 1;
    while (end >= 1 && room_[end - 1] != '/') --end;
    size_ = end;
  }

 private:
  char* room_;
  size_t size_ = 0;
};

/// Writes at most base.size() + path.size() bytes; returns how many.
size_t join(std::string_view base, std::string_view path, char* room) {
  const bool absolute = path.front() == '/';
  Output out(room);
  if (!absolute) out.add(base);
  const bool nothing_in_front = out.empty();

  // A dot is special only at the start of the result or after a slash in it; a base without a final slash is glued on.
  size_t i = 0;
  while (i < path.size()) {
    const char c = path[i];
    const bool at_component = out.empty() || out.back() == '/';
    if (c == '.' && at_component) {
      const std::string_view rest = path.substr(i);
      if (rest == ".." || rest.substr(0, 3) == "../") {
        out.drop_last_component();
        i += rest.size() == 2 ? 2 : 3;
        continue;
      }
      if (rest == "." || rest[1] == '/') {
        i += rest.size() == 1 ? 1 : 2;
        continue;
      }
    } else if (c == '/' && (out.empty() ? nothing_in_front && !absolute : out.back() == '/')) {
      ++i;
      continue;
    }
    // Up to the next slash nothing is special any more.
    const size_t end = c == '/' ? i + 1 : std::min(path.find('/', i), path.size());
    out.add(path.substr(i, end - i));
    i = end;
  }
  if (out.size() > 1 && out.back() == '/') out.drop_back();
  return out.size();
}

}  // namespace

std::string concat_path(std::string_view base, std::string_view path) {
  std::string room;
  return std::string(concat_path(base, path, room));
}

std::string_view concat_path(std::string_view base, std::string_view path, std::string& room) {
  if (too_long(base, path)) return kTooLong;
  if (path.empty() || is_clean(path)) return path;
  room.resize(base.size() + path.size());
  room.resize(join(base, path, room.data()));
  return room;
}

std::string_view concat_path(std::string_view base, std::string_view path, Arena& arena) {
  if (too_long(base, path)) return kTooLong;
  if (path.empty() || is_clean(path)) return path;
  char* const room = arena.alloc(base.size() + path.size());
  return {room, join(base, path, room)};
}

}  // namespace fvm
