// SPDX-License-Identifier: Apache-2.0
//
// The stream: events in all block types, sections, gzip, files, and what lies or is cut off.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "capture/blocks.h"
#include "tests/unit/capture/reading.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

constexpr size_t kSectionBytes = 28;

std::string close_body(uint64_t ts, std::string_view flags = {}) {
  return le(uint16_t{3}) + std::string(flags) + encode_event(EventCode::SYSCALL_CLOSE_X, ts, 200, {0, 7});
}

CaptureBuilder small_capture() {
  CaptureBuilder capture;
  ThreadRecord t;
  t.tid = t.pid = 200;
  t.comm = "sh";
  FdRecord f;
  f.fd = 7;
  f.type = FdType::FileV2;
  f.name = "/f";
  capture.machine({}).users({{0, 0, "root", "/root", "/bin/sh"}}).threads({t}).fds(200, {f});
  capture.event(EventCode::SYSCALL_CLOSE_X, 1, 200, {0, 7});
  capture.event(EventCode::SYSCALL_READ_E, 2, 200, {5, 80});
  capture.event(EventCode::SYSCALL_READ_X, 3, 200, {4, "data"});
  capture.event(EventCode::ASYNCEVENT_E, 4, -1, {0, "hi", Param::raw("xyz")});
  return capture;
}

std::vector<uint8_t> joined(std::vector<uint8_t> a, const std::vector<uint8_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::string temporary(const char* name) { return std::string(FALCO_BINARY_DIR) + "/test_capture_" + name; }

}  // namespace

TEST_CASE("event blocks of every type") {
  CaptureBuilder capture;
  capture.block(0x216, close_body(1));
  capture.block(0x217, close_body(2, le(uint32_t{1})));
  capture.block(0x221, close_body(3));  // large block, ordinary event: 2-byte lengths
  capture.block(0x222, close_body(4, le(uint32_t{2})));
  const std::string v1 = le(uint16_t{3}) + encode_event(EventCode::SYSCALL_CLOSE_X, 5, 200, {0, 7}, 1);
  capture.block(0x204, v1).block(0x8010ABCD, v1);
  capture.block(0x208, le(uint16_t{3}) + le(uint32_t{1}) + encode_event(EventCode::SYSCALL_CLOSE_X, 6, 200, {0, 7}, 1));
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.complete());
  REQUIRE(r.events.size() == 7);
  const bool kStateOnly[] = {false, true, false, false, false, false, true};
  for (size_t i = 0; i < r.events.size(); ++i) {
    CAPTURE(i);
    CHECK(r.events[i].code == EventCode::SYSCALL_CLOSE_X);
    CHECK(r.events[i].cpu == 3);
    CHECK(r.events[i].tid == 200);
    CHECK(r.events[i].state_only == kStateOnly[i]);
    REQUIRE(r.events[i].params.size() == 2);
    CHECK(r.events[i].uint(1) == 7);
  }
  CHECK(r.events[0].offset == kSectionBytes);
  CHECK(r.stats.raw_events == 7);
  CHECK(r.stats.bytes == capture.bytes().size());
}

TEST_CASE("four-byte lengths go with the event code, not with the block") {
  CaptureBuilder capture;
  const std::string event =
      encode_event(EventCode::ASYNCEVENT_E, 1, -1, {9, "container", Param::raw(std::string(70000, 'x'))});
  capture.block(0x221, le(uint16_t{0}) + event);
  capture.block(0x216, le(uint16_t{0}) + encode_event(EventCode::ASYNCEVENT_E, 2, -1, {9, "hi", Param::raw("xyz")}));
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.events.size() == 2);
  CHECK(r.events[0].params[2].size() == 70000);
  CHECK(r.events[1].text(1) == "hi");
  CHECK(r.events[1].params[2] == "xyz");

  CaptureBuilder too_big;
  too_big.block(0x216, le(uint16_t{0}) + event);
  CHECK(read_all(Bytes(too_big.bytes())).error.kind == SourceError::Kind::Corrupt);
}

TEST_CASE("version 1 events: counts are inferred, a known slip in the length is put right") {
  CaptureBuilder capture;
  std::string slipped = encode_event(EventCode::NOTIFICATION_E, 1, 1, {"id", "text"}, 1);
  const uint32_t wrong = static_cast<uint32_t>(slipped.size() + 3);
  std::memcpy(slipped.data() + 16, &wrong, sizeof wrong);
  capture.block(0x204, le(uint16_t{0}) + slipped);
  capture.event(EventCode::SYSCALL_CLOSE_X, 2, 1, {0}, {.version = 1});  // an old layout
  capture.event(EventCode::SOCKET_GETSOCKNAME_X, 3, 1, {}, {.version = 1});
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.events.size() == 3);
  CHECK(r.events[0].text(1) == "text");
  CHECK(r.events[1].params.size() == 2);
  CHECK(r.events[2].params.empty());
}

