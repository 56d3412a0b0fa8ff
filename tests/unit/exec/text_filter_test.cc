// SPDX-License-Identifier: Apache-2.0
//
// Filters never keep out a text that the operator accepts, and do keep out most others.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "vm/exec/text_filter.h"
#include "vm/ops/compare.h"

using namespace fvm;

TEST_CASE("what an operator accepts passes its filter") {
  std::mt19937 random(3);
  const auto word = [&](std::string_view letters, size_t most) {
    std::string text;
    for (size_t n = random() % (most + 1); n > 0; --n) text += letters[random() % letters.size()];
    return text;
  };
  size_t accepted = 0, kept_out = 0;
  for (int round = 0; round < 300'000; ++round) {
    constexpr CmpOp kOps[] = {CmpOp::Eq,         CmpOp::Ne,        CmpOp::In,       CmpOp::Intersects,
                              CmpOp::StartsWith, CmpOp::EndsWith,  CmpOp::Contains, CmpOp::Glob,
                              CmpOp::IGlob,      CmpOp::IContains, CmpOp::PMatch,   CmpOp::Lt};
    const CmpOp op = kOps[random() % std::size(kOps)];
    const bool glob = op == CmpOp::Glob || op == CmpOp::IGlob;
    const bool set = op == CmpOp::In || op == CmpOp::Intersects;
    std::vector<std::string> constants;
    for (size_t n = set ? random() % 4 : 1; n > 0; --n) constants.push_back(word(glob ? "ab/*?[a]\\" : "ab/\xff", 10));
    std::string text = word("ab/\xff", 20);
    if (!constants.empty() && random() % 2 == 0) text = random() % 2 == 0 ? constants[0] : text + constants[0];
    if (!constants.empty() && random() % 4 == 0) text = constants[0] + text;
    if (random() % 16 == 0) text = std::string(200, 'a') + text;
    const std::vector<std::string_view> views(constants.begin(), constants.end());
    const bool passes = TextFilter::of(op, views).lets_through(TextFeatures(text));
    bool holds = false;
    for (const std::string_view c : views) holds = holds || ops::compare(op, Value::text(text), Value::text(c));
    REQUIRE((passes || !holds));
    accepted += holds ? 1 : 0;
    kept_out += passes ? 0 : 1;
  }
  CHECK(accepted > 50'000);
  CHECK(kept_out > 50'000);
}

TEST_CASE("files of one folder don't pass for files of another") {
  const auto passes = [](CmpOp op, std::string_view constant, std::string_view text) {
    return TextFilter::of(op, std::vector{constant}).lets_through(TextFeatures(text));
  };
  CHECK_FALSE(passes(CmpOp::StartsWith, "/etc/", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
  CHECK_FALSE(passes(CmpOp::EndsWith, ".conf", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
  CHECK_FALSE(passes(CmpOp::Contains, "/.ssh/", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
  CHECK_FALSE(passes(CmpOp::Glob, "/proc/*/environ", "/usr/lib/x86_64-linux-gnu/libc.so.6"));
  CHECK_FALSE(passes(CmpOp::Eq, "/etc/shadow", "/etc/passwd"));
}
