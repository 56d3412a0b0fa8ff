// SPDX-License-Identifier: Apache-2.0
//
// Joining of paths: the state reference, section 10. Text only; nothing is looked up.

#include "vm/abi/limits.h"
#include "vm/state/state.h"

namespace fvm {
namespace {

/// Cuts the last component off `out`, but never its first character.
void drop_last_component(std::string& out) {
  if (out.size() <= 1) return;
  size_t end = out.size() - 1;
  while (end >= 1 && out[end - 1] != '/') --end;
  out.resize(end);
}

}  // namespace

std::string concat_path(std::string_view base, std::string_view path) {
  if (base.size() + path.size() + 1 > limits::kPathBytes) return "/DIR_TOO_LONG/FILENAME_TOO_LONG";
  if (path.empty()) return {};
  const bool absolute = path.front() == '/';
  std::string out;
  out.reserve(base.size() + path.size());
  if (!absolute) out = base;
  const bool nothing_in_front = out.empty();

  // A dot is special only at the start of the result or after a slash in it; a base without a final slash is glued on.
  size_t i = 0;
  while (i < path.size()) {
    const char c = path[i];
    const bool at_component = out.empty() || out.back() == '/';
    if (c == '.' && at_component) {
      const std::string_view rest = path.substr(i);
      if (rest == ".." || rest.substr(0, 3) == "../") {
        drop_last_component(out);
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
    out += c;
    ++i;
  }
  if (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

}  // namespace fvm