TEST_CASE("surplus parameters of unmanaged events are left out, other counts are refused and counted") {
  const auto with_count = [](EventCode code, uint32_t n) {
    std::string e = le(uint64_t{1}) + le(int64_t{1}) + le(static_cast<uint32_t>(26 + 2 * n)) +
                    le(static_cast<uint16_t>(code)) + le(n);
    return le(uint16_t{0}) + e + std::string(2 * n, '\0');
  };
  CaptureBuilder capture;
  capture.block(0x216, with_count(EventCode::SOCKET_GETSOCKNAME_X, 40));
  capture.block(0x216, with_count(EventCode::SYSCALL_READ_X, 5));  // more than the row
  capture.block(0x216, with_count(EventCode::SYSCALL_READ_X, 3));  // nobody ever wrote this
  capture.block(0x216, with_count(EventCode::SYSCALL_READ_E, 1));
  capture.block(0x216, with_count(EventCode::PROCEXIT_X, 0));  // unused code
  std::string unknown = with_count(EventCode::SYSCALL_READ_X, 0);
  const uint16_t newer = kEventCount;
  std::memcpy(unknown.data() + 2 + 20, &newer, sizeof newer);
  capture.block(0x216, unknown);
  capture.block(0x216, close_body(9));
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.complete());
  REQUIRE(r.events.size() == 2);
  CHECK(r.events[0].params.empty());
  CHECK(r.events[1].ts_ns == 9);
  CHECK(r.stats.refused == 4);
  CHECK(r.stats.unknown_events == 1);
  CHECK(r.stats.raw_events == r.events.size() + r.stats.absorbed + r.stats.refused + r.stats.unknown_events);
  CHECK(r.stats.first_refusal.find("5 parameters") != std::string::npos);
}

TEST_CASE("unknown blocks are skipped and counted wherever they stand") {
  CaptureBuilder capture;
  capture.block(0x999, std::string(300000, 'u'))
      .block(0x216, close_body(1))
      .block(0x12345678, "abc")
      .block(0x216, close_body(2));
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.complete());
  CHECK(r.events.size() == 2);
  CHECK(r.stats.unknown_blocks == 2);
}

TEST_CASE("a batch ends in front of a metadata block") {
  CaptureBuilder capture;
  ThreadRecord t;
  t.tid = t.pid = 1;
  capture.threads({t})
      .block(0x216, close_body(1))
      .block(0x216, close_body(2))
      .threads({t, t})
      .block(0x216, close_body(3));
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.complete());
  CHECK(r.threads_before_batch == std::vector<size_t>{1, 3});
  CHECK(r.events.size() == 3);
}

TEST_CASE("concatenated captures, plain and as gzip members") {
  const CaptureBuilder capture = small_capture();
  const std::vector<uint8_t> twice = joined(capture.bytes(), capture.bytes());
  const std::vector<uint8_t> members = joined(capture.gzip(), capture.gzip());
  std::vector<uint8_t> padded = members;
  padded.resize(padded.size() + 1000);  // zero padding, as tapes leave
  for (const std::vector<uint8_t>* bytes :
       std::initializer_list<const std::vector<uint8_t>*>{&twice, &members, &padded}) {
    const Reading r = read_all(Bytes(*bytes));
    REQUIRE(r.complete());
    CHECK(r.sections == 2);
    CHECK(r.machines.size() == 2);
    CHECK(r.events.size() == 6);
    CHECK(r.stats.bytes == twice.size());
  }
  // A member may end anywhere, also inside a block.
  const Bytes plain = capture.bytes();
  const Reading r = read_all(Bytes(joined(gzip_member(plain.first(100)), gzip_member(plain.subspan(100)))));
  CHECK(r.complete());
  CHECK(r.events.size() == 3);
}

TEST_CASE("enter events do not reach over to the next section") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_READ_E, 1, 5, {99, 80}).event(EventCode::SYSCALL_CLOSE_X, 2, 6, {0, 7});
  capture.section().event(EventCode::SYSCALL_READ_X, 3, 5, {4, "data"});
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.events.size() == 2);
  CHECK(r.events[1].uint(2) == 0);
}

