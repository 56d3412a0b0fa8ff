// SPDX-License-Identifier: Apache-2.0
//
// Joining of paths: the state reference, section 10. Text only; nothing is looked up.

#include <algorithm>

#include "vm/abi/limits.h"
#include "vm/base/arena.h"
#include "vm/state/state.h"

namespace fvm {
namespace {

constexpr std::string_view kTooLong = "/DIR_TOO_LONG/FILENAME_TOO_LONG";

bool too_long(std::string_view base, std::string_view path) {
  return base.size() + path.size() + 1 > limits::kPathBytes;
}

/// An absolute path without anything to take out; most are.
bool is_clean(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  for (size_t i = 0; i < path.size(); i = path.find('/', i + 1)) {
    if (i + 1 == path.size()) return i == 0;
    if (path[i + 1] == '/' || path[i + 1] == '.') return false;
  }
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
