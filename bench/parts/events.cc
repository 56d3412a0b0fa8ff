// SPDX-License-Identifier: Apache-2.0
//
// Events: locating the parameters of a record, reading a capture that lies in memory, applying calls to state.
#include <array>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "bench/parts/parts.h"
#include "capture/scap_reader.h"
#include "tests/support/capture_builder.h"
#include "tests/support/event_room.h"
#include "vm/event/decoder.h"
#include "vm/state/state.h"

namespace {

using fvm::EventCode;
using fvm::testing::Param;
using Params = std::vector<Param>;

constexpr int64_t kShell = 100;  ///< the process that makes the calls

std::vector<fvm::ThreadRecord> processes() {
  std::vector<fvm::ThreadRecord> list(2);
  list[0].tid = list[0].pid = 1;
  list[0].comm = "systemd";
  list[1].tid = list[1].pid = kShell;
  list[1].ptid = 1;
  list[1].comm = "sh";
  list[1].exepath = "/usr/bin/dash";
  list[1].cwd = "/srv/";
  return list;
}

void locate_params(benchmark::State& state) {
  const std::array<uint16_t, 4> lens{8, 80, 8, 4};
  std::vector<uint8_t> record(sizeof lens + 100, 7);
  std::memcpy(record.data(), lens.data(), sizeof lens);
  const fvm::WireParams wire{record.data(), record.data() + record.size(), 4, false};
  std::array<fvm::Bytes, 4> params;
  const bench::AllocationCounter counter(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(fvm::locate_params(wire, 4, params.data()));
    benchmark::ClobberMemory();
  }
}
BENCHMARK(locate_params);

/// One step of a scene: a call of kShell or of a child.
struct Call {
  EventCode code;
  int64_t tid;
  Params params;
};

std::vector<Call> open_close() {
  return {{EventCode::SYSCALL_OPENAT_2_X, kShell, {7, -100, "/usr/lib/x86_64-linux-gnu/libc.so.6", 1u, 0, 5, 6}},
          {EventCode::SYSCALL_CLOSE_X, kShell, {0, 7}}};
}
std::vector<Call> read_write() {
  const std::string data(80, 'd');
  return {{EventCode::SYSCALL_READ_X, kShell, {80, data, 7, 80}}, {EventCode::SYSCALL_WRITE_X, kShell, {80, data, 7, 80}}};
}
std::vector<Call> connect() {
  const Param address = fvm::testing::sockaddr4("192.0.2.7", 443);
  return {{EventCode::SOCKET_SOCKET_X, kShell, {7, 2, 1, 6, 0}},
          {EventCode::SOCKET_CONNECT_X, kShell, {0, fvm::testing::socktuple4("192.0.2.1", 40000, "192.0.2.7", 443), 7, address}},
          {EventCode::SYSCALL_CLOSE_X, kShell, {0, 7}}};
}
/// A child is made, executes a program and ends.
std::vector<Call> process() {
  constexpr int64_t kChild = 101;
  const Param args = Param::raw(fvm::testing::nul_list({"-l", "/tmp"}));
  const Param env = Param::raw(fvm::testing::nul_list({"PATH=/usr/bin", "HOME=/root"}));
  const auto clone = [&](int64_t result, int64_t tid, int64_t parent) {
    return Call{EventCode::SYSCALL_CLONE_20_X, tid,
                {result, "sh", args, tid, tid, parent, "", 1024, 1, 2, 3, 4, 5, "sh", Param::raw(""), 0u, 0u, 0u, tid, tid, 50}};
  };
  const Params exec{0, "ls", args, kChild, kChild, kShell, "", 1024, 1, 2, 3, 4, 5, "ls", Param::raw(""), env, 34816, 77, 1000u,
                    0u, 1, 2, 3, 4, 5, 6, 0u, "/usr/bin/ls", 78, 0u};
  return {clone(kChild, kShell, 1), clone(0, kChild, kShell), {EventCode::SYSCALL_EXECVE_19_X, kChild, exec},
          {EventCode::PROCEXIT_1_E, kChild, {0, 0, 0, 0, 1}}};
}

void read_capture(benchmark::State& state, std::vector<Call> (*scene)()) {
  constexpr size_t kRepeats = 4000;
  fvm::testing::CaptureBuilder capture;
  capture.machine({}).threads(processes());
  uint64_t ts_ns = 1'700'000'000'000'000'000;
  const std::vector<Call> calls = scene();
  for (size_t i = 0; i < kRepeats; ++i) {
    for (const Call& call : calls) capture.event(call.code, ts_ns += 1000, call.tid, call.params);
  }
  const uint64_t written = kRepeats * calls.size();
  uint64_t lost = 0;
  {
    const bench::AllocationCounter counter(state, written);
    for (auto _ : state) {
      auto source = fvm::open_capture(fvm::Bytes(capture.bytes()));
      fvm::State sink;
      std::span<fvm::EventView> batch;
      uint64_t given = 0;
      while (source && (*source)->next_batch(sink, batch) == fvm::BatchStatus::Events) {
        given += batch.size();
        benchmark::DoNotOptimize(batch.data());
      }
      lost += written - given;
    }
  }
  state.counters["drops"] = static_cast<double>(lost);
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(capture.bytes().size()));
}
BENCHMARK_CAPTURE(read_capture, open_close, open_close);
BENCHMARK_CAPTURE(read_capture, read_write, read_write);
BENCHMARK_CAPTURE(read_capture, process, process);

void update_state(benchmark::State& state, std::vector<Call> (*scene)()) {
  fvm::State table;
  table.on_threads(processes());
  fvm::FdRecord file;
  file.fd = 7;
  file.type = fvm::FdType::FileV2;
  file.name = "/srv/data";
  table.on_fds(kShell, {file});
  std::deque<fvm::testing::EventRoom> rooms;
  for (const Call& call : scene()) {
    std::vector<std::string> values;
    for (size_t i = 0; i < call.params.size(); ++i) {
      values.push_back(call.params[i].encode(fvm::event_info(call.code).params()[i].type));
    }
    rooms.emplace_back().make(call.code, std::move(values)).tid = call.tid;
  }
  uint64_t ts_ns = 1'700'000'000'000'000'000, number = 0, hidden = 0;
  const auto run = [&] {
    for (fvm::testing::EventRoom& room : rooms) {
      room.event.ts_ns = ts_ns += 1000;
      room.event.num = ++number;
      fvm::EvalContext context;
      hidden += table.update(room.event, context) ? 0 : 1;
      benchmark::DoNotOptimize(context);
    }
  };
  run();  // makes what later rounds make again, and the room for it
  hidden = 0;
  {
    const bench::AllocationCounter counter(state, rooms.size());
    for (auto _ : state) run();
  }
  const fvm::StateStats& stats = table.stats();
  state.counters["drops"] = static_cast<double>(stats.threads_refused + stats.threads_evicted + stats.fds_refused + hidden);
}
BENCHMARK_CAPTURE(update_state, open_close, open_close);
BENCHMARK_CAPTURE(update_state, read_write, read_write);
BENCHMARK_CAPTURE(update_state, connect, connect);
BENCHMARK_CAPTURE(update_state, process, process);

}  // namespace
