// SPDX-License-Identifier: Apache-2.0
//
// Regular expressions of the rules language: RE2 in POSIX-egrep mode, leftmost-longest, UTF-8; the whole text must match.
// Compile once, match often; a compiled Regex may be shared by threads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace fvm::ops {

class Regex {
 public:
  /// Never throws; a bad or oversized pattern gives an object with valid() == false that matches nothing.
  explicit Regex(std::string_view pattern);
  ~Regex();
  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;

  bool valid() const;
  std::string error() const;  ///< why not valid; empty otherwise
  size_t program_size() const;  ///< instructions of the compiled pattern, a measure of its memory; 0 when not valid
  /// Invalid UTF-8 in `text` counts as U+FFFD.
  bool matches(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fvm::ops
