// SPDX-License-Identifier: Apache-2.0
//
// Splits an output format into literal text and `%` tokens. Where a token ends depends on which fields exist, so the
// caller answers that; everything else about the syntax is here. Knows nothing of fields or types.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace falcoc {

struct TemplatePiece {
  std::string_view text;  ///< literal text, or the token without `%` and width
  bool is_token = false;
  uint32_t width = 0;  ///< 0: natural
  size_t begin = 0;    ///< of the piece in the format, `%` included
  size_t end = 0;
};

struct SplitTemplate {
  bool optional = false;  ///< a leading `*`
  std::vector<TemplatePiece> pieces;
  enum class Error : uint8_t { None, Unfinished, NoEscape, UnknownToken } error = Error::None;
  size_t error_begin = 0;
  size_t error_end = 0;
};

/// Bytes of the longest token at the start of a text; 0: none starts there.
using TokenLength = std::function<size_t(std::string_view rest)>;

SplitTemplate split_template(std::string_view format, const TokenLength& token_length);

}  // namespace falcoc
