// SPDX-License-Identifier: Apache-2.0
//
// The texts that a request is about: open documents as the editor has them, and the other rules files of their folders
// as they lie on disk. Documents are known by the URI that the editor uses. Knows nothing of what rules mean.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/lsp/structure.h"

namespace lsp {

inline constexpr size_t kFolderFiles = 200;        ///< a folder with more is not taken for a folder of rules
inline constexpr size_t kFolderBytes = 16u << 20;  ///< the same
inline constexpr size_t kOpenDocuments = 1000;
inline constexpr size_t kOpenBytes = 256u << 20;  ///< of all open documents

struct RulesFile {
  std::string uri;
  std::string name;  ///< path, or the URI of what is no file
  std::string text;
  Structure structure;
};

class Workspace {
 public:
  /// False: too much is open.
  bool set(const std::string& uri, std::string text);
  void close(const std::string& uri) { open_.erase(uri); }
  /// null: not open.
  const std::string* find(const std::string& uri) const;
  const std::map<std::string, std::string>& open() const { return open_; }

  /// The rules that belong together with the open document `uri`, in load order.
  std::vector<RulesFile> files_with(const std::string& uri) const;
  /// What files_with() has in common for documents of one folder.
  static std::string folder_of(const std::string& uri);

 private:
  std::map<std::string, std::string> open_;
};

}  // namespace lsp
