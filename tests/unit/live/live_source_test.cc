// SPDX-License-Identifier: Apache-2.0
//
// A live source over rings in memory: order across CPUs, room given back, loss counted, lies refused.
#include "capture/live/live_source.h"

#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <vector>

#include "capture/live/precious.h"
#include "tests/support/fake_probe.h"
#include "vm/state/state.h"

namespace fvm {
namespace {

using testing::event_bytes;
using testing::fake_probe;
using testing::FakeKernel;

constexpr uint64_t kWindowNs = 2'000'000;

std::string close_event(uint64_t ts_ns, int64_t tid = 7, int64_t fd = 3) {
  return event_bytes(EventCode::SYSCALL_CLOSE_X, ts_ns, tid, {0, fd});
}

struct Live {
  std::shared_ptr<FakeKernel> kernel = std::make_shared<FakeKernel>();
  std::unique_ptr<LiveSource> source;
  State state;
  uint32_t scans = 0;

  explicit Live(size_t cpus) {
    for (size_t i = 0; i < cpus; ++i) kernel->add_cpu();
    LiveOptions options;
    options.window_ns = kWindowNs;
    options.scan = [this](StateSink&) { ++scans; };
    source = make_live_source(fake_probe(kernel), options);
  }
  FakeKernel::Cpu& cpu(size_t i) { return *kernel->cpus[i]; }
  /// The timestamps of one batch.
  std::vector<uint64_t> batch(BatchStatus* status = nullptr) {
    std::span<EventView> events;
    const BatchStatus got = source->next_batch(state, events);
    if (status != nullptr) *status = got;
    std::vector<uint64_t> times;
    for (const EventView& event : events) times.push_back(event.ts_ns);
    return times;
  }
};

using Times = std::vector<uint64_t>;

TEST_CASE("events of all CPUs come in the order of their timestamps") {
  Live live(3);
  live.kernel->send(live.cpu(0), close_event(10));
  live.kernel->send(live.cpu(0), close_event(40));
  live.kernel->send(live.cpu(1), close_event(20));
  live.kernel->send(live.cpu(2), close_event(5));
  live.kernel->send(live.cpu(2), close_event(50));
  CHECK(live.batch() == Times{5, 10, 20, 40, 50});
  CHECK(live.scans == 1);
  CHECK(live.kernel->started);
  CHECK(live.source->stats().late == 0);
}

TEST_CASE("what is young waits for older events of other CPUs") {
  Live live(2);
  const uint64_t now = live.kernel->now_ns;
  live.kernel->send(live.cpu(0), close_event(now - 10));
  CHECK(live.batch().empty());
  live.kernel->send(live.cpu(1), close_event(now - 20));
  live.kernel->now_ns = now + kWindowNs;
  CHECK(live.batch() == Times{now - 20, now - 10});
}

TEST_CASE("an event that comes too late is given out and counted") {
  Live live(2);
  live.kernel->send(live.cpu(0), close_event(100));
  CHECK(live.batch() == Times{100});
  live.kernel->send(live.cpu(1), close_event(50));
  live.kernel->send(live.cpu(1), close_event(120));
  CHECK(live.batch() == Times{50, 120});
  CHECK(live.source->stats().late == 1);
}

TEST_CASE("nothing behind an incomplete record is read; a record given up is skipped") {
  Live live(1);
  uint64_t outer = 0;
  const std::string first = close_event(10);
  REQUIRE(live.kernel->reserve(live.cpu(0), first.size(), outer));
  live.kernel->send(live.cpu(0), close_event(20), 0, FALCO_PROBE_RECORD_DISCARD);
  live.kernel->send(live.cpu(0), close_event(30));
  CHECK(live.batch().empty());
  live.kernel->commit(live.cpu(0), outer, first);
  CHECK(live.batch() == Times{10, 30});
}

TEST_CASE("room is given back with the next batch, and not before") {
  Live live(1);
  uint64_t sent = 0;
  while (live.kernel->send(live.cpu(0), close_event(sent + 1))) ++sent;
  CHECK(live.batch().size() == sent);
  CHECK_FALSE(live.kernel->send(live.cpu(0), close_event(1000)));
  CHECK(live.batch().empty());
  CHECK(live.cpu(0).consumer.position == live.cpu(0).producer.reserved);
  CHECK(live.kernel->send(live.cpu(0), close_event(1000)));
}

TEST_CASE("a ring that wraps loses nothing, for lengths of all kinds") {
  Live live(4);
  std::mt19937 random(1);  // NOLINT: the same each time
  uint64_t ts = 0, got = 0, sent = 0, last = 0;
  for (int round = 0; round < 20000; ++round) {
    FakeKernel::Cpu& cpu = live.cpu(random() % 4);
    const std::string path(random() % 300, 'x');
    const std::string event = event_bytes(EventCode::SYSCALL_CHDIR_X, ts + 1, 9, {0, path});
    if (live.kernel->send(cpu, event)) {
      ++ts;
      ++sent;
    }
    if (random() % 8 == 0) {
      for (const uint64_t time : live.batch()) {
        CHECK(time == last + 1);
        last = time;
        ++got;
      }
    }
  }
  while (got < sent) {
    const Times times = live.batch();
    REQUIRE_FALSE(times.empty());
    got += times.size();
  }
  CHECK(got == sent);
  CHECK(sent > 10000);
}

TEST_CASE("events that lie are refused, and what follows is read") {
  Live live(1);
  std::string short_one = close_event(1).substr(0, 20);
  std::string long_one = close_event(2);
  uint32_t said = static_cast<uint32_t>(long_one.size()) + 8;
  std::memcpy(long_one.data() + 16, &said, sizeof said);
  std::string table = close_event(3);
  const uint16_t too_long = 60000;
  std::memcpy(table.data() + 26, &too_long, sizeof too_long);
  std::string unknown = close_event(4);
  const uint16_t no_code = 60000;
  std::memcpy(unknown.data() + 20, &no_code, sizeof no_code);
  for (const std::string& event : {short_one, long_one, table, unknown, close_event(5)})
    live.kernel->send(live.cpu(0), event);
  CHECK(live.batch() == Times{5});
  CHECK(live.source->stats().refused == 3);
  CHECK(live.source->stats().unknown_events == 1);
  CHECK(live.source->stats().raw_events == 5);
  CHECK(live.source->stats().first_refusal.find("too short") != std::string::npos);
}

TEST_CASE("a ring that contradicts itself ends the source, after what came before") {
  Live live(2);
  live.kernel->send(live.cpu(1), close_event(1));
  uint64_t at = 0;
  REQUIRE(live.kernel->reserve(live.cpu(0), 40, at));
  const uint32_t lie = FakeKernel::kRingBytes;
  std::memcpy(live.cpu(0).data.data(), &lie, sizeof lie);
  BatchStatus status{};
  CHECK(live.batch(&status) == Times{1});
  CHECK(status == BatchStatus::Events);
  CHECK(live.batch(&status).empty());
  CHECK(status == BatchStatus::Failed);
  CHECK(live.source->error().message.find("CPU 0") != std::string::npos);
}

TEST_CASE("the producer's counters become loss by event") {
  Live live(2);
  live.batch();
  auto& counter = live.cpu(1).counters[static_cast<size_t>(EventCode::SYSCALL_EXECVE_19_X)];
  counter.seen = 10;
  counter.sent = 4;
  counter.masked = 1;
  counter.lost[FALCO_PROBE_LOST_FULL] = 3;
  counter.lost[FALCO_PROBE_LOST_FAULT] = 2;
  const SourceStats& stats = live.source->stats();
  CHECK(stats.dropped_by_code[static_cast<size_t>(EventCode::SYSCALL_EXECVE_19_X)] == 5);
  CHECK(stats.masked == 1);
  live.kernel->send(live.cpu(0), close_event(1), 5);
  live.batch();
  CHECK(live.source->live_stats().announced_lost == 5);
  CHECK(live.source->live_stats().lost[FALCO_PROBE_LOST_FULL] == 3);
}

TEST_CASE("the interest is a mask of the events that are read") {
  Live live(1);
  Interest interest;
  interest.read.add(EventCode::SYSCALL_EXECVE_19_X);
  interest.noted.add(EventCode::SYSCALL_READ_X);
  interest.read.add(EventCode::SYSCALL_WRITE_X);
  interest.of_sockets.add(EventCode::SYSCALL_WRITE_X);
  interest.generic.set(0).set(70);
  live.source->set_interest(interest);
  live.batch();
  const auto code = static_cast<size_t>(EventCode::SYSCALL_EXECVE_19_X);
  CHECK(live.kernel->interest.events[code / 64] == uint64_t{1} << (code % 64));
  const uint64_t write = uint64_t{1} << static_cast<size_t>(EventCode::SYSCALL_WRITE_X);
  CHECK(live.kernel->interest.events[0] == write);
  CHECK(live.kernel->interest.sockets[0] == write);
  CHECK(live.kernel->interest.syscalls[0] == 1);
  CHECK(live.kernel->interest.syscalls[1] == uint64_t{1} << 6);
  live.kernel->refuses_interest = true;
  live.source->set_interest(interest);
  BatchStatus status{};
  live.batch(&status);
  CHECK(status == BatchStatus::Failed);
}

TEST_CASE("a stopped source gives what is left and ends") {
  Live live(2);
  const uint64_t now = live.kernel->now_ns;
  live.kernel->send(live.cpu(1), close_event(now + 5));
  live.kernel->send(live.cpu(0), close_event(now + 9));
  CHECK(live.batch().empty());
  live.source->stop();
  CHECK(live.kernel->stopped);
  BatchStatus status{};
  CHECK(live.batch(&status) == Times{now + 5, now + 9});
  CHECK(live.batch(&status).empty());
  CHECK(status == BatchStatus::End);
}

TEST_CASE("the ring of a CPU that comes up later is read") {
  Live live(1);
  live.batch();
  live.kernel->send(live.kernel->add_cpu(), close_event(3));
  live.kernel->now_ns += 1'000'000'000;
  live.batch();  // finds it
  CHECK(live.batch() == Times{3});
}

TEST_CASE("without events it waits, longer when nothing is there at all") {
  Live live(1);
  const uint64_t begin = live.kernel->now_ns;
  live.batch();
  CHECK(live.kernel->waits == 1);
  const uint64_t waited = live.kernel->now_ns - begin;
  live.kernel->send(live.cpu(0), close_event(live.kernel->now_ns));
  const uint64_t then = live.kernel->now_ns;
  live.batch();
  CHECK(live.kernel->now_ns - then < waited);
}

TEST_CASE("events that tell most are precious, those of loops are not") {
  CHECK(is_precious(EventCode::SYSCALL_EXECVE_19_X));
  CHECK(is_precious(EventCode::SYSCALL_SETUID_X));
  CHECK(is_precious(EventCode::PROCEXIT_1_E));
  CHECK(is_precious(EventCode::SYSCALL_FINIT_MODULE_X));
  CHECK_FALSE(is_precious(EventCode::SYSCALL_OPENAT_2_X));
  CHECK_FALSE(is_precious(EventCode::SYSCALL_GETUID_X));
  CHECK_FALSE(is_precious(EventCode::GENERIC_X));
}

}  // namespace
}  // namespace fvm
