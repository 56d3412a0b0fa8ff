// SPDX-License-Identifier: Apache-2.0
//
// What descriptor lists say, as events: for descriptors that become known in the middle of a capture, where no reader
// takes a list. Each is told by the calls that would have made it. Knows the layout of these events, not how they are
// written. What calls can't tell is lost: the numbers that pipes are named by, that a path is a pipe's, and that
// listening sockets, IPv6 connections and UDP ones had no role or were not yet used.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vm/event/event_view.h"
#include "vm/source/event_source.h"

namespace fvm {

struct LateEvent {
  EventCode code{};
  std::vector<std::string> params;
};

/// What can be told of descriptors, in their order.
struct LateFds {
  std::vector<LateEvent> events;
  uint64_t untold =
      0;  ///< descriptors of which no call tells: pidfds, since of which process, and kinds without a call
};

/// `fds` are those of one thread.
LateFds late_fds(std::span<const FdRecord> fds);

}  // namespace fvm
