// SPDX-License-Identifier: Apache-2.0
//
// Every row of fields.def can be read for every event code without a thread and without parameters, and says what it is.
// (That a getter exists is proved by linking.)
#include <doctest/doctest.h>

#include <set>

#include "scene.h"
#include "tests/support/event_room.h"

using namespace fvm;

TEST_CASE("every field has its own words") {
  std::set<std::string_view> seen;
  for (const FieldInfo& field : kFields) {
    CAPTURE(std::string(field.name));
    CHECK(!field.doc.empty());
    CHECK(field.doc.size() < 120);
    CHECK(field.doc.back() != '.');
    CHECK(seen.insert(field.name).second);
  }
}

TEST_CASE("any field can be asked of any event, however empty") {
  State state;
  Arena arena;
  size_t values = 0, without = 0;
  for (size_t code = 0; code < kEventCount; ++code) {
    for (const bool full : {false, true}) {
      std::vector<std::string> wire;  // one byte each: wrong for most types
      for (size_t i = 0; full && i < kEvents[code].param_count; ++i) wire.emplace_back(1, static_cast<char>(i));
      testing::EventRoom room;
      EventView& event = room.make(static_cast<EventCode>(code), wire);
      event.ts_ns = 5;
      EvalContext context;
      context.event = &event;
      context.state = &state;
      const LiveFields fields(context);
      for (size_t id = 0; id < kFieldCount; ++id) {
        for (const FieldArg arg : {FieldArg::None, FieldArg::Index, FieldArg::Key}) {
          FieldUse use;
          use.id = static_cast<FieldId>(id);
          use.type = kFields[id].type;
          use.arg = arg;
          use.index = 1;
          use.key = "name";
          const bool present = fields.read(use, arena).present;
          fields.read_for_output(use, arena);
          ++(present ? values : without);
          // Without a thread only these classes know anything.
          if (present) {
            const FieldClass c = kFields[id].field_class;
            const bool own = c == FieldClass::Evt || c == FieldClass::EvtGeneric || c == FieldClass::Util;
            CHECK_MESSAGE((own || use.id == FieldId::ThreadTid || use.id == FieldId::ThreadExectime), std::string(kFields[id].name));
          }
        }
      }
      arena.reset();
    }
  }
  CHECK(values > kEventCount * 100);
  CHECK(without > kEventCount * 100);
}
