// SPDX-License-Identifier: Apache-2.0
//
// Old events become current ones: single steps, chains, and enter events carried over.
#include <doctest/doctest.h>

#include "capture/upgrade_table.h"
#include "tests/unit/capture/reading.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

Reading read(const CaptureBuilder& capture) { return read_all(Bytes(capture.bytes())); }

}  // namespace

TEST_CASE("an exit event takes the arguments of its thread's enter event") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_READ_E, 1, 10, {5, 80});
  capture.event(EventCode::SYSCALL_READ_E, 2, 11, {6, 81});
  capture.event(EventCode::SYSCALL_READ_X, 3, 10, {4, "data"});
  capture.event(EventCode::SYSCALL_READ_X, 4, 11, {4, "data"});
  capture.event(EventCode::SYSCALL_READ_X, 5, 10, {4, "data"});  // its enter event is used up: zeros
  const Reading r = read(capture);
  REQUIRE(r.events.size() == 3);
  CHECK(r.events[0].uint(2) == 5);
  CHECK(r.events[0].uint(3) == 80);
  CHECK(r.events[0].params[1] == "data");
  CHECK(r.events[1].uint(2) == 6);
  CHECK(r.events[2].uint(2) == 0);
  CHECK(r.events[2].params[2].size() == 8);
  CHECK(r.events[2].params[3].size() == 4);
  CHECK(r.stats.absorbed == 2);
  CHECK(r.stats.upgraded == 3);
}

TEST_CASE("an enter event of another call counts as none") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_READ_E, 1, 10, {5, 80});
  capture.event(EventCode::SYSCALL_WRITE_X, 2, 10, {4, "data"});
  capture.event(EventCode::SYSCALL_READ_X, 3, 10, {4, "data"});
  const Reading r = read(capture);
  REQUIRE(r.complete());
  REQUIRE(r.events.size() == 2);
  CHECK(r.events[0].uint(2) == 0);
  CHECK(r.events[1].uint(2) == 0);
  CHECK(r.stats.wrong_partners == 1);
  CHECK(r.stats.exits_missing[static_cast<size_t>(EventCode::SYSCALL_READ_X)] == 1);
}

TEST_CASE("a current enter event that its exit event does without is no sign of loss") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_EXECVE_19_E, 1, 10, {"/bin/ls"});
  capture.event(EventCode::SYSCALL_WRITE_X, 2, 10, {4, "data"});
  CHECK(read(capture).stats.wrong_partners == 0);
  capture.event(EventCode::SYSCALL_EXECVE_18_E, 3, 10, {"/bin/ls"});
  capture.event(EventCode::SYSCALL_EXECVE_8_X, 4, 10, {0, "ls", Param::raw(nul_list({"-l"})), 10, 10, 1, "/tmp", 1024});
  capture.event(EventCode::SYSCALL_EXECVE_19_E, 5, 10, {"/bin/ls"});
  capture.event(EventCode::SYSCALL_WRITE_X, 6, 10, {4, "data"});
  const Reading r = read(capture);
  CHECK(r.stats.wrong_partners == 1);
  CHECK(r.stats.exits_missing[static_cast<size_t>(EventCode::SYSCALL_EXECVE_19_X)] == 1);
}

TEST_CASE("a rule without enter parameters leaves the stored event alone") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_READ_E, 1, 10, {5, 80});
  capture.event(EventCode::SOCKET_ACCEPT_X, 2, 10, {3, Param::absent(), 1});
  capture.event(EventCode::SYSCALL_CLOSE_X, 3, 10, {0, 7});
  capture.event(EventCode::SYSCALL_READ_X, 4, 10, {4, "data"});
  const Reading r = read(capture);
  REQUIRE(r.events.size() == 3);
  CHECK(r.events[2].uint(2) == 5);
}

