// SPDX-License-Identifier: Apache-2.0
//
// What is left unread makes no difference to any field that somebody asks for: the bundled capture, read whole and read
// with each interest, side by side.
#include <doctest/doctest.h>

#include <algorithm>

#include "capture/scap_reader.h"
#include "vm/alert/value_text.h"
#include "vm/field/field_reader.h"
#include "vm/field/field_state_use.h"
#include "vm/state/state.h"

using namespace fvm;

namespace {

constexpr EventCode kWatched[] = {EventCode::SYSCALL_OPENAT_2_X, EventCode::SYSCALL_EXECVE_19_X, EventCode::SOCKET_CONNECT_X,
                                  EventCode::SYSCALL_CLOSE_X, EventCode::PROCEXIT_1_E};

class Player {
 public:
  explicit Player(const Interest& interest) {
    auto opened = open_capture(std::string(FALCO_SOURCE_DIR) + "/rules/demo/break-in.scap.gz");
    REQUIRE(opened);
    source_ = std::move(*opened);
    source_->set_interest(interest);
  }
  /// Null at the end. The context is that of the event unless it is hidden or unread.
  const EventView* next() {
    if (at_ == batch_.size()) {
      at_ = 0;
      batch_ = {};
      if (source_->next_batch(state, batch_) != BatchStatus::Events) return nullptr;
    }
    EventView& event = batch_[at_++];
    event.num = ++number_;
    number_ += event.more;
    numbers_only += event.more;
    context = {};
    visible = event.unread ? state.note(event) : state.update(event, context);
    unread += event.unread ? 1 : 0;
    return &event;
  }
  State state;
  EvalContext context;
  bool visible = false;
  size_t unread = 0, numbers_only = 0;
  uint64_t number() const { return number_; }

 private:
  std::unique_ptr<EventSource> source_;
  std::span<EventView> batch_;
  size_t at_ = 0;
  uint64_t number_ = 0;
};

std::string shown(const EvalContext& context, const FieldUse& use, Arena& arena) {
  const ValueList value = LiveFields(context).read(use, arena);
  if (!value.present) return "none";
  std::string out = std::to_string(value.count) + ' ';
  if (is_printable(style_of(use))) append_text(out, value, style_of(use));
  return out;
}

}  // namespace

TEST_CASE("events that nobody looks at are left unread without a trace") {
  size_t compared = 0;
  for (const uint8_t uses : {uint8_t{0}, state_use::kMemory, state_use::kCpu, state_use::kConnected}) {
    EventSet interest;
    for (const EventCode code : kWatched) interest.add(code);
    add_events_of_state(uses, interest);
    Player whole(Interest::in_all()), part({interest, events_noted_by_state(), {}, {}, {}});
    Arena arena;
    while (const EventView* b = part.next()) {
      const EventView* a = nullptr;
      do {
        a = whole.next();
        REQUIRE(a != nullptr);
      } while (a->num < b->num);
      REQUIRE(a->num == b->num);
      REQUIRE(a->code == b->code);
      if (b->more == 0 || !b->unread) REQUIRE(a->ts_ns == b->ts_ns);
      REQUIRE(whole.visible == part.visible);
      if (!whole.visible || std::find(std::begin(kWatched), std::end(kWatched), a->code) == std::end(kWatched)) continue;
      for (size_t id = 0; id < kFieldCount; ++id) {
        if ((state_use_of(static_cast<FieldId>(id)) & ~uses) != 0) continue;
        if (kFields[id].arg != ArgKind::None || kFields[id].has(FALCO_FF_ARG_REQUIRED)) continue;
        FieldUse use;
        use.id = static_cast<FieldId>(id);
        use.type = kFields[id].type;
        arena.reset();
        const std::string expected = shown(whole.context, use, arena);
        const std::string got = shown(part.context, use, arena);
        if (got != expected) FAIL_CHECK(kFields[id].name << " of event " << a->num << ": " << got << ", not " << expected);
        ++compared;
      }
    }
    while (whole.next() != nullptr) continue;
    CHECK(whole.number() == part.number());
    CHECK(whole.unread == 0);
    CHECK(whole.numbers_only == 0);
    CHECK(part.unread > 1000);
    CHECK(part.numbers_only > 1000);
  }
  CHECK(compared > 1'000'000);
}
