// SPDX-License-Identifier: Apache-2.0
//
// Scalar operators: section 3 of the language.
#include "vm/ops/compare.h"

#include <doctest/doctest.h>

#include "vm/ops/hex.h"
#include "vm/ops/net_ops.h"

using namespace std::string_view_literals;
using fvm::CmpOp;
using fvm::Value;
using fvm::ops::compare;

namespace {

bool text(CmpOp op, std::string_view field, std::string_view constant) {
  return compare(op, Value::text(field), Value::text(constant));
}
bool bytes(CmpOp op, std::string_view field, std::string_view constant) {
  return compare(op, Value::bytes(fvm::as_bytes(field)), Value::bytes(fvm::as_bytes(constant)));
}
Value ip(std::string_view s) { return Value::ip(*fvm::ops::parse_ip(s)); }
Value net(std::string_view s) { return Value::net(*fvm::ops::parse_net(s)); }

}  // namespace

TEST_CASE("text") {
  CHECK(text(CmpOp::Eq, "cat", "cat"));
  CHECK_FALSE(text(CmpOp::Eq, "cat", "Cat"));
  CHECK(text(CmpOp::Ne, "cat", "dog"));
  CHECK(text(CmpOp::Lt, "cat", "dog"));
  CHECK(text(CmpOp::Lt, "cat", "catx"));
  CHECK(text(CmpOp::Gt, "\xff", "a"));
  CHECK(text(CmpOp::Le, "cat", "cat"));
  CHECK_FALSE(text(CmpOp::Ge, "cat", "dog"));
  CHECK(text(CmpOp::Contains, "cat", ""));
  CHECK(text(CmpOp::StartsWith, "cat", ""));
  CHECK(text(CmpOp::EndsWith, "cat", ""));
  CHECK_FALSE(text(CmpOp::Glob, "cat", ""));
  CHECK(text(CmpOp::IContains, "xcat", "CA"));
  CHECK_FALSE(text(CmpOp::IContains, "ca", "cat"));
  CHECK_FALSE(text(CmpOp::IContains, "\xc3\xa4", "\xc3\x84"));
  CHECK(text(CmpOp::PMatch, "/etc/shadow", "etc"));
  CHECK(compare(CmpOp::Exists, Value::text(""), {}));
}

TEST_CASE("bytes") {
  CHECK(bytes(CmpOp::Contains, "a\0b"sv, "\0b"sv));
  CHECK(bytes(CmpOp::BStartsWith, "\x00\x01\xca\xfe"sv, *fvm::ops::decode_hex("0001")));
  CHECK(bytes(CmpOp::BContains, "\x00\x01\xca\xfe"sv, *fvm::ops::decode_hex("CAfe")));
  CHECK_FALSE(bytes(CmpOp::Eq, "a\0"sv, "a"sv));
  CHECK_FALSE(bytes(CmpOp::Glob, "a", "a"));
  CHECK_FALSE(text(CmpOp::BContains, "a", "a"));
  CHECK_FALSE(fvm::ops::decode_hex("6865f"));
  CHECK_FALSE(fvm::ops::decode_hex("xx"));
  CHECK(fvm::ops::decode_hex("")->empty());
}

TEST_CASE("numbers") {
  CHECK(compare(CmpOp::Gt, Value::integer(22), Value::integer(-1)));
  CHECK_FALSE(compare(CmpOp::Gt, Value::uinteger(22), Value::uinteger(UINT64_MAX)));
  CHECK(compare(CmpOp::Ge, Value::real(0.5), Value::real(0)));
  CHECK(compare(CmpOp::In, Value::uinteger(9), Value::uinteger(9)));
  CHECK(compare(CmpOp::Ne, Value::boolean(true), Value::boolean(false)));
  CHECK_FALSE(compare(CmpOp::Lt, Value::boolean(false), Value::boolean(true)));
}

TEST_CASE("kinds must agree") {
  for (const CmpOp op : {CmpOp::Eq, CmpOp::Ne, CmpOp::Lt, CmpOp::In, CmpOp::Contains}) {
    CHECK_FALSE(compare(op, Value::integer(1), Value::uinteger(1)));
    CHECK_FALSE(compare(op, Value::text("a"), Value::bytes(fvm::as_bytes("a"sv))));
    CHECK_FALSE(compare(op, Value(), Value()));
  }
}

TEST_CASE("addresses and networks") {
  CHECK(compare(CmpOp::Eq, ip("142.251.111.147"), ip("142.251.111.147")));
  CHECK_FALSE(compare(CmpOp::Eq, ip("1.1.1.1"), ip("::1")));
  CHECK(compare(CmpOp::Ne, ip("1.1.1.1"), ip("::1")));
  CHECK(compare(CmpOp::Eq, ip("142.251.111.147"), net("142.251.0.0/16")));
  CHECK(compare(CmpOp::Eq, ip("142.251.111.147"), net("1.2.3.4/0")));
  CHECK(compare(CmpOp::Ne, ip("142.251.111.147"), net("10.0.0.0/8")));
  CHECK(compare(CmpOp::Ne, ip("142.251.111.147"), net("2001:db8::/32")));
  CHECK(compare(CmpOp::Eq, ip("2001:4860:4860::8888"), net("2001:4860::/31")));
  CHECK(compare(CmpOp::Eq, ip("2001:4861::1"), net("2001:4860::/31")));
  CHECK_FALSE(compare(CmpOp::Eq, ip("2001:4862::1"), net("2001:4860::/31")));
  CHECK(compare(CmpOp::Eq, ip("2001:4860:4860::8888"), net("2001:4860:4860::8888/128")));
}

TEST_CASE("address text") {
  using fvm::ops::format_ip;
  using fvm::ops::parse_ip;
  using fvm::ops::parse_net;
  CHECK(format_ip(*parse_ip("2001:4860:4860:0::8888")) == "2001:4860:4860::8888");
  CHECK(format_ip(*parse_ip("10.0.0.1")) == "10.0.0.1");
  CHECK(fvm::ops::format_net(*parse_net("10.0.0.0/8")) == "10.0.0.0/8");
  for (const std::string_view bad : {""sv, "1.2.3"sv, "::ffff:1.2.3.4"sv, "1.2.3.4.5"sv, "x"sv, "1.2.3.256"sv, "1.1.1.1\0"sv}) CHECK_FALSE(parse_ip(bad));
  for (const std::string_view bad : {"1.2.3.4", "142.251/16", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/+1", "::1/0", "::1/129", "1.2.3.4/255.255.255.0"})
    CHECK_FALSE(parse_net(bad));
}