TEST_CASE("damaged gzip: what came out before the damage stands") {
  CaptureBuilder capture;
  for (uint64_t i = 0; i < 20000; ++i)
    capture.event(EventCode::SYSCALL_CLOSE_X, i * 7919, static_cast<int64_t>(i * 31), {0, i});
  std::vector<uint8_t> gz = capture.gzip();
  SUBCASE("cut off") {
    gz.resize(gz.size() / 2);
    const Reading r = read_all(Bytes(gz));
    CHECK(r.last == BatchStatus::Failed);
    CHECK(r.error.kind == SourceError::Kind::Truncated);
    CHECK(r.events.size() > 1000);
    CHECK(r.events.size() < 20000);
  }
  SUBCASE("flipped") {
    for (size_t i = 0; i < 64; ++i) gz[gz.size() / 2 + i] ^= 0x5a;
    const Reading r = read_all(Bytes(gz));
    CHECK(r.last == BatchStatus::Failed);
    CHECK(r.events.size() > 1000);
  }
  SUBCASE("rubbish behind it") {
    for (const char c : {'r', 'u', 'b'}) gz.push_back(static_cast<uint8_t>(c));
    const Reading r = read_all(Bytes(gz));
    CHECK(r.error.kind == SourceError::Kind::Corrupt);
    CHECK(r.events.size() == 20000);
  }
}

TEST_CASE("what is not a capture says so") {
  using Kind = SourceError::Kind;
  const auto open_error = [](std::string_view text) { return read_all(as_bytes(text)).open_error; };
  CHECK(open_error("")->kind == Kind::NotACapture);
  CHECK(open_error("x")->kind == Kind::NotACapture);
  CHECK(open_error("- rule: a YAML file that somebody passed by mistake")->kind == Kind::NotACapture);
  CHECK(open_error("\x1f\x8b")->kind == Kind::Truncated);
  CHECK(open_error("\x1f\x8bthis is not gzip at all, only its magic")->kind == Kind::Corrupt);

  const auto header_error = [](uint32_t magic, uint16_t major) {
    CaptureBuilder capture(false);
    capture.block(0x0A0D0D0A, le(magic) + le(major) + le(uint16_t{9}) + le(~uint64_t{0}) + "options!")
        .block(0x216, close_body(1));
    const Reading r = read_all(Bytes(capture.bytes()));
    return r.complete() ? Kind::Open : r.error.kind;
  };
  CHECK(header_error(0x1A2B3C4D, 1) == Kind::Open);
  CHECK(header_error(0x1A2B3C4D, 2) == Kind::Unsupported);
  CHECK(header_error(0x4D3C2B1A, 1) == Kind::Unsupported);
  CHECK(header_error(0xdeadbeef, 1) == Kind::NotACapture);

  CHECK(read_all(Bytes(CaptureBuilder().bytes())).error.kind == Kind::Truncated);  // no events
}

TEST_CASE("directories, missing files, FIFOs and plain files") {
  const auto directory = open_capture(std::string(FALCO_BINARY_DIR));
  REQUIRE_FALSE(directory);
  CHECK(directory.error().kind == SourceError::Kind::Open);
  CHECK(directory.error().message.find("directory") != std::string::npos);
  CHECK_FALSE(open_capture(temporary("missing")));
  CHECK_FALSE(open_capture(std::string("with\0nul", 8)));

  const std::vector<uint8_t> gz = small_capture().gzip();
  const auto write = [&](const std::string& path) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(gz.data()), static_cast<std::streamsize>(gz.size()));
  };
  const std::string file = temporary("file");
  write(file);
  auto source = open_capture(file);
  REQUIRE(source);
  CHECK((*source)->size() == gz.size());
  Reading r;
  r.run(**source);
  CHECK(r.events.size() == 3);
  CHECK((*source)->position() == gz.size());

  const std::string fifo = temporary("fifo");
  std::remove(fifo.c_str());
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  std::thread writer([&] { write(fifo); });
  CHECK(read_all(fifo).events.size() == 3);
  writer.join();
  std::remove(fifo.c_str());
  std::remove(file.c_str());
}

TEST_CASE("cut off at every byte: events before the cut come out, the error says where") {
  const CaptureBuilder capture = small_capture();
  const Reading whole = read_all(Bytes(capture.bytes()));
  REQUIRE(whole.complete());
  REQUIRE(whole.events.size() == 3);
  for (size_t cut = 0; cut < capture.bytes().size(); ++cut) {
    CAPTURE(cut);
    const Reading r = read_all(Bytes(capture.bytes()).first(cut));
    size_t expected = 0;
    for (const SeenEvent& event : whole.events) {
      const size_t length = load<uint32_t>(capture.bytes().data() + event.offset + 4);
      expected += event.offset + length <= cut ? 1 : 0;
    }
    REQUIRE(r.events.size() == expected);
    if (r.complete()) {
      CHECK(expected > 0);  // exactly between two blocks
    } else if (!r.open_error) {
      CHECK(r.error.kind == SourceError::Kind::Truncated);
      CHECK(r.error.offset <= cut);
      CHECK_FALSE(r.error.message.empty());
    }
    const Reading zipped = read_all(Bytes(gzip_member(Bytes(capture.bytes()).first(cut))));
    CHECK(zipped.events.size() == expected);
  }
}

