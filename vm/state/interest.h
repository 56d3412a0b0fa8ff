// SPDX-License-Identifier: Apache-2.0
//
// Which events State has to see with their parameters, given what of it is looked at. Of all other events it only needs
// to know that they happened (EventView::unread).
#pragma once

#include <cstdint>

#include "vm/event/event_set.h"

namespace fvm {

/// Parts of state that some events change and nothing else; or'ed. The column Use of handlers.def.
namespace state_use {
inline constexpr uint8_t kAlways = 0;
inline constexpr uint8_t kMemory = 1;     ///< memory figures and page faults of threads
inline constexpr uint8_t kCpu = 2;        ///< processor times of threads
inline constexpr uint8_t kConnected = 4;  ///< whether a socket that was never seen connecting is connected
inline constexpr uint8_t kAll = 7;
}  // namespace state_use

/// The events of which State wants to know thread and time when it need not see them.
EventSet events_noted_by_state();

/// The events that change something only when their descriptor is a socket.
EventSet events_of_sockets();

/// Adds the events that change what `uses` names, or anything that is always needed.
void add_events_of_state(uint8_t uses, EventSet& events);

}  // namespace fvm
