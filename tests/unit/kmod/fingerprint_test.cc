// SPDX-License-Identifier: Apache-2.0
//
// The module's fingerprint of the event rows is the one that the reader compiles in.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "vm/abi/fingerprint.h"

#include <doctest/doctest.h>

#include "capture/kmod/fingerprint.h"

namespace {
constexpr char kRows[] =
#define FALCO_EVENT(...) #__VA_ARGS__ "\0"
#include "vm/abi/events.def"
#undef FALCO_EVENT
    ;
}  // namespace

TEST_CASE("module and reader compute the same fingerprint of events.def") {
  CHECK(falco_rows_fingerprint(kRows, sizeof(kRows) - 1) == fvm::kFingerprints.events);
}

TEST_CASE("the fingerprint follows every letter") {
  const char one[] = "a\0b\0", other[] = "a\0c\0", joined[] = "ab\0\0";
  CHECK(falco_rows_fingerprint(one, 4) != falco_rows_fingerprint(other, 4));
  CHECK(falco_rows_fingerprint(one, 4) != falco_rows_fingerprint(joined, 4));
}