TEST_CASE("lying lengths") {
  SUBCASE("inside an intact frame: skipped, counted, explained") {
    for (const auto& lie : {std::pair{2 + 16, 255u}, {2 + 16, 5u}, {2 + 22, 0xffffffffu}, {2 + 26, 0xffffu}}) {
      CAPTURE(lie.first);
      std::string body = close_body(1);
      std::memcpy(body.data() + lie.first, &lie.second, sizeof lie.second);
      CaptureBuilder capture;
      capture.block(0x216, body).block(0x216, close_body(2)).block(0x216, "tiny").block(0x216, close_body(3));
      const Reading r = read_all(Bytes(capture.bytes()));
      CHECK(r.complete());
      CHECK(r.events.size() == 2);
      CHECK(r.stats.refused == 2);
      CHECK(r.stats.first_refusal.find("byte 28") != std::string::npos);
    }
  }
  SUBCASE("of the frame: an error") {
    for (const uint32_t length : {0u, 8u, 11u, 70000u, 0xffffffffu}) {
      CAPTURE(length);
      CaptureBuilder capture;
      capture.block(0x216, close_body(1)).append(le(uint32_t{0x216}) + le(length) + std::string(80000, 'z'));
      const Reading r = read_all(Bytes(capture.bytes()));
      CHECK(r.last == BatchStatus::Failed);
      CHECK(r.error.kind == SourceError::Kind::Corrupt);
      CHECK(r.error.offset == kSectionBytes + 60);
      CHECK(r.events.size() == 1);
    }
  }
  SUBCASE("a metadata trailer that differs") {
    CaptureBuilder capture;
    capture.append(le(uint32_t{0x215}) + le(uint32_t{12}) + le(uint32_t{16})).block(0x216, close_body(1));
    CHECK(read_all(Bytes(capture.bytes())).error.kind == SourceError::Kind::Corrupt);
  }
  SUBCASE("an event trailer that differs does not matter by itself") {
    CaptureBuilder capture;
    std::string bytes(as_text(CaptureBuilder(false).block(0x216, close_body(1)).bytes()));
    bytes.back() = 'x';
    capture.append(bytes);
    CHECK(read_all(Bytes(capture.bytes())).events.size() == 1);
  }
}

TEST_CASE("random bytes in a capture never do harm") {
  const CaptureBuilder capture = small_capture();
  uint32_t seed = 12345;
  const auto random = [&] { return seed = seed * 1664525u + 1013904223u, seed >> 8; };
  uint64_t completed = 0;
  for (int round = 0; round < 20000; ++round) {
    std::vector<uint8_t> bytes = capture.bytes();
    for (uint32_t flips = 1 + random() % 4; flips > 0; --flips)
      bytes[random() % bytes.size()] ^= static_cast<uint8_t>(1u << (random() % 8));
    const Reading r = read_all(Bytes(bytes));
    completed += r.complete() ? 1 : 0;
    REQUIRE(r.events.size() + r.stats.absorbed + r.stats.refused + r.stats.unknown_events >= r.stats.raw_events);
  }
  CHECK(completed > 0);
}

TEST_CASE("a thread is noted once in a batch, and again after something of it was read") {
  Interest interest;
  interest.noted = EventSet::all();
  interest.read.add(EventCode::SYSCALL_CLOSE_X);
  const auto note = [](CaptureBuilder& capture, int64_t tid) { capture.event(EventCode::SYSCALL_FUTEX_X, 1, tid, {0}); };
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_CLOSE_X, 1, 1, {0, 7});  // goes through the general way
  for (int round = 0; round < 2; ++round) {
    for (const int64_t tid : {100, 200, 100, 200, 100}) note(capture, tid);
    capture.event(EventCode::SYSCALL_CLOSE_X, 2, 100, {0, 7});
  }
  note(capture, 200);
  note(capture, 100);

  const std::vector<uint8_t> bytes = capture.bytes();
  auto source = open_capture(Bytes(bytes));
  REQUIRE(source);
  (*source)->set_interest(interest);
  Reading sink;
  std::span<EventView> batch;
  REQUIRE((*source)->next_batch(sink, batch) == BatchStatus::Events);
  std::string seen;
  for (const EventView& event : batch) {
    seen += (event.unread ? "note " : "read ") + std::to_string(event.tid);
    if (event.more > 0) seen += " and " + std::to_string(event.more);
    seen += "; ";
  }
  CHECK(seen == "read 1; note 100; note 200 and 3; read 100; note 100 and 4; read 100 and 1; note 100; ");
}
