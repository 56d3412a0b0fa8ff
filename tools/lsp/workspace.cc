// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/workspace.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>

#include "compiler/diag/diagnostics.h"
#include "compiler/driver/rules_files.h"

namespace lsp {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kScheme = "file://";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// nullopt: not a file of this machine.
std::optional<std::string> path_of(std::string_view uri) {
  if (!uri.starts_with("file:///")) return std::nullopt;
  uri.remove_prefix(kScheme.size());
  std::string path;
  for (size_t i = 0; i < uri.size(); ++i) {
    const bool escaped =
        uri[i] == '%' && i + 2 < uri.size() && hex_digit(uri[i + 1]) >= 0 && hex_digit(uri[i + 2]) >= 0;
    path += escaped ? static_cast<char>(hex_digit(uri[i + 1]) * 16 + hex_digit(uri[i + 2])) : uri[i];
    if (escaped) i += 2;
  }
  return path.find('\0') == std::string::npos ? std::optional(path) : std::nullopt;
}

std::string uri_of(const std::string& path) {
  constexpr std::string_view kPlain = "-._~/";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri(kScheme);
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return uri;
}

/// Paths of the rules files in a folder; empty when there are too many.
std::vector<std::string> list_folder(const fs::path& folder) {
  std::vector<std::string> paths;
  size_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    std::error_code ignored;
    const std::string& path = entry->path().native();
    if (!entry->is_regular_file(ignored) || !(path.ends_with(".yaml") || path.ends_with(".yml"))) continue;
    const uintmax_t size = entry->file_size(ignored);
    if (ignored || size > kFolderBytes - bytes || paths.size() == kFolderFiles) return {};
    bytes += static_cast<size_t>(size);
    paths.push_back(path);
  }
  return paths;
}

}  // namespace

bool Workspace::set(const std::string& uri, std::string text) {
  size_t bytes = text.size();
  for (const auto& [other, other_text] : open_)
    if (other != uri) bytes += other_text.size();
  if (bytes > kOpenBytes || (open_.size() >= kOpenDocuments && !open_.contains(uri))) return false;
  open_[uri] = std::move(text);
  return true;
}

const std::string* Workspace::find(const std::string& uri) const {
  const auto found = open_.find(uri);
  return found == open_.end() ? nullptr : &found->second;
}

std::string Workspace::folder_of(const std::string& uri) {
  const std::optional<std::string> path = path_of(uri);
  return path ? fs::path(*path).lexically_normal().parent_path().native() : uri;
}

std::vector<RulesFile> Workspace::files_with(const std::string& uri) const {
  std::map<std::string, std::string> open_paths;  // path -> URI
  std::set<std::string> paths;
  const std::string folder = folder_of(uri);
  for (const auto& [other, text] : open_) {
    if (folder_of(other) != folder) continue;
    const std::optional<std::string> path = path_of(other);
    const std::string name = path ? fs::path(*path).lexically_normal().native() : other;
    open_paths[name] = other;
    paths.insert(name);
  }
  if (path_of(uri)) {
    for (std::string& path : list_folder(folder)) paths.insert(std::move(path));
  }
  std::vector<RulesFile> files;
  for (const std::string& path : paths) {
    RulesFile file;
    file.name = path;
    if (const auto open = open_paths.find(path); open != open_paths.end()) {
      file.uri = open->second;
      file.text = open_.at(open->second);
    } else {
      falcoc::Diagnostics ignored;
      std::optional<std::string> text = falcoc::read_file(path, kFolderBytes, ignored);
      if (!text) continue;
      file.uri = uri_of(path);
      file.text = std::move(*text);
    }
    file.structure = read_structure(file.text);
    // Settings and the like may lie beside rules.
    const bool has_rules = std::any_of(file.structure.items.begin(), file.structure.items.end(),
                                       [](const Item& item) { return item.kind.has_value(); });
    if (!has_rules && !open_paths.contains(path)) continue;
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace lsp
