// SPDX-License-Identifier: Apache-2.0
//
// Times are shown in the local zone, so the cases fix one: two hours east of Greenwich.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>

int main(int argc, char** argv) {
  setenv("TZ", "EAST-2", 1);
  doctest::Context context(argc, argv);
  return context.run();
}
