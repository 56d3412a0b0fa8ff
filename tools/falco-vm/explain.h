// SPDX-License-Identifier: Apache-2.0
//
// `falco-vm --explain RULE[@EVENT]`: why a rule alerted or didn't. Without an event: how many events each predicate
// kept from it, and the events that it matched. With one: every predicate that decided something there, with what it
// looked at.
#pragma once

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <string>

#include "vm/image/verified_image.h"
#include "vm/source/event_source.h"

namespace falco_vm {

struct ExplainRequest {
  std::string what;                ///< RULE or RULE@NUMBER
  uint64_t max_event_time_ns = 0;  ///< 0: no limit
  const volatile sig_atomic_t* stop = nullptr;
};

/// Plays the source to its end. Returns the exit code; complaints go to standard error.
int explain(const ExplainRequest& request, const fvm::VerifiedImage& image, fvm::EventSource& source, std::FILE* out);

}  // namespace falco_vm
