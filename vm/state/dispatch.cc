// SPDX-License-Identifier: Apache-2.0
//
// Event code -> handler, from handlers.def.

#include <array>

#include "vm/state/interest.h"
#include "vm/state/state_core.h"

namespace fvm {
namespace {

constexpr std::array<Handler, kEventCount> make_handlers() {
  std::array<Handler, kEventCount> table{};
#define FALCO_HANDLER(Sym, function, Use) table[static_cast<size_t>(EventCode::Sym)] = function;
#include "vm/state/handlers.def"
#undef FALCO_HANDLER
  return table;
}
constexpr std::array<Handler, kEventCount> kHandlers = make_handlers();

}  // namespace

void add_events_of_state(uint8_t uses, EventSet& events) {
  // What no thread caused: users, containers, drops. Rare, and part of the metadata.
  for (size_t code = 0; code < kEventCount; ++code) {
    const bool aside = (kEvents[code].category & (FALCO_EC_METAEVENT | FALCO_EC_PLUGIN)) != 0;
    if (aside && static_cast<EventCode>(code) != EventCode::PROCINFO_E) events.add(static_cast<EventCode>(code));
  }
#define FALCO_HANDLER(Sym, function, Use) \
  if (state_use::k##Use == state_use::kAlways || (uses & state_use::k##Use) != 0) events.add(EventCode::Sym);
#include "vm/state/handlers.def"
#undef FALCO_HANDLER
}

Handler handler_of(EventCode code) { return kHandlers[static_cast<size_t>(code)]; }

}  // namespace fvm
