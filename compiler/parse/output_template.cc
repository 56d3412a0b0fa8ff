// SPDX-License-Identifier: Apache-2.0
#include "compiler/parse/output_template.h"

#include <algorithm>

namespace falcoc {

SplitTemplate split_template(std::string_view format, const TokenLength& token_length) {
  constexpr uint32_t kMaxWidth = 65535;
  SplitTemplate result;
  size_t at = 0;
  if (format.starts_with('*')) {
    result.optional = true;
    at = 1;
  }
  const auto fail = [&](SplitTemplate::Error error, size_t begin, size_t end) {
    result.error = error;
    result.error_begin = begin;
    result.error_end = end;
    return result;
  };
  while (at < format.size()) {
    const size_t percent = std::min(format.find('%', at), format.size());
    if (percent > at) {
      TemplatePiece literal;
      literal.text = format.substr(at, percent - at);
      literal.begin = at;
      literal.end = percent;
      result.pieces.push_back(literal);
      at = percent;
      continue;
    }
    TemplatePiece token;
    token.is_token = true;
    token.begin = at++;
    while (at < format.size() && format[at] >= '0' && format[at] <= '9') {
      token.width = std::min(token.width * 10 + static_cast<uint32_t>(format[at] - '0'), kMaxWidth);
      ++at;
    }
    if (at == format.size()) return fail(SplitTemplate::Error::Unfinished, token.begin, at);
    if (format[at] == '%') return fail(SplitTemplate::Error::NoEscape, token.begin, at + 1);
    if (std::string_view(" \t\r\n").find(format[at]) != std::string_view::npos) {
      return fail(SplitTemplate::Error::Unfinished, token.begin, at);
    }
    const size_t length = token_length(format.substr(at));
    if (length == 0) {
      const size_t end = std::min(format.find_first_of(" \t\r\n%", at), format.size());
      return fail(SplitTemplate::Error::UnknownToken, token.begin, end);
    }
    token.text = format.substr(at, length);
    at += length;
    token.end = at;
    result.pieces.push_back(token);
  }
  return result;
}

}  // namespace falcoc
