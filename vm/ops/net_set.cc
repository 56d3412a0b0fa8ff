// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/net_set.h"

#include <algorithm>

namespace fvm::ops {
namespace {

uint32_t number_of(const std::array<uint8_t, 16>& bytes) {
  return uint32_t{bytes[0]} << 24 | uint32_t{bytes[1]} << 16 | uint32_t{bytes[2]} << 8 | uint32_t{bytes[3]};
}

}  // namespace

NetSet::NetSet(std::span<const Value> nets) {
  for (const Value& value : nets) {
    const IpNet net = value.as_net();
    if (net.base.family == 4) {
      const uint32_t host_bits = net.prefix >= 32 ? 0 : UINT32_MAX >> net.prefix;
      const uint32_t address = number_of(net.base.bytes);
      v4_.push_back({address & ~host_bits, address | host_bits});
      continue;
    }
    Range<Wide> range{net.base.bytes, net.base.bytes};
    for (size_t bit = net.prefix; bit < 128; ++bit) {
      const auto mask = static_cast<uint8_t>(0x80 >> bit % 8);
      range.first[bit / 8] = static_cast<uint8_t>(range.first[bit / 8] & ~mask);
      range.last[bit / 8] |= mask;
    }
    v6_.push_back(range);
  }
  merge(v4_);
  merge(v6_);
}

/// Sorts, and makes one range of those that overlap.
template <typename Address>
void NetSet::merge(std::vector<Range<Address>>& ranges) {
  std::ranges::sort(ranges, {}, &Range<Address>::first);
  size_t kept = 0;
  for (const Range<Address>& range : ranges) {
    if (kept != 0 && range.first <= ranges[kept - 1].last) {
      ranges[kept - 1].last = std::max(ranges[kept - 1].last, range.last);
    } else {
      ranges[kept++] = range;
    }
  }
  ranges.resize(kept);
}

template <typename Address>
bool NetSet::is_in(const std::vector<Range<Address>>& ranges, const Address& address) {
  const auto behind = std::ranges::upper_bound(ranges, address, {}, &Range<Address>::first);
  return behind != ranges.begin() && address <= std::prev(behind)->last;
}

bool NetSet::contains(const IpAddr& address) const {
  return address.family == 4 ? is_in(v4_, number_of(address.bytes)) : is_in(v6_, address.bytes);
}

}  // namespace fvm::ops
