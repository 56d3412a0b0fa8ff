// SPDX-License-Identifier: Apache-2.0
//
// Plain files are read through a mapping: the same events as from memory, and no surprise when the file changes below.
#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "reading.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

/// Many small events, several megabytes.
std::string long_capture(size_t events) {
  CaptureBuilder capture;
  for (size_t i = 0; i < events; ++i) {
    const auto tid = static_cast<int64_t>(i % 7);
    capture.event(EventCode::SYSCALL_READ_E, 2 * i, tid, {3, i});
    capture.event(EventCode::SYSCALL_READ_X, 2 * i + 1, tid, {int64_t{5}, "data!"});
  }
  const std::vector<uint8_t>& bytes = capture.bytes();
  return {bytes.begin(), bytes.end()};
}

struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(const std::string& bytes) {
    path = std::filesystem::temp_directory_path() / ("mapped-" + std::to_string(getpid()) + ".scap");
    std::ofstream(path, std::ios::binary) << bytes;
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
};

struct NoSink final : StateSink {
  void on_section() override {}
  void on_machine(const MachineInfo&) override {}
  void on_threads(std::vector<ThreadRecord>) override {}
  void on_fds(int64_t, std::vector<FdRecord>) override {}
  void on_interfaces(std::vector<InterfaceRecord>) override {}
  void on_user(const UserRecord&) override {}
  void on_group(const GroupRecord&) override {}
};

}  // namespace

TEST_CASE("a mapped file gives the events that a sliding window gives") {
  const std::string bytes = long_capture(60'000);
  const TemporaryFile file(bytes);
  const Reading mapped = read_all(file.path);
  const Reading windowed = read_all(as_bytes(bytes));
  REQUIRE(mapped.complete());
  REQUIRE(windowed.complete());
  REQUIRE(mapped.events.size() == 60'000);
  REQUIRE(windowed.events.size() == 60'000);
  for (size_t i = 0; i < mapped.events.size(); ++i) {
    REQUIRE(mapped.events[i].params == windowed.events[i].params);
    REQUIRE(mapped.events[i].offset == windowed.events[i].offset);
    REQUIRE(mapped.events[i].uint(3) == i);  // carried over from the enter event, also where the window moved in between
  }
  CHECK(mapped.stats.bytes == bytes.size());
}

TEST_CASE("a file that grows while it is read is read to its new end") {
  const std::string bytes = long_capture(1000);
  const size_t half = bytes.size() / 2 + 3;
  const TemporaryFile file(bytes.substr(0, half));
  auto source = open_capture(file.path);
  REQUIRE(source);
  NoSink sink;
  std::span<EventView> batch;
  REQUIRE((*source)->next_batch(sink, batch) == BatchStatus::Events);
  size_t events = batch.size();
  std::ofstream(file.path, std::ios::binary | std::ios::app) << bytes.substr(half);
  BatchStatus status;
  while ((status = (*source)->next_batch(sink, batch)) == BatchStatus::Events) events += batch.size();
  CHECK(status == BatchStatus::End);
  CHECK(events == 1000);
}

TEST_CASE("a file that becomes shorter while it is read ends with an error, not with a signal") {
  const std::string bytes = long_capture(150'000);
  REQUIRE(bytes.size() > 12'000'000);  // well beyond what is brought in ahead
  const size_t left = 6'000'001;
  const TemporaryFile file(bytes);
  auto source = open_capture(file.path);
  REQUIRE(source);
  NoSink sink;
  std::span<EventView> batch;
  REQUIRE((*source)->next_batch(sink, batch) == BatchStatus::Events);
  std::filesystem::resize_file(file.path, left);
  BatchStatus status = BatchStatus::Events;
  uint64_t last_offset = 0;
  do {
    for (const EventView& event : batch) {
      last_offset = event.offset;
      REQUIRE(event.uinteger(3) == event.ts_ns / 2);  // nothing made of zeros
    }
  } while ((status = (*source)->next_batch(sink, batch)) == BatchStatus::Events);
  CHECK(status == BatchStatus::Failed);
  CHECK((*source)->error().kind == SourceError::Kind::Io);
  CHECK((*source)->error().message == "the file became shorter while it was read");
  CHECK(last_offset < left);
  CHECK(last_offset + 4096 > left);
}