TEST_CASE("execve from its oldest layout, with the enter event renamed on its way") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_EXECVE_18_E, 1, 10, {"/bin/ls"});
  capture.event(EventCode::SYSCALL_EXECVE_8_X, 2, 10, {0, "ls", Param::raw(nul_list({"-l"})), 10, 10, 1, "/tmp", 1024});
  const Reading r = read(capture);
  REQUIRE(r.events.size() == 2);
  CHECK(r.events[0].code == EventCode::SYSCALL_EXECVE_19_E);  // kept and given out
  CHECK(r.events[0].text(0) == "/bin/ls");
  const SeenEvent& x = r.events[1];
  CHECK(x.code == EventCode::SYSCALL_EXECVE_19_X);
  REQUIRE(x.params.size() == event_info(x.code).param_count);
  CHECK(x.text(1) == "ls");
  CHECK(x.params[2] == nul_list({"-l"}));
  CHECK(x.uint(5) == 1);
  CHECK(x.text(6) == "/tmp");
  CHECK(x.params[13].empty());  // comm was not known then
  CHECK(x.text(30) == "/bin/ls");
}

TEST_CASE("execve: inserted parameters shift those behind them") {
  CaptureBuilder capture;
  // res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap env
  capture.event(
      EventCode::SYSCALL_EXECVE_14_X, 1, 10,
      {0, "ls", Param::raw(nul_list({"-l"})), 10, 10, 1, "/tmp", 1024, 1, 2, 3, 4, 5, Param::raw(nul_list({"A=1"}))});
  const Reading r = read(capture);
  REQUIRE(r.events.size() == 1);
  CHECK(r.events[0].uint(12) == 5);
  CHECK(r.events[0].params[13].empty());
  CHECK(r.events[0].params[14].empty());
  CHECK(r.events[0].params[15] == nul_list({"A=1"}));
}

TEST_CASE("clone, accept, procexit, container, select") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_CLONE_11_X, 1, 10,
                {0, "sh", Param::absent(), 10, 10, 1, "/", 1024, 0x11, 1000, 1001});
  capture.event(EventCode::SOCKET_ACCEPT_X, 2, 10, {3, socktuple4("1.2.3.4", 1, "5.6.7.8", 2), 9});
  capture.event(EventCode::PROCEXIT_E, 3, 10, {});
  capture.event(EventCode::CONTAINER_E, 4, -1, {"id1", 11, "name1", "image1"});
  capture.event(EventCode::CONTAINER_JSON_E, 5, -1, {"{\"container\":{}}"});
  capture.event(EventCode::SYSCALL_NEWSELECT_X, 6, 10, {1});
  capture.event(EventCode::SYSCALL_CLONE_11_E, 7, 10, {});
  const Reading r = read(capture);
  REQUIRE(r.events.size() == 6);

  CHECK(r.events[0].code == EventCode::SYSCALL_CLONE_20_X);
  REQUIRE(r.events[0].params.size() == 21);
  CHECK(r.events[0].params[13].empty());  // comm
  CHECK(r.events[0].params[14].empty());  // cgroups
  CHECK(r.events[0].uint(15) == 0x11);
  CHECK(r.events[0].uint(16) == 1000);
  CHECK(r.events[0].uint(17) == 1001);

  CHECK(r.events[1].code == EventCode::SOCKET_ACCEPT_5_X);
  CHECK(r.events[1].params.size() == 5);
  CHECK(r.events[1].params[1].size() == 13);

  CHECK(r.events[2].code == EventCode::PROCEXIT_1_E);
  CHECK(r.events[2].params == std::vector<std::string>(5));

  CHECK(r.events[3].code == EventCode::CONTAINER_JSON_2_E);
  CHECK(r.events[3].text(0) == R"({"id":"id1","type":11,"name":"name1","image":"image1"})");
  CHECK(r.events[4].code == EventCode::CONTAINER_JSON_2_E);
  CHECK(r.events[4].text(0) == "{\"container\":{}}");

  CHECK(r.events[5].code == EventCode::SYSCALL_SELECT_X);
  CHECK(r.stats.absorbed == 1);
}

