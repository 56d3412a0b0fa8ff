// SPDX-License-Identifier: Apache-2.0
//
// NetSet against asking every network.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "vm/ops/net_ops.h"
#include "vm/ops/net_set.h"

using namespace fvm;

namespace {

IpAddr address(std::mt19937& random, uint8_t family) {
  IpAddr a;
  a.family = family;
  // Few different bytes, so that addresses lie near networks.
  constexpr uint8_t kBytes[] = {0, 1, 127, 128, 254, 255};
  for (size_t i = 0; i < (family == 4 ? 4u : 16u); ++i) a.bytes[i] = kBytes[random() % std::size(kBytes)];
  return a;
}

}  // namespace

TEST_CASE("a set of networks contains what one of them contains") {
  std::mt19937 random(7);
  size_t inside = 0, outside = 0;
  for (int round = 0; round < 300; ++round) {
    std::vector<IpNet> nets;
    std::vector<Value> values;
    for (size_t n = random() % 40; n > 0; --n) {
      const uint8_t family = random() % 2 == 0 ? 4 : 6;
      const auto longest = family == 4 ? 32u : 128u;
      // Mostly long prefixes, or everything is inside.
      const auto prefix = static_cast<uint8_t>(random() % 20 == 0 ? random() % (longest + 1) : longest - random() % 14);
      nets.push_back({address(random, family), prefix});
      values.push_back(Value::net(nets.back()));
    }
    const ops::NetSet set(values);
    for (int i = 0; i < 100; ++i) {
      IpAddr a = address(random, random() % 2 == 0 ? 4 : 6);
      if (!nets.empty() && random() % 2 == 0) a = nets[random() % nets.size()].base;
      const bool expected = std::ranges::any_of(nets, [&](const IpNet& net) { return ops::contains(net, a); });
      REQUIRE(set.contains(a) == expected);
      ++(expected ? inside : outside);
    }
  }
  CHECK(inside > 1000);
  CHECK(outside > 1000);
}

TEST_CASE("all addresses, one address, none") {
  const Value all = Value::net(*ops::parse_net("0.0.0.0/0"));
  const Value one = Value::net(*ops::parse_net("255.255.255.255/32"));
  const IpAddr lowest = *ops::parse_ip("0.0.0.0"), highest = *ops::parse_ip("255.255.255.255");
  CHECK(ops::NetSet({&all, 1}).contains(lowest));
  CHECK(ops::NetSet({&all, 1}).contains(highest));
  CHECK_FALSE(ops::NetSet({&all, 1}).contains(*ops::parse_ip("::")));
  CHECK(ops::NetSet({&one, 1}).contains(highest));
  CHECK_FALSE(ops::NetSet({&one, 1}).contains(*ops::parse_ip("255.255.255.254")));
  CHECK_FALSE(ops::NetSet({}).contains(lowest));
}
