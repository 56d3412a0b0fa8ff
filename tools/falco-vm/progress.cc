// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/progress.h"

#include <unistd.h>

#include <cstdio>

namespace falco_vm {

namespace {
constexpr auto kFirst = std::chrono::milliseconds(1500);  ///< shorter runs show nothing
constexpr auto kEvery = std::chrono::milliseconds(250);
}  // namespace

Progress::Progress() : on_terminal_(isatty(STDERR_FILENO) != 0), next_(Clock::now() + kFirst) {}

Progress::~Progress() {
  if (drawn_) std::fputs("\r\033[K", stderr);
}

void Progress::update(fvm::EventSource& source) {
  if (!on_terminal_) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + kEvery;
  drawn_ = true;
  const uint64_t position = source.position(), size = source.size(), events = source.stats().raw_events;
  if (size != 0) {
    std::fprintf(stderr, "\r\033[K%3.0f%%  %llu events", 100.0 * static_cast<double>(position) / static_cast<double>(size),
                 static_cast<unsigned long long>(events));
  } else {
    std::fprintf(stderr, "\r\033[K%llu events", static_cast<unsigned long long>(events));
  }
}

}  // namespace falco_vm
