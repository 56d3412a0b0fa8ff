// SPDX-License-Identifier: Apache-2.0
//
// The condition language: what parses to what, where mistakes are found and how they are told, and that size and depth
// are bounded.
#include "compiler/parse/condition_parser.h"

#include <doctest/doctest.h>

#include <chrono>
#include <string>
#include <string_view>

#include "compiler/ast/ast_print.h"
#include "compiler/sema/operators.h"

using namespace falcoc;

namespace {

std::string normal(std::string_view text) {
  const ParsedCondition parsed = parse_condition(text);
  if (parsed.error) return "error: " + parsed.error->message;
  return ast::normal_form(parsed.condition, {}, SIZE_MAX).value();
}

size_t error_at(std::string_view text) {
  const ParsedCondition parsed = parse_condition(text);
  return parsed.error ? parsed.error->reference_offset : std::string::npos;
}

std::string message(std::string_view text) {
  const ParsedCondition parsed = parse_condition(text);
  return parsed.error ? parsed.error->message : "";
}

std::string repeat(std::string_view piece, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += piece;
  return out;
}

double seconds(const std::string& text, bool& failed) {
  const auto start = std::chrono::steady_clock::now();
  failed = parse_condition(text).error.has_value();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("precedence, chains and groups") {
  CHECK(normal("a.b=1 or c.d=2 and e.f=3") == "(a.b = 1 or (c.d = 2 and e.f = 3))");
  CHECK(normal("(a.b=1 or c.d=2) and e.f=3") == "((a.b = 1 or c.d = 2) and e.f = 3)");
  CHECK(normal("a.b=1 and (c.d=2 and e.f=3)") == "(a.b = 1 and (c.d = 2 and e.f = 3))");
  CHECK(normal(" ( a.b = 1 ) ") == "a.b = 1");
  CHECK(normal("a.b=1 and(c.d=2) and e.f=3") == "(a.b = 1 and c.d = 2 and e.f = 3)");
  CHECK(normal("a.b=1 or(c.d=2)") == "(a.b = 1 or c.d = 2)");
  CHECK(message("a.b=1 or(c.d=2) and e.f=3") == "`and` can not follow `or(`...`)`; write a blank between `or` and `(`");
}

TEST_CASE("adjacent nots cancel, others do not") {
  CHECK(normal("not not a.b=1") == "a.b = 1");
  CHECK(normal("not not not a.b=1") == "not a.b = 1");
  CHECK(normal("not not(a.b=1)") == "not not a.b = 1");
  CHECK(normal("not\v(a.b=1)") == "not a.b = 1");
  CHECK(normal("notx") == "notx");
  CHECK(normal("not and or") == "error: expected a blank or `(` after `or`");
}

TEST_CASE("words are special only where they can be") {
  CHECK(normal("a.b existsand c.d=1") == "(a.b exists and c.d = 1)");
  CHECK(normal("a.b in(1) and c.d inbash") == "(a.b in (1) and c.d in bash)");
  CHECK(normal("a.b = and") == "a.b = and");
  CHECK(normal("a.b=tolower") == "a.b = tolower");
  CHECK(normal("and") == "and");
  CHECK(normal("a.b = oneof and c.d = 1") == "(a.b = oneof and c.d = 1)");
  CHECK(normal("(a.b = allof)") == "a.b = allof");
  CHECK(normal("(a.b = allof )") == "a.b = allof");
  CHECK(normal("a.b = anyof bash") == "a.b = anyof bash");
  CHECK(normal("a.b startswith oneof (x, 'y z')") == "a.b startswith oneof (x, \"y z\")");
  CHECK(normal("a.b = val(c.d)") == "a.b = val(c.d)");
  CHECK(normal("a.b = val") == "a.b = val");
}

TEST_CASE("every operator of the table parses") {
  for (const OperatorInfo& row : kOperators) {
    std::string text = "a.b " + std::string(row.spelling);
    switch (row.shape) {
      case OperandShape::None:
        break;
      case OperandShape::One:
        text += " x";
        break;
      case OperandShape::Number:
        text += " 1";
        break;
      case OperandShape::List:
        text += " (x)";
        break;
    }
    CHECK(normal(text) == text);
  }
}

TEST_CASE("every transformer of the table parses") {
  for (const fvm::TransformerInfo& row : fvm::kTransformers) {
    if (row.name == "val") continue;
    const std::string text = std::string(row.name) + "(a.b) exists";
    CHECK(normal(text) == text);
  }
  CHECK(normal("join( \",\" , (a.b , tolower(c.d), 5)) = x") == "join(,,(a.b,tolower(c.d),5)) = x");
  CHECK(normal("getopt((\"-a\"), \"ab:\")[b] = v") == "getopt((-a),ab:)[b] = v");
}

TEST_CASE("values keep their bytes") {
  CHECK(normal("a.b in (#x, a;b, <x>, [y], $z, %w, a\\b, *.?)") ==
        "a.b in (#x, a;b, <x>, [y], $z, %w, \"a\\\\b\", *.?)");
  CHECK(normal("a.b=\xE6\x97\xA5") == "a.b = \xE6\x97\xA5");
  CHECK(normal("a.b=\xFF\xFE") == "a.b = \xFF\xFE");
  CHECK(normal("a.b = \"a\\\"b\\\\c\\n\\t\\x41\\/\"") == "a.b = \"a\\\"b\\\\c\\n\\tA/\"");
  CHECK(normal("a.b = \"a\\ b\"") == "a.b = \"a\\\\b\"");
  CHECK(normal("a.b = \"\" or a.b = ''") == "(a.b =  or a.b = )");
  CHECK(normal("a.b[\"x y\"] = 1") == "a.b[\"x y\"] = 1");
  CHECK(normal("a.b[/proc*] = 1") == "a.b[/proc*] = 1");
}

TEST_CASE("mistakes are found where the reference finds them") {
  CHECK(error_at("proc.name=a andproc.name=b") == 15);
  CHECK(error_at("proc.name=a order proc.name=b") == 14);
  CHECK(error_at("proc.name CONTAINS a") == 10);
  CHECK(error_at("fd.num <> 1") == 8);
  CHECK(error_at("fd.num < abc") == 9);
  CHECK(error_at("fd.num > 10K") == 11);
  CHECK(error_at("fd.num in 5") == 10);
  CHECK(error_at("proc.name = a,b") == 13);
  CHECK(error_at("proc.name regex ^(a|b)$") == 17);
  CHECK(error_at("proc.name = \"a\\qb\"") == 18);
  CHECK(error_at("proc.name = \"a\\\\\"") == 12);
  CHECK(error_at("proc.name in (a,)") == 16);
  CHECK(error_at("proc.name in (,a)") == 14);
  CHECK(error_at("proc.name in (a b)") == 16);
  CHECK(error_at("proc.name = anyof(a)") == 17);
  CHECK(error_at("proc.env[ HOME] = x") == 9);
  CHECK(error_at("proc.env [HOME] = x") == 9);
  CHECK(error_at("(proc.name=a") == 12);
  CHECK(error_at("()") == 1);
  CHECK(error_at("tolower (proc.name) = a") == 8);
  CHECK(error_at("proc.name = val(tolower(proc.pname))") == 16);
  CHECK(error_at("evt.type=open and") == 17);
}

TEST_CASE("mistakes are told in words") {
  CHECK(message("proc.name") == "expected an operator after `proc.name`, found the end");
  CHECK(message("proc.name LIKE x") == "expected an operator after `proc.name`, found `LIKE`");
  CHECK(message("proc.aname[2]  ~ x") == "expected an operator after `proc.aname[2]`, found `~`");
  CHECK(message("a.b = (x)") == "expected one value, found `(`; use `in` to compare with a list");
  CHECK(message("a.b = \"x") == "the string is not closed");
  CHECK(message("a.b in (\"x)") == "the string is not closed");
  CHECK(message("a.b in (x") == "expected `,` or `)` in the list, found the end");
  CHECK(message("a.b < x") == "expected a number, found `x`");
  CHECK(message("a.b in 5") == "expected a list in parentheses, found `5`");
  CHECK(message("a.b=1 and )") == "expected a field, a macro name or `(`, found `)`");
  CHECK(message("") == "expected a field, a macro name or `(`, found the end");
  CHECK(message("(a.b=1") == "a `(` is not closed");
  CHECK(message("a.b=1)") == "`)` without `(`");
  CHECK(message("a.b=1 andc.d=2") == "expected a blank or `(` after `and`");
  CHECK(message("a.b=1 c.d=2") == "expected `and`, `or` or the end after the check, found `c.d=2`");
  CHECK(message("tolower(x) = a") ==
        "expected a field, a string, a number, a list or a transformer as argument, found `x`");
  CHECK(message("a.b = \"\\q\"") == "bad escape `\\q` in a string");
}

TEST_CASE("nesting is bounded like the reference's") {
  CHECK_FALSE(parse_condition(repeat("(", 198) + "evt.num exists" + repeat(")", 198)).error);
  const ParsedCondition deep = parse_condition(repeat("(", 199) + "evt.num exists" + repeat(")", 199));
  REQUIRE(deep.error);
  CHECK(deep.error->kind == SyntaxError::Kind::TooDeep);
  CHECK(deep.error->reference_offset == 206);
  CHECK_FALSE(parse_condition(repeat("not(", 198) + "a.b exists" + repeat(")", 198)).error);
  CHECK(parse_condition(repeat("not(", 300) + "a.b exists" + repeat(")", 300)).error);
  CHECK(parse_condition(repeat("tolower(", 600) + "a.b" + repeat(")", 600) + " exists").error);
}

TEST_CASE("hostile sizes end quickly") {
  bool failed = false;
  CHECK(seconds(repeat("(", 1000000) + "a.b=1" + repeat(")", 1000000), failed) < 2);
  CHECK(failed);
  CHECK(seconds("a.b = \"" + repeat("x\\", 500000), failed) < 10);
  CHECK(failed);
  CHECK(seconds(repeat("not ", 100000) + "a.b=1", failed) < 20);
  CHECK_FALSE(failed);
  CHECK(seconds("a.b in (x" + repeat(", yy", 100000) + ")", failed) < 20);
  CHECK_FALSE(failed);
  CHECK(parse_condition(repeat("x", (4u << 20) + 1)).error->kind == SyntaxError::Kind::TooLong);
}

TEST_CASE("any byte sequence gives a tree or one error") {
  uint32_t state = 1;
  const std::string_view pieces[] = {"a.b",  " ",        "=", "in", "(", ")",  "\"", "x",    "and ", "or ",
                                     "not ", "tolower(", "[", "]",  ",", "\\", "1",  "\x80", "val("};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 12; ++i) {
      state = state * 1664525 + 1013904223;
      text += pieces[(state >> 16) % std::size(pieces)];
    }
    const ParsedCondition parsed = parse_condition(text);
    if (parsed.error) {
      CHECK(parsed.error->range.begin <= text.size());
      CHECK_FALSE(parsed.error->message.empty());
    } else {
      CHECK(parsed.condition.root != ast::NodeId::None);
    }
  }
}

TEST_CASE("a call at the start of a text") {
  const auto call = parse_call_prefix("toupper( proc.name )foo");
  REQUIRE(call);
  CHECK(call->length == 20);
  CHECK(ast::normal_form(call->holder, call->call) == "toupper(proc.name)");
  CHECK_FALSE(parse_call_prefix("proc.name"));
  CHECK_FALSE(parse_call_prefix("toupper(proc.name"));
  CHECK_FALSE(parse_call_prefix("val(proc.name)"));
  CHECK(parse_call_prefix("getopt((\"-a\"),\"a\")[a]!")->length == 21);
}