TEST_CASE("sources of parameters: absent, zero, all ones, cut to the type's size") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_SETUID_X, 1, 10, {0});  // enter or absent
  capture.event(EventCode::SYSCALL_BPF_E, 2, 10, {5});
  capture.event(EventCode::SYSCALL_BPF_X, 3, 10, {Param::raw(std::string("\1\7\0\0\0\0\0\0\0", 9))});
  const Reading r = read(capture);
  REQUIRE(r.events.size() == 2);
  REQUIRE(r.events[0].params.size() == 2);
  CHECK(r.events[0].params[1].empty());
  CHECK(r.events[1].code == EventCode::SYSCALL_BPF_2_X);
  CHECK(r.events[1].params[0].size() == 8);
  CHECK(r.events[1].uint(0) == ((7u << 8) | 1u));
  CHECK(r.events[1].params[1].size() == 4);
  CHECK(r.events[1].uint(1) == 5);
}

TEST_CASE("connect is stored and given out") {
  CaptureBuilder capture;
  capture.event(EventCode::SOCKET_CONNECT_E, 1, 10, {3, sockaddr4("1.2.3.4", 80)});
  capture.event(EventCode::SOCKET_CONNECT_X, 2, 10, {0, Param::absent(), 3});
  capture.event(EventCode::SOCKET_CONNECT_E, 3, 10, {4, sockaddr4("1.2.3.4", 80)});
  capture.event(EventCode::SOCKET_CONNECT_X, 4, 10, {0, Param::absent()});
  const Reading r = read(capture);
  REQUIRE(r.events.size() == 4);
  CHECK(r.events[0].code == EventCode::SOCKET_CONNECT_E);
  REQUIRE(r.events[1].params.size() == 4);
  CHECK(r.events[1].uint(2) == 3);
  CHECK(r.events[1].params[3].size() == 7);
  // From the oldest layout it takes two steps, and the first one uses the enter event up.
  REQUIRE(r.events[3].params.size() == 4);
  CHECK(r.events[3].uint(2) == 4);
  CHECK(r.events[3].params[3].empty());
}

TEST_CASE("halves of calls that are not there are counted") {
  CaptureBuilder capture;
  // Both halves of a read, so that reads are known to be recorded with both.
  capture.event(EventCode::SYSCALL_READ_E, 1, 10, {5, 80});
  capture.event(EventCode::SYSCALL_READ_X, 2, 10, {4, "data"});
  // The exit of this read is lost: the thread is in its next call.
  capture.event(EventCode::SYSCALL_READ_E, 3, 10, {5, 80});
  capture.event(EventCode::SYSCALL_READ_E, 4, 10, {5, 80});
  capture.event(EventCode::SYSCALL_READ_X, 5, 10, {4, "data"});
  // The enter of this one is.
  capture.event(EventCode::SYSCALL_READ_X, 6, 10, {4, "data"});
  // A thread that was in a call when the capture began has lost nothing.
  capture.event(EventCode::SYSCALL_READ_X, 7, 11, {4, "data"});
  // Nor has one that ended in the middle of a call, nor its successor by number.
  capture.event(EventCode::SYSCALL_READ_E, 8, 10, {5, 80});
  capture.event(EventCode::PROCEXIT_1_E, 9, 10, {0, 0, 0, 0, 0});
  capture.event(EventCode::SYSCALL_READ_X, 10, 10, {4, "data"});
  capture.event(EventCode::SYSCALL_READ_E, 11, 10, {5, 80});
  const Reading r = read(capture);
  REQUIRE(r.complete());
  const auto read_exit = static_cast<size_t>(EventCode::SYSCALL_READ_X);
  CHECK(r.stats.exits_missing[read_exit] == 1);
  CHECK(r.stats.enters_missing[read_exit] == 1);
  for (size_t code = 0; code < kEventCount; ++code) {
    CAPTURE(code);
    CHECK((code == read_exit || r.stats.exits_missing[code] + r.stats.enters_missing[code] == 0));
  }
}

TEST_CASE("without enter events nothing is missed") {
  CaptureBuilder capture;
  for (uint64_t ts = 1; ts < 20; ++ts) capture.event(EventCode::SYSCALL_READ_X, ts, 10, {4, "data"});
  const Reading r = read(capture);
  CHECK(r.stats.enters_missing[static_cast<size_t>(EventCode::SYSCALL_READ_X)] == 0);
}

