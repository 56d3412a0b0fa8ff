// SPDX-License-Identifier: Apache-2.0
//
// Letters of texts inside HTML and XML. What may not stand there at all is the caller's.
#pragma once

#include <string>

namespace falcoc::testing {

inline void append_markup(std::string& out, char c) {
  switch (c) {
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '&':
      out += "&amp;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
  }
}

}  // namespace falcoc::testing
