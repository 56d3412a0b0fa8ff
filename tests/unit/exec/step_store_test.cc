// SPDX-License-Identifier: Apache-2.0
//
// Steps come back from where they are kept as they were, in two bytes a number and in four.
#include "vm/exec/step_store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <tuple>
#include <vector>

using fvm::Bytes;
using fvm::Step;
using fvm::StepStore;

namespace {

std::vector<Step> steps(uint32_t count, uint32_t last) {
  std::vector<Step> all;
  for (uint32_t i = 0; i < count; ++i) all.push_back({i, last - i, last});
  return all;
}

bool same(std::span<const Step> a, std::span<const Step> b) {
  return std::ranges::equal(a, b, [](const Step& x, const Step& y) {
    return std::tie(x.pc, x.holds, x.fails) == std::tie(y.pc, y.holds, y.fails);
  });
}

void keeps(uint32_t last, size_t number_bytes) {
  CAPTURE(last);
  StepStore store(last);
  std::vector<std::pair<std::vector<Step>, Bytes>> kept;
  size_t bytes = 0;
  for (const uint32_t count : {0u, 1u, 7u, 5000u, 30000u, 3u}) {
    const std::vector<Step> all = steps(count, last);
    kept.emplace_back(all, store.keep(store.pack(all)));
    bytes += size_t{count} * 3 * number_bytes;
  }
  CHECK(store.bytes() == bytes);
  for (const auto& [all, packed] : kept) {
    CHECK(same(store.unpack(packed), all));
    CHECK(std::ranges::equal(store.pack(all), packed));
  }
  store.clear();
  CHECK(store.bytes() == 0);
  const std::vector<Step> one = steps(1, last);
  CHECK(same(store.unpack(store.keep(store.pack(one))), one));
}

}  // namespace

TEST_CASE("short programs need two bytes for a number") { keeps(UINT16_MAX, 2); }
TEST_CASE("long programs need four") { keeps(UINT16_MAX + 1, 4); }
