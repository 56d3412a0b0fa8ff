// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/value_text.h"

#include <doctest/doctest.h>

#include <vector>

#include "vm/ops/net_ops.h"

using namespace fvm;

namespace {

std::string text(const Value& v, PrintStyle style) {
  std::string out;
  append_text(out, {&v, 1, true}, style);
  return out;
}
std::string json(const Value& v, PrintStyle style) { return to_line(to_json({&v, 1, true}, style)); }

}  // namespace

TEST_CASE("integers print by their format, in JSON as numbers when decimal") {
  const Value v = Value::uinteger(0x801);
  CHECK(text(v, {TypeId::UINT32, Format::HEX}) == "801");
  CHECK(json(v, {TypeId::UINT32, Format::HEX}) == "\"801\"");
  CHECK(text(Value::uinteger(0xABCDEF), {TypeId::UINT32, Format::HEX}) == "ABCDEF");
  CHECK(text(Value::uinteger(0755), {TypeId::UINT32, Format::OCT}) == "755");
  CHECK(text(Value::integer(-2), {TypeId::INT64, Format::DEC}) == "-2");
  CHECK(json(Value::integer(-2), {TypeId::INT64, Format::DEC}) == "-2");
  CHECK(json(Value::uinteger(UINT64_MAX), {TypeId::UINT64, Format::ID}) == "18446744073709551615");
  CHECK(text(Value::uinteger(42), {TypeId::RELTIME, Format::PADDED_DEC}) == "000000042");
  CHECK(json(Value::uinteger(42), {TypeId::RELTIME, Format::PADDED_DEC}) == "42");
  CHECK(json(Value::uinteger(42), {TypeId::UINT64, Format::PADDED_DEC}) == "\"000000042\"");
}

TEST_CASE("a number without a print format and raw types without text have no value") {
  CHECK_FALSE(is_printable({TypeId::UINT32, Format::NA}));
  CHECK_FALSE(is_printable({TypeId::SOCKTUPLE, Format::DEC}));
  CHECK(is_printable({TypeId::BOOL, Format::NA}));
  CHECK(json(Value::uinteger(1), {TypeId::UINT32, Format::NA}) == "null");
  CHECK(to_line(to_json(ValueList::missing(), {TypeId::CHARBUF, Format::NA})) == "null");
}

TEST_CASE("booleans, doubles, addresses and buffers") {
  CHECK(text(Value::boolean(true), {TypeId::BOOL, Format::NA}) == "true");
  CHECK(json(Value::boolean(false), {TypeId::BOOL, Format::NA}) == "false");
  CHECK(text(Value::real(12.34), {TypeId::DOUBLE, Format::NA}) == "12.3");
  CHECK(json(Value::real(0.5), {TypeId::DOUBLE, Format::NA}) == "0.5");
  CHECK(text(Value::ip(*ops::parse_ip("2001:db8:0:0::1")), {TypeId::IPADDR, Format::NA}) == "2001:db8::1");
  CHECK(text(Value::net(*ops::parse_net("10.0.0.0/8")), {TypeId::IPNET, Format::NA}) == "<IPNET>");
  const std::string raw("a\0b\n\x7f z", 7);
  CHECK(text(Value::bytes(as_bytes(raw)), {TypeId::BYTEBUF, Format::NA}) == "a.b.. z");
  const std::string longer(2000, 'x');
  CHECK(text(Value::bytes(as_bytes(longer)), {TypeId::BYTEBUF, Format::NA}).size() == 1023);
  CHECK(text(Value::bytes(as_bytes(longer)), {TypeId::BYTEBUF, Format::NA, false, true}).size() == 2000);
}

TEST_CASE("lists print in parentheses and are cut") {
  const std::vector<Value> two{Value::text("file"), Value::text("ipv4")};
  std::string out;
  append_text(out, {two.data(), 2, true}, {TypeId::CHARBUF, Format::NA, true});
  CHECK(out == "(file,ipv4)");
  CHECK(to_line(to_json({two.data(), 2, true}, {TypeId::CHARBUF, Format::NA, true})) == "[\"file\",\"ipv4\"]");
  out.clear();
  append_text(out, {nullptr, 0, true}, {TypeId::CHARBUF, Format::NA, true});
  CHECK(out == "()");
  const std::vector<Value> many(600, Value::text("ab"));
  out.clear();
  append_text(out, {many.data(), 600, true}, {TypeId::CHARBUF, Format::NA, true});
  CHECK(out.size() == 1023);
}

TEST_CASE("a raw argument prints in the format of the parameter") {
  FieldUse use;
  use.id = FieldId::EvtRawarg;
  use.arg = FieldArg::Key;
  use.key = "flags";
  use.type = TypeId::FLAGS32;
  CHECK(style_of(use).format == Format::HEX);
  use.key = "res";
  CHECK(style_of(use).format == Format::DEC);
}

TEST_CASE("lines never carry control characters or invalid UTF-8") {
  CHECK(escape_line("a\"b\\c\n\t\x1b[0m") == "a\\\"b\\\\c\\n\\t\\u001b[0m");
  CHECK(escape_line("gr\xc3\xbc\xc3\x9f/") == "gr\xc3\xbc\xc3\x9f/");
  CHECK(escape_line("bad\xff!") == "bad\xef\xbf\xbd!");
}
