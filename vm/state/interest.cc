// SPDX-License-Identifier: Apache-2.0
//
// Which events State has to see, from handlers.def.

#include "vm/state/interest.h"
#include "vm/abi/tables.h"

namespace fvm {
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

}  // namespace fvm
