// SPDX-License-Identifier: Apache-2.0
//
// Reads the field cases in fields/*.txt: scenes (a small capture each) and what fields yield after their events. Knows
// how captures are written and that fields have names; not what fields mean.
//
//   scene NAME                         opens a scene; what follows is in the order of the capture
//   machine KEY=VALUE...               host, boot_ts
//   interface NAME ADDRESS MASK
//   user UID GID NAME HOME SHELL       group GID NAME
//   thread TID KEY=VALUE...            names as in ThreadRecord; pid, vtid, vpid are TID unless given
//   fd TID NUMBER TYPE KEY=VALUE...    name, ino, dev, flags, from=ADDRESS:PORT, to=..., l4, source, destination
//   event SYMBOL TID [@cpu=N] [@ns=N] VALUES...   symbols of events.def, values as in events.txt; one millisecond after
//                                      the event before, or N ns
//     FIELD = TEXT                     what the field prints; <none> without a value, nothing for empty text; in quotes
//                                      where it ends in a blank
//     FIELD ~ A|B                      the values a condition sees
//     FIELD : JSON                     its JSON form
//     none FIELD...                    no value, neither to print nor to compare
//   always FIELD...                    has a value on every event of all scenes
//   never FIELD...                     has none on any
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/capture_builder.h"

namespace fvm::testing {

struct FieldCase {
  enum class Form { Shown, Compared, Json, None };
  std::string place;  ///< file and line
  std::string field;
  Form form{};
  std::string expected;  ///< unless Form::None
};

struct SceneStep {
  uint64_t ts_ns = 0;
  std::string place;
  std::vector<FieldCase> cases;
};

struct FieldScene {
  std::string name;
  CaptureBuilder capture;
  std::vector<SceneStep> steps;  ///< one per event
};

struct FieldCaseFile {
  std::vector<FieldScene> scenes;
  std::vector<std::string> always, never;
};

/// Reads one file; fails the test at a line that has no meaning.
FieldCaseFile read_field_cases(const std::string& path);

}  // namespace fvm::testing