TEST_CASE("calls that never come back are not waited for") {
  CaptureBuilder capture;
  const auto number = [](std::string_view name) {
    for (size_t i = 0; i < kSyscallCount; ++i)
      if (kSyscalls[i].name == name) return static_cast<int64_t>(i);
    return int64_t{-1};
  };
  for (int round = 0; round < 3; ++round) {
    capture.event(EventCode::GENERIC_E, 1, 10, {number("getpid"), 39});
    capture.event(EventCode::GENERIC_X, 2, 10, {number("getpid")});
    capture.event(EventCode::GENERIC_E, 3, 10, {number("rt_sigreturn"), 15});
  }
  capture.event(EventCode::GENERIC_E, 4, 10, {number("getpid"), 39});
  capture.event(EventCode::GENERIC_E, 5, 10, {number("getpid"), 39});
  const Reading r = read(capture);
  CHECK(r.stats.exits_missing[static_cast<size_t>(EventCode::GENERIC_X)] == 1);
}

TEST_CASE("every row of the table leads to a current event, with and without an enter event") {
  for (const UpgradeRule& rule : kUpgradeRules) {
    CAPTURE(event_info(rule.code).symbol);
    CAPTURE(rule.count);
    for (const bool with_enter : {false, true}) {
      CaptureBuilder capture;
      const bool exit = event_info(rule.code).dir == Dir::Exit;
      if (with_enter && exit) {
        const EventCode enter = static_cast<EventCode>(static_cast<unsigned>(rule.code) - 1);
        capture.event(enter, 1, 7, std::vector<Param>(event_info(enter).param_count, Param::absent()));
      }
      capture.event(rule.code, 2, 7, std::vector<Param>(rule.count, Param::raw("abcd")));
      capture.event(EventCode::SYSCALL_CLOSE_X, 3, 8, {0, 7});
      const Reading r = read(capture);
      REQUIRE(r.complete());
      CHECK(r.stats.refused <= (with_enter ? 1 : 0));  // not every enter event is used with all parameters
      REQUIRE_FALSE(r.events.empty());
      CHECK(r.events.back().ts_ns == 3);
      for (const SeenEvent& e : r.events) {
        if (e.ts_ns != 2) continue;
        const EventInfo& info = event_info(e.code);
        if (exit) CHECK_FALSE(info.has(FALCO_EF_OLD_VERSION));
        if (exit) CHECK(e.params.size() == info.param_count);
      }
    }
  }
}

TEST_CASE("the number of remembered threads is limited, the oldest make room") {
  CaptureBuilder capture;
  const int64_t threads = static_cast<int64_t>(limits::kPendingEnters) + 500;
  for (int64_t tid = 0; tid < threads; ++tid) capture.event(EventCode::SYSCALL_READ_E, 1, tid, {tid, 80});
  for (int64_t tid = 0; tid < threads; ++tid) capture.event(EventCode::SYSCALL_READ_X, 2, tid, {1, "x"});
  const Reading r = read(capture);
  REQUIRE(r.complete());
  REQUIRE(r.events.size() == static_cast<size_t>(threads));
  CHECK(r.stats.enters_evicted == 500);
  size_t carried = 0;
  for (const SeenEvent& e : r.events) {
    if (e.uint(3) != 80) continue;
    ++carried;
    REQUIRE(e.uint(2) == static_cast<uint64_t>(e.tid));
  }
  CHECK(carried == limits::kPendingEnters);
}

TEST_CASE("long enter events are kept whole, and altogether within the limit") {
  CaptureBuilder capture;
  const std::string name(60000, 'n');
  const int64_t threads = 1500;  // 1500 x 64 KiB exceeds the limit
  for (int64_t tid = 0; tid < threads; ++tid) capture.event(EventCode::SYSCALL_EXECVE_19_E, 1, tid, {name});
  for (int64_t tid = 0; tid < threads; ++tid)
    capture.event(EventCode::SYSCALL_EXECVE_8_X, 2, tid, {0, "ls", Param::absent(), 1, 1, 1, "/", 1});
  const Reading r = read(capture);
  REQUIRE(r.complete());
  size_t carried = 0;
  for (const SeenEvent& e : r.events) carried += e.ts_ns == 2 && e.text(30) == name ? 1 : 0;
  CHECK(carried == limits::kPendingEnterBytes / 65536);
  CHECK(r.stats.enters_evicted == static_cast<uint64_t>(threads) - carried);
}
