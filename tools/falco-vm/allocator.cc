// SPDX-License-Identifier: Apache-2.0
//
// Settings of jemalloc, read by it before main(). With a million threads in view nearly every look at state misses the TLB;
// huge pages make that three times rarer. Builds with sanitizers don't link jemalloc, and nobody reads this.

// NOLINTNEXTLINE(readability-identifier-naming): jemalloc's own name
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always,metadata_thp:auto";
