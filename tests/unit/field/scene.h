// SPDX-License-Identifier: Apache-2.0
//
// Scene: a made-up capture played up to its last event, whose fields can then be asked by name.
//
//   Scene scene;
//   scene.capture.threads({{.tid = 10, .pid = 10, .ptid = 1, .comm = "cat"}});
//   scene.event(EventCode::SYSCALL_CLOSE_X, 10, {0, 3});
//   CHECK(scene.shown("proc.name") == "cat");
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/capture_builder.h"
#include "vm/event/event_view.h"
#include "vm/field/field_memory.h"
#include "vm/field/field_reader.h"
#include "vm/state/state.h"

namespace fvm::testing {

inline constexpr uint64_t kSceneStart_ns = 1'600'000'000'000'000'000;  ///< 2020-09-13T12:26:40Z
inline constexpr uint64_t kSceneStep_ns = 1'000'000;                   ///< between two events

class Scene {
 public:
  CaptureBuilder capture;

  /// Adds an event, one step after the one before.
  Scene& event(EventCode code, int64_t tid, const std::vector<Param>& params = {}, const EventOptions& options = {});

  /// What the field prints for the last event; "<none>" where it has no value. A list prints as (a,b).
  std::string shown(std::string_view field);
  /// What a condition sees: all values joined by `|`, "<none>" where there is no value.
  std::string compared(std::string_view field);
  /// Its shorthand for the machine's memo; "<none>" where it has none.
  std::string shorthand(std::string_view field);
  bool exists(std::string_view field) { return compared(field) != "<none>"; }
  const State& state() { return play(), *state_; }

 private:
  void play();
  FieldUse use_of(std::string_view field);

  size_t events_ = 0, played_ = 0;
  std::unique_ptr<EventSource> source_;
  std::unique_ptr<State> state_;
  EventView event_;
  EvalContext context_;
  FieldMemory memory_;
  Arena arena_;
  std::vector<std::string> names_;               ///< a field's position is its slot
  std::vector<std::unique_ptr<std::string>> keys_;
};

/// Threads 1 (init), 20 (sshd), 21 (bash) and 22 (cat), each the parent of the next.
std::vector<ThreadRecord> shell_session();

}  // namespace fvm::testing
