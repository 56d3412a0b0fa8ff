// SPDX-License-Identifier: Apache-2.0
//
// Inflating on a thread of its own: the same bytes, ends, errors and places as without; nothing waits for ever.
#include <doctest/doctest.h>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <thread>

#include "capture/input_stream.h"
#include "capture/read_ahead.h"
#include "tests/unit/capture/reading.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

/// Some megabytes, several times what is read ahead; shrinks to a third or so.
const std::vector<uint8_t>& plain_bytes() {
  static const std::vector<uint8_t> kept = [] {
    std::vector<uint8_t> bytes(5'000'003);
    uint32_t seed = 1;
    for (uint8_t& b : bytes) b = static_cast<uint8_t>("abcdefgh"[(seed = seed * 1664525u + 1013904223u) >> 29]);
    return bytes;
  }();
  return kept;
}
const std::vector<uint8_t>& packed_bytes() {
  static const std::vector<uint8_t> kept = gzip_member(plain_bytes());
  return kept;
}

struct Stream {
  std::vector<uint8_t> bytes;
  std::optional<SourceError> error;
  uint64_t position = 0;
};

Stream read_stream(std::unique_ptr<ByteSource> source, InflateThread thread, size_t piece) {
  InputStream in(std::move(source), thread);
  Stream out;
  uint64_t last = 0;
  while (in.available() > 0 || in.fill(1)) {
    const size_t n = std::min(piece, in.available());
    out.bytes.insert(out.bytes.end(), in.data(), in.data() + n);
    in.consume(n);
    REQUIRE(in.position() >= last);
    REQUIRE(in.position() <= in.size());
    last = in.position();
  }
  out.error = in.error();
  out.position = in.position();
  return out;
}

