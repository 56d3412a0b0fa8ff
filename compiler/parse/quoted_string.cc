// SPDX-License-Identifier: Apache-2.0
//
// Escapes of quoted strings. Which quote closes a string is the grammar's business.
#include "compiler/parse/condition_parser.h"

namespace falcoc {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool unquote(std::string_view quoted, std::string& out, size_t& error_at) {
  out.clear();
  const char delimiter = quoted.front();
  const std::string_view body = quoted.substr(1, quoted.size() - 2);
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out += body[i];
      continue;
    }
    error_at = i + 1;
    if (++i == body.size()) return false;
    switch (body[i]) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case '\\':
      case ' ':
        out += '\\';
        break;  // `\ ` is a backslash by tradition; the blank is dropped
      case '/':
        out += '/';
        break;
      case 'x': {
        const int high = i + 1 < body.size() ? hex_digit(body[i + 1]) : -1;
        const int low = i + 2 < body.size() ? hex_digit(body[i + 2]) : -1;
        if (high < 0 || low < 0) return false;
        out += static_cast<char>(high * 16 + low);
        i += 2;
        break;
      }
      default:
        if (body[i] != delimiter) return false;
        out += delimiter;
    }
  }
  return true;
}

}  // namespace falcoc
