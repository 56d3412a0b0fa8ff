// SPDX-License-Identifier: Apache-2.0
//
// Length tables that lie are refused; located parameters are given by number.
#include <doctest/doctest.h>

#include <array>

#include "tests/support/capture_builder.h"
#include "vm/event/decoder.h"
#include "vm/event/event_view.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

struct Record {
  std::string bytes;
  WireParams wire;
  std::array<Bytes, limits::kEventParams> out;

  Record(uint32_t count, const std::string& lens, const std::string& data, bool large = false) : bytes(lens + data) {
    const Bytes b = as_bytes(bytes);
    wire = {b.data(), b.data() + b.size(), count, large};
  }
  bool locate(size_t wanted) { return locate_params(wire, wanted, out.data()); }
};

}  // namespace

TEST_CASE("parameters by number") {
  Record r(4, le(uint16_t{8}) + le(uint16_t{3}) + le(uint16_t{0}) + le(uint16_t{4}),
           le(int64_t{-2}) + "abc" + le(uint32_t{80}));
  REQUIRE(r.locate(4));
  EventView view;
  view.code = EventCode::SYSCALL_READ_X;
  view.set_params(r.out.data(), 4);
  CHECK(view.integer(0) == -2);
  CHECK(view.text(1) == "abc");
  CHECK_FALSE(view.has(2));
  CHECK(view.uinteger(3) == 80);
  CHECK(view.param(4).empty());
  CHECK_FALSE(view.has(4));
  CHECK(view.integer(1, 99) == 99);  // three bytes are no integer
}

TEST_CASE("only what is wanted is located, all of the table is checked") {
  Record r(2, le(uint16_t{1}) + le(uint16_t{1}), "ab");
  REQUIRE(r.locate(1));
  CHECK(as_text(r.out[0]) == "a");
  CHECK(r.out[1].data() == nullptr);
  CHECK_FALSE(Record(2, le(uint16_t{1}) + le(uint16_t{2}), "ab").locate(1));
}

TEST_CASE("tables that lie") {
  CHECK_FALSE(Record(2, le(uint16_t{1}), "a").locate(2));
  CHECK_FALSE(Record(2, le(uint16_t{1}) + le(uint16_t{1}), "a").locate(2));
  CHECK_FALSE(Record(UINT32_MAX, le(uint16_t{1}), "a").locate(0));
  CHECK(Record(32, std::string(64, '\0'), "").locate(32));
  CHECK_FALSE(Record(2, le(uint32_t{0xffffffff}) + le(uint32_t{2}), "a", true).locate(2));
  CHECK(Record(2, le(uint32_t{1}) + le(uint32_t{0}), "a", true).locate(2));
}

TEST_CASE("data behind the last parameter is ignored") {
  Record r(1, le(uint16_t{1}), "abc");
  REQUIRE(r.locate(1));
  CHECK(as_text(r.out[0]) == "a");
}
