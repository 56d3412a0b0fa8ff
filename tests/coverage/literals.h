// SPDX-License-Identifier: Apache-2.0
//
// How parameter values are written in case files (the head of events.txt lists the forms), and their bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/support/capture_builder.h"

namespace fvm::testing {

/// One parameter as a file gives it.
struct Literal {
  enum class Kind { Empty, Number, Text, Other } kind = Kind::Empty;
  int64_t number = 0;
  std::string text;
  Param param = Param::absent();
};

// All of these fail the test on text that has no meaning.
Literal literal_of(std::string_view text);
/// Decimal or 0x..., with or without a minus.
uint64_t number_of(std::string_view text, int base = 10);
/// What stands between quotes, escapes resolved.
std::string unquoted(std::string_view text);
/// `ADDRESS:PORT`; IPv6 without brackets.
struct EndpointText {
  IpAddr ip;
  uint16_t port = 0;
};
EndpointText endpoint_of(std::string_view text);

/// Takes the next word away from `rest`; blanks inside quotes don't end it.
std::string_view take_word(std::string_view& rest);
/// Takes the text up to `end` away, and `end` with it.
std::string_view take_until(std::string_view& rest, std::string_view end);

}  // namespace fvm::testing
