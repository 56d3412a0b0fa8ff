// SPDX-License-Identifier: Apache-2.0
//
// Transformers: values of section 2.10 and of the recorded evaluation cases.
#include "vm/ops/transform.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace std::string_view_literals;
using fvm::Arena;
using fvm::Kind;
using fvm::Transformer;
using fvm::Value;
using fvm::ValueList;
using fvm::ops::apply;
using fvm::ops::TransformArg;

namespace {

struct Fixture {
  Arena arena;
  TransformArg scalar(std::string_view text) { return {fvm::ops::single(Value::text(text), arena), false}; }
  TransformArg list(std::initializer_list<std::string_view> texts) {
    std::vector<ValueList> elements;
    for (std::string_view text : texts) elements.push_back(fvm::ops::single(Value::text(text), arena));
    return {fvm::ops::gather(elements, arena), true};
  }
  /// The result's texts joined by `|`, or "<missing>".
  std::string run(Transformer t, std::vector<TransformArg> args, std::string_view selector = {}) {
    const ValueList out = apply(t, args, selector, arena);
    if (!out.present) return "<missing>";
    std::string text;
    for (const Value& value : out.values()) {
      if (!text.empty()) text += '|';
      text += value.kind() == Kind::Uint ? std::to_string(value.as_uint()) : std::string(value.as_text());
    }
    return text;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "letters and base names") {
  CHECK(run(Transformer::ToUpper, {scalar("cat\xc3\xa4")}) == "CAT\xc3\xa4");
  CHECK(run(Transformer::ToLower, {scalar("CaT")}) == "cat");
  CHECK(run(Transformer::ToLower, {list({"A", "B"})}) == "a|b");
  CHECK(run(Transformer::Basename, {scalar("/usr/bin/cat")}) == "cat");
  CHECK(run(Transformer::Basename, {scalar("/a/b/")}) == "");
  CHECK(run(Transformer::Basename, {scalar("cat")}) == "cat");
  CHECK(run(Transformer::Val, {scalar("cat")}) == "cat");
  CHECK(run(Transformer::ToUpper, {{ValueList::missing(), false}}) == "<missing>");
}

TEST_CASE_FIXTURE(Fixture, "b64 is strict") {
  CHECK(run(Transformer::B64, {scalar("Zm9v")}) == "foo");
  CHECK(run(Transformer::B64, {scalar("Zm9vYg==")}) == "foob");
  CHECK(run(Transformer::B64, {scalar("Zm9vYg")}) == "foob");
  CHECK(run(Transformer::B64, {scalar("Zg")}) == "f");
  CHECK(run(Transformer::B64, {scalar("")}) == "");
  for (const std::string_view bad : {"Zm9", "!!!!", "Zm 9v", "Zm9v_", "Zh", "Z", "_-8=", "-n", "=", "Zg=", "Zg===", "Z==="})
    CHECK_MESSAGE(run(Transformer::B64, {scalar(bad)}) == "<missing>", bad);
  CHECK(run(Transformer::B64, {scalar("/+8=")}) == "\xff\xef");
  const ValueList buffer = fvm::ops::single(Value::bytes(fvm::as_bytes("aGVsbG8A"sv)), arena);
  const ValueList decoded = apply(Transformer::B64, std::vector<TransformArg>{{buffer, false}}, {}, arena);
  REQUIRE(decoded.count == 1);
  CHECK(decoded.data[0].kind() == Kind::Bytes);
  CHECK(decoded.data[0].as_text() == "hello\0"sv);
}

TEST_CASE_FIXTURE(Fixture, "len counts bytes or elements") {
  CHECK(run(Transformer::Len, {scalar("/etc/shadow")}) == "11");
  CHECK(run(Transformer::Len, {scalar("")}) == "0");
  CHECK(run(Transformer::Len, {list({"a"})}) == "1");
  CHECK(run(Transformer::Len, {list({})}) == "0");
  const ValueList buffer = fvm::ops::single(Value::bytes(fvm::as_bytes("a\0b"sv)), arena);
  CHECK(run(Transformer::Len, {{buffer, false}}) == "3");
  CHECK(run(Transformer::Len, {{fvm::ops::single(Value::integer(5), arena), false}}) == "<missing>");
}

TEST_CASE_FIXTURE(Fixture, "join and concat") {
  CHECK(run(Transformer::Join, {scalar(","), list({"a", "b"})}) == "a,b");
  CHECK(run(Transformer::Join, {scalar(""), list({"cat", "file", "x"})}) == "catfilex");
  CHECK(run(Transformer::Join, {scalar("--"), list({"a"})}) == "a");
  CHECK(run(Transformer::Join, {scalar(","), list({})}) == "");
  CHECK(run(Transformer::Concat, {scalar("a"), scalar("b"), scalar("c")}) == "abc");
  CHECK(run(Transformer::Concat, {scalar("a"), {ValueList::missing(), false}}) == "<missing>");
  CHECK(run(Transformer::Concat, {scalar("a")}) == "<missing>");
  CHECK_FALSE(fvm::ops::gather(std::vector<ValueList>{list({"a"}).values, ValueList::missing()}, arena).present);
}

TEST_CASE_FIXTURE(Fixture, "getopt") {
  CHECK(run(Transformer::Getopt, {list({"-ab", "v", "x"}), scalar("ab:")}) == "a|b|v");
  CHECK(run(Transformer::Getopt, {list({"-ab", "v", "x"}), scalar("ab:")}, "b") == "v");
  CHECK(run(Transformer::Getopt, {list({"-ab", "v", "x"}), scalar("ab:")}, "a") == "a");
  CHECK(run(Transformer::Getopt, {list({"-ab"}), scalar("ab:")}, "b") == "");
  CHECK(run(Transformer::Getopt, {list({"-a", "--long", "-b", "v"}), scalar("ab:")}, "b") == "v");
  CHECK(run(Transformer::Getopt, {list({"-q", "-a"}), scalar("a")}) == "?|a");
  CHECK(run(Transformer::Getopt, {list({"x", "-a"}), scalar("a")}) == "");
  CHECK(run(Transformer::Getopt, {list({"--", "-a"}), scalar("a")}, "a") == "<missing>");
  CHECK(run(Transformer::Getopt, {list({"-ba", "-bc"}), scalar("b:")}, "b") == "c");
  CHECK(run(Transformer::Getopt, {list({"-:"}), scalar("b:")}) == "?");
}
