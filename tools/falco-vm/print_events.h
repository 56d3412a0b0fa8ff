// SPDX-License-Identifier: Apache-2.0
//
// `falco-vm --print FORMAT`: chosen fields of every event of a capture, one line each, without any rules.
#pragma once

#include <csignal>
#include <cstdio>
#include <string>

#include "vm/source/event_source.h"

namespace falco_vm {

struct PrintRequest {
  std::string format;
  bool json = false;
  uint64_t max_event_time_ns = 0;        ///< 0: no limit
  const volatile sig_atomic_t* stop = nullptr;
};

/// Prints until the source ends, time is over or `stop` is set. Returns the exit code; complaints go to standard error.
int print_events(const PrintRequest& request, fvm::EventSource& source, std::FILE* out);

}  // namespace falco_vm
