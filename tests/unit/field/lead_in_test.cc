// SPDX-License-Identifier: Apache-2.0
//
// What a capture begins with: events that only complete its metadata.
#include <doctest/doctest.h>

#include "capture/scap_reader.h"
#include "tests/support/capture_builder.h"
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
  std::span<EventView> batch;
  std::vector<bool> shown;
  while ((*source)->next_batch(state, batch) == BatchStatus::Events) {
    for (const EventView& event : batch) {
      EvalContext context;
      shown.push_back(state.update(event, context));
    }
  }
  CHECK(shown == std::vector<bool>{false, false, true, true});
  CHECK(state.find_user("", 1000)->name == "ann");
  CHECK(state.find_container("0123456789ab")->name == "web");
}