/// Reads in both ways and compares; gives what was read.
Stream same_both_ways(const std::vector<uint8_t>& packed) {
  Stream alone = read_stream(memory_source(packed), InflateThread::Never, SIZE_MAX);
  for (const size_t piece : {size_t{10'000}, SIZE_MAX}) {
    const Stream beside = read_stream(memory_source(packed), InflateThread::Always, piece);
    CHECK(beside.bytes == alone.bytes);
    CHECK(beside.position == alone.position);
    REQUIRE(beside.error.has_value() == alone.error.has_value());
    if (alone.error) {
      CHECK(beside.error->kind == alone.error->kind);
      CHECK(beside.error->offset == alone.error->offset);
      CHECK(beside.error->message == alone.error->message);
    }
  }
  return alone;
}

size_t threads() {
  size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/task")) ++count;
  return count;
}
/// A thread that has been waited for is still listed for a moment.
bool has_threads(size_t count) {
  for (int i = 0; i < 10'000 && threads() != count; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return threads() == count;
}

/// Gives out zeros without end and counts how often it was asked.
class Endless final : public ByteSource {
 public:
  explicit Endless(std::atomic<int>& reads) : reads_(reads) {}
  Result<size_t, SourceError> read(uint8_t* to, size_t capacity) override {
    std::memset(to, 0, capacity);
    position_ += capacity;
    ++reads_;
    return capacity;
  }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return 0; }

 private:
  std::atomic<int>& reads_;
  uint64_t position_ = 0;
};

}  // namespace

TEST_CASE("a thread gives the same bytes, whole and damaged") {
  const std::vector<uint8_t>& plain = plain_bytes();
  const std::vector<uint8_t>& packed = packed_bytes();
  REQUIRE(packed.size() > 1'000'000);

  SUBCASE("whole") {
    const Stream read = same_both_ways(packed);
    CHECK(read.bytes == plain);
    CHECK_FALSE(read.error);
    CHECK(read.position == packed.size());
  }
  SUBCASE("members, and zeros behind them") {
    std::vector<uint8_t> members = packed;
    members.insert(members.end(), packed.begin(), packed.end());
    CHECK(same_both_ways(members).bytes.size() == 2 * plain.size());
    members.resize(members.size() + 5000);
    CHECK_FALSE(same_both_ways(members).error);
  }
  SUBCASE("cut off") {
    for (const size_t cut : {size_t{2}, size_t{11}, size_t{200'000}, packed.size() / 2, packed.size() - 9, packed.size() - 1}) {
      CAPTURE(cut);
      const Stream read = same_both_ways({packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(cut)});
      REQUIRE(read.error);
      CHECK(read.error->kind == SourceError::Kind::Truncated);
      CHECK(std::equal(read.bytes.begin(), read.bytes.end(), plain.begin()));
    }
  }
  SUBCASE("flipped") {
    for (const size_t at : {size_t{3}, size_t{300'000}, packed.size() - 400'000, packed.size() - 5}) {
      CAPTURE(at);
      std::vector<uint8_t> damaged = packed;
      for (size_t i = at; i < std::min(at + 64, damaged.size()); ++i) damaged[i] ^= 0x5a;
      const Stream read = same_both_ways(damaged);
      REQUIRE(read.error);
      CHECK(read.error->kind == SourceError::Kind::Corrupt);
    }
  }
  SUBCASE("rubbish behind it") {
    std::vector<uint8_t> longer = packed;
    longer.insert(longer.end(), {'r', 'u', 'b'});
    const Stream read = same_both_ways(longer);
    CHECK(read.bytes == plain);
    REQUIRE(read.error);
    CHECK(read.error->offset == packed.size());
  }
}

TEST_CASE("a capture read with a thread: events in front of a damage, and the error") {
  CaptureBuilder capture;
  for (uint64_t i = 0; i < 40000; ++i) {
    capture.event(EventCode::SYSCALL_CLOSE_X, i * 7919, static_cast<int64_t>(i * 31), {0, i * i});
  }
  std::vector<uint8_t> packed = capture.gzip();
  const auto read = [&](InflateThread thread) {
    Reading reading;
    auto source = open_capture(Bytes(packed), thread);
    REQUIRE(source);
    reading.run(**source);
    return reading;
  };
  CHECK(read(InflateThread::Always).events.size() == 40000);
  packed.resize(packed.size() / 2);
  const Reading alone = read(InflateThread::Never), beside = read(InflateThread::Always);
  CHECK(alone.events.size() > 10000);
  REQUIRE(alone.events.size() < 40000);
  CHECK(beside.events.size() == alone.events.size());
  CHECK(beside.last == BatchStatus::Failed);
  CHECK(beside.error.message == alone.error.message);
  CHECK(beside.stats.bytes == alone.stats.bytes);
}

TEST_CASE("a reader that stops early ends the thread") {
  const std::vector<uint8_t>& packed = packed_bytes();
  const size_t before = threads();
  for (const size_t want : {size_t{0}, size_t{1}, size_t{300'000}, size_t{2'000'000}}) {
    InputStream in(memory_source(packed), InflateThread::Always);
    CHECK(has_threads(before + 1));
    CHECK(in.fill(want));
  }
  CHECK(has_threads(before));

  std::atomic<int> reads = 0;
  {
    const auto source = read_ahead(std::make_unique<Endless>(reads));
    while (reads < 4) std::this_thread::yield();  // the ring is full, or about to be: the thread waits for room
  }
  CHECK(reads == 4);
}

TEST_CASE("who has a thread: large gzip sources of known size") {
  const std::vector<uint8_t>& plain = plain_bytes();
  const std::vector<uint8_t>& packed = packed_bytes();
  const std::vector<uint8_t> small = gzip_member(Bytes(plain).first(1000));
  const size_t before = threads();
  const auto starts = [&](size_t count, std::unique_ptr<ByteSource> source, InflateThread thread) {
    const InputStream in(std::move(source), thread);
    return has_threads(before + count);
  };
  CHECK(starts(1, memory_source(packed), InflateThread::WhenWorthIt));
  CHECK(starts(0, memory_source(packed), InflateThread::Never));
  CHECK(starts(0, memory_source(small), InflateThread::WhenWorthIt));
  CHECK(starts(0, memory_source(plain), InflateThread::Always));

  // A pipe's reader may wait for its writer, and nobody could end a thread that does.
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const std::string path = "/proc/self/fd/" + std::to_string(ends[0]);
  REQUIRE(write(ends[1], packed.data(), 60'000) == 60'000);
  auto source = open_file(path);
  REQUIRE(source);
  CHECK(starts(0, std::move(*source), InflateThread::WhenWorthIt));
  close(ends[0]);
  close(ends[1]);
}
