// SPDX-License-Identifier: Apache-2.0
#include "vm/host/cgroup_paths.h"

#include <algorithm>

#include "vm/abi/limits.h"

namespace fvm::host {

namespace {

constexpr size_t kControlBytes = 4096;

bool has_word(std::string_view words, std::string_view word) {
  for (std::string_view next = next_word(words); !next.empty(); next = next_word(words))
    if (next == word) return true;
  return false;
}

std::string_view without_line_end(std::string_view text) { return text.substr(0, text.find('\n')); }

/// A program in a cgroup namespace of its own sees cgroups outside of it as /../..
std::string_view inside(std::string_view path) {
  while (path.starts_with("/..") && (path.size() == 3 || path[3] == '/')) path.remove_prefix(3);
  return path.empty() ? "/" : path;
}

void append(std::string& list, std::string_view controller, std::string_view path) {
  if (list.size() + controller.size() + path.size() + 2 > limits::kStoredListBytes) return;
  list.append(controller).append("=").append(path).append(1, '\0');
}

}  // namespace

CgroupPaths::CgroupPaths(const Folder& root) : root_(root) {
  root_.each_line("proc/1/mounts", [&](std::string_view line) {
    next_word(line);
    const std::string_view where = next_word(line);
    if (next_word(line) == "cgroup2" && mount_.empty() && where.starts_with('/')) mount_ = where.substr(1);
  });
  if (mount_.empty()) return;
  const std::string words = root_.read((mount_ + "/cgroup.controllers").c_str(), kControlBytes).value_or("");
  std::string_view left = without_line_end(words);
  for (std::string_view name = next_word(left); !name.empty(); name = next_word(left)) controllers_.emplace_back(name);
}

std::string CgroupPaths::list_of(std::string_view file) {
  std::string list;
  while (!file.empty()) {
    std::string_view line = without_line_end(file);
    file.remove_prefix(std::min(file.size(), line.size() + 1));
    const size_t names_at = line.find(':');
    const size_t path_at = names_at == std::string_view::npos ? names_at : line.find(':', names_at + 1);
    if (path_at == std::string_view::npos) continue;
    std::string_view names = line.substr(names_at + 1, path_at - names_at - 1);
    const std::string_view path = inside(line.substr(path_at + 1));
    if (names.empty()) {
      for (const std::string& controller : controllers_) append(list, controller, deepest(controller, path));
    }
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(','));
      names.remove_prefix(std::min(names.size(), name.size() + 1));
      append(list, name, path);
    }
  }
  return list;
}

/// The folder nearest to `path` whose parent enables the controller.
std::string CgroupPaths::deepest(std::string_view controller, std::string_view path) {
  while (path.size() > 1) {
    const size_t slash = path.rfind('/');
    const std::string parent(path.substr(0, slash));
    if (has_word(enabled_below(parent), controller)) return std::string(path);
    path = slash == 0 || slash == std::string_view::npos ? "/" : path.substr(0, slash);
  }
  return "/";
}

const std::string& CgroupPaths::enabled_below(const std::string& path) {
  if (const auto found = enabled_.find(path); found != enabled_.end()) return found->second;
  if (enabled_.size() >= limits::kScannedCgroups) enabled_.clear();
  std::string words = root_.read((mount_ + path + "/cgroup.subtree_control").c_str(), kControlBytes).value_or("");
  words.resize(without_line_end(words).size());
  return enabled_[path] = std::move(words);
}

}  // namespace fvm::host
