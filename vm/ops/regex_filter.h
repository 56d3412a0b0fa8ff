// SPDX-License-Identifier: Apache-2.0
//
// RegexFilter: which of many patterns may match a text, given which pieces of text occur in it; says so without running
// any of them. The pieces are what RE2 finds that a match must contain. Of ASCII texts only: what Regex does with
// others changes them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fvm::ops {

class RegexFilter {
 public:
  RegexFilter();  ///< of no patterns
  explicit RegexFilter(std::span<const std::string_view> patterns);
  ~RegexFilter();
  RegexFilter(RegexFilter&&) noexcept;
  RegexFilter& operator=(RegexFilter&&) noexcept;

  /// Pieces in small letters, to be looked for without regard to case.
  const std::vector<std::string>& pieces() const;
  /// Numbers of the patterns that may match a text with these pieces, given by number in ascending order. Uses the
  /// heap.
  void candidates(const std::vector<int>& pieces, std::vector<int>& patterns) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fvm::ops
