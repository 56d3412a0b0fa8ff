// SPDX-License-Identifier: Apache-2.0
//
// The decoder refuses length tables that lie, and gives parameters by number.
#include <doctest/doctest.h>

#include "tests/support/capture_builder.h"
#include "vm/event/decoder.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

struct Record {
  std::string lens, data;
  RawEvent raw;
  Record(uint32_t nparams, std::string l, std::string d) : lens(std::move(l)), data(std::move(d)) {
    raw.code = EventCode::SYSCALL_READ_X;
    raw.nparams = nparams;
    raw.lens = as_bytes(lens);
    raw.data = as_bytes(data);
    raw.ts_ns = 5;
    raw.tid = 6;
    raw.cpu = 7;
    raw.state_only = true;
  }
};

}  // namespace

TEST_CASE("parameters by number") {
  const Record r(4, le(uint16_t{8}) + le(uint16_t{3}) + le(uint16_t{0}) + le(uint16_t{4}),
                 le(int64_t{-2}) + "abc" + le(uint32_t{80}));
  EventView view;
  REQUIRE(Decoder::decode(r.raw, view) == DecodeError::None);
  CHECK(view.ts_ns == 5);
  CHECK(view.tid == 6);
  CHECK(view.cpu == 7);
  CHECK(view.state_only);
  CHECK(view.integer(0) == -2);
  CHECK(view.text(1) == "abc");
  CHECK_FALSE(view.has(2));
  CHECK(view.uinteger(3) == 80);
  CHECK(view.param(4).empty());
  CHECK(view.integer(1, 99) == 99);  // three bytes are no integer
}

TEST_CASE("tables that lie") {
  EventView view;
  CHECK(Decoder::decode(Record(2, le(uint16_t{1}), "a").raw, view) == DecodeError::ShortLengthTable);
  CHECK(Decoder::decode(Record(2, le(uint16_t{1}) + le(uint16_t{1}), "a").raw, view) ==
        DecodeError::ParamsBeyondRecord);
  CHECK(Decoder::decode(Record(33, std::string(66, '\0'), "").raw, view) == DecodeError::TooManyParams);
  CHECK(Decoder::decode(Record(32, std::string(64, '\0'), "").raw, view) == DecodeError::None);
  Record large(2, le(uint32_t{0xffffffff}) + le(uint32_t{2}), "a");
  large.raw.large_lens = true;
  CHECK(Decoder::decode(large.raw, view) == DecodeError::ParamsBeyondRecord);
  Record unknown(0, "", "");
  unknown.raw.code = static_cast<EventCode>(kEventCount);
  CHECK(Decoder::decode(unknown.raw, view) == DecodeError::UnknownCode);
}

TEST_CASE("data behind the last parameter is ignored") {
  EventView view;
  const Record r(1, le(uint16_t{1}), "abc");
  REQUIRE(Decoder::decode(r.raw, view) == DecodeError::None);
  CHECK(view.text(0) == "a");
}
