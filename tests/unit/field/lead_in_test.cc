// SPDX-License-Identifier: Apache-2.0
//
// What a capture begins with: events that only complete its metadata.
#include <doctest/doctest.h>

#include "capture/scap_reader.h"
#include "tests/support/capture_builder.h"
#include "vm/event/decoder.h"
#include "vm/state/state.h"

using namespace fvm;

TEST_CASE("users and containers in front of all other events are metadata") {
  testing::CaptureBuilder capture;
  capture.event(EventCode::USER_ADDED_E, 1, -1, {1000, 1000, "ann", "/home/ann", "/bin/sh", ""});
  capture.event(EventCode::CONTAINER_JSON_2_E, 2, -1, {R"({"container":{"id":"0123456789ab","type":0,"name":"web"}})"});
  capture.event(EventCode::SYSCALL_CLOSE_X, 3, 10, {0, 3});
  capture.event(EventCode::USER_ADDED_E, 4, -1, {1001, 1001, "bob", "/home/bob", "/bin/sh", ""});
  auto source = open_capture(capture.bytes());
  REQUIRE(source);
  State state;
  std::span<const RawEvent> batch;
  std::vector<bool> shown;
  while ((*source)->next_batch(state, batch) == BatchStatus::Events) {
    for (const RawEvent& raw : batch) {
      EventView event;
      REQUIRE(Decoder::decode(raw, event) == DecodeError::None);
      EvalContext context;
      shown.push_back(state.update(event, context));
    }
  }
  CHECK(shown == std::vector<bool>{false, false, true, true});
  CHECK(state.find_user("", 1000)->name == "ann");
  CHECK(state.find_container("0123456789ab")->name == "web");
}

TEST_CASE_FIXTURE(ShellScene, "metadata that arrives after the process") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=" + with_id("/docker/<64>")})});
  CHECK(thread(100)->container_id == "0123456789ab");
  CHECK(state.find_container("0123456789ab") == nullptr);
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  const uint32_t before = last.thread->container_generation;
  metadata(R"({"container":{"id":"0123456789ab","type":0,"name":"web"}})");
  CHECK(last.thread == nullptr);
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->container_generation > before);
  CHECK(state.find_container(last.thread->container_id)->name == "web");
  const uint32_t known = last.thread->container_generation;
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->container_generation == known);

  metadata(R"({"container":{"id":"0123456789ab","type":6,"name":"renamed"}})");
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(last.thread->container_generation > known);
  CHECK(state.find_container("0123456789ab")->name == "renamed");
  CHECK(state.find_container("0123456789ab")->type == "cri");
  event(EventCode::ASYNCEVENT_E, 1, {0, "container_removed", Param::raw(R"({"container":{"id":"0123456789ab"}})")});
  event(EventCode::SYSCALL_GETUID_X, 100, {0});
  CHECK(state.find_container(last.thread->container_id) == nullptr);
}

TEST_CASE_FIXTURE(ShellScene, "containers without metadata are known from clones and process lists too") {
  clone({.tid = 200, .pid = 200, .ptid = 100, .cgroups = nul_list({"cpu=/lxc.payload.one"})});
  REQUIRE(state.find_container("one"));
  CHECK(state.find_container("one")->type == "lxc");
  clone({.result = 201, .tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/bpm-two.scope"})});
  REQUIRE(state.find_container("two"));
  CHECK(state.find_container("two")->type == "bpm");
  ThreadRecord listed = small_machine()[1];
  listed.tid = listed.pid = 300;
  listed.cgroups = nul_list({"cpu=/x.libvirt-lxc"});
  threads({listed});
  tick();
  REQUIRE(state.find_container("x"));
  CHECK(state.find_container("x")->type == "libvirt-lxc");
}

TEST_CASE_FIXTURE(ShellScene, "a thread made without cgroups is on the host; a failed exec moves nobody") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/default/web"})});
  CHECK(thread(100)->container_id == "web");
  exec({.result = -2, .tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/default/other"})});
  CHECK(thread(100)->container_id == "web");
  clone({.result = 200, .tid = 100, .pid = 100});
  CHECK(thread(200)->container_id == "");
  clone({.tid = 201, .pid = 201, .ptid = 100, .cgroups = nul_list({"cpu=/default/kid"})});
  CHECK(thread(201)->container_id == "kid");
}

TEST_CASE_FIXTURE(ShellScene, "the list of cgroups keeps order and repetitions") {
  exec({.tid = 100, .pid = 100, .cgroups = nul_list({"cpu=/a", "cpu=/b", "io_cgroup=/c", "=/d", "x=y=z"})});
  const Cgroups& list = *thread(100)->cgroups;
  REQUIRE(list.size() == 5);
  CHECK(list[0] == std::pair<std::string, std::string>("cpu", "/a"));
  CHECK(list[1] == std::pair<std::string, std::string>("cpu", "/b"));
  CHECK(list[2] == std::pair<std::string, std::string>("blkio", "/c"));
  CHECK(list[3] == std::pair<std::string, std::string>("", "/d"));
  CHECK(list[4] == std::pair<std::string, std::string>("x", "y=z"));
}

TEST_CASE_FIXTURE(ShellScene, "addresses in containers") {
  const auto boxed = [&](int64_t tid, std::string_view path) {
    ThreadRecord r = small_machine()[1];
    r.tid = r.pid = tid;
    r.cgroups = nul_list({"cpu=" + std::string(path)});
    threads({r});
    tick();
  };
  InterfaceRecord eth;
  eth.address = ip4("10.0.0.5");
  state.on_interfaces({eth});
  boxed(300, "/default/known");
  boxed(301, "/default/unknown");
  metadata(R"({"container":{"id":"known","ip":"172.17.0.2"}})");
  metadata(R"({"container":{"id":"none","ip":"0.0.0.0"}})");
  CHECK(state.is_local_address(thread(300), ip4("172.17.0.2")));
  CHECK(state.is_local_address(thread(300), ip4("10.0.0.5")));
  CHECK(state.is_local_address(thread(301), ip4("172.17.0.2")));
  CHECK_FALSE(state.is_local_address(thread(301), ip4("10.0.0.5")));
  CHECK_FALSE(state.is_local_address(thread(301), ip4("0.0.0.0")));
  IpAddr six;
  six.family = 6;
  CHECK_FALSE(state.is_local_address(thread(300), six));
}
