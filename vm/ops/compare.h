// SPDX-License-Identifier: Apache-2.0
//
// compare: what one operator means for one value on each side. Quantifiers, lists, modifiers and missing values are the
// caller's: machine and naive evaluator each walk their own lists and ask here about one pair at a time.
// No heap, no exceptions. `regex` needs a compiled pattern (regex.h) and `pmatch` of a set has path_match.h.
#pragma once

#include <string_view>

#include "vm/abi/tables.h"
#include "vm/ops/value.h"

namespace fvm::ops {

/// `field op constant`. Kinds must agree, except Ip against Net, which is containment. Disagreeing kinds: false, for Ne too.
///   Exists                         true
///   Eq Ne In Intersects            every kind but None; Ip and Net of different families are unequal
///   Lt Le Gt Ge                    Text (bytewise, as strcmp), Int, Uint, Double
///   Contains StartsWith EndsWith   Text and Bytes
///   IContains Glob IGlob PMatch    Text
///   BContains BStartsWith          Bytes; the constant holds the decoded bytes
///   Regex                          false here; see Regex::matches
bool compare(CmpOp op, const Value& field, const Value& constant);

bool equal(const Value& a, const Value& b);

/// ASCII letters only, whatever the locale.
constexpr char fold_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

/// Whether no byte is above 0x7f.
bool is_ascii(std::string_view text);

/// Where `part` begins in `text`, or npos; in time linear in both.
size_t find_text(std::string_view text, std::string_view part);

/// Substring search ignoring ASCII case.
bool icontains(std::string_view text, std::string_view part);

}  // namespace fvm::ops
