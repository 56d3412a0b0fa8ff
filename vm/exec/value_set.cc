// SPDX-License-Identifier: Apache-2.0
//
// Hash sets of constants, open addressing at most half full.
#include "vm/exec/value_set.h"

#include <bit>

#include "vm/base/hash.h"
#include "vm/ops/compare.h"

namespace fvm {
namespace {

uint64_t hash_of(const Value& value) {
  switch (value.kind()) {
    case Kind::Text:
      return hash64(value.as_text());
    case Kind::Bytes:
      return hash64(value.as_bytes());
    case Kind::Int:
    case Kind::Uint:
    case Kind::Bool:
      return value.as_uint() * 0x9e3779b97f4a7c15u >> 32;
    case Kind::Double:
      return 0;  // equal doubles may differ in bits
    case Kind::Ip: {
      const IpAddr address = value.as_ip();
      return hash64(Bytes(address.bytes), address.family);
    }
    case Kind::Net:
    case Kind::None:
      break;
  }
  return 0;
}

}  // namespace

ValueSet::ValueSet(std::span<const Value> members) : members_(members) {
  if (members.size() <= kLinear || members[0].kind() == Kind::Double) return;
  buckets_.assign(std::bit_ceil(members.size() * 2), 0);
  const size_t mask = buckets_.size() - 1;
  for (uint32_t i = 0; i < members.size(); ++i) {
    size_t at = hash_of(members[i]) & mask;
    while (buckets_[at] != 0 && !ops::equal(members_[buckets_[at] - 1], members[i])) at = (at + 1) & mask;
    if (buckets_[at] == 0) buckets_[at] = i + 1;
  }
}

bool ValueSet::contains(const Value& value) const {
  if (buckets_.empty()) {
    for (const Value& member : members_)
      if (ops::equal(value, member)) return true;
    return false;
  }
  const size_t mask = buckets_.size() - 1;
  for (size_t at = hash_of(value) & mask; buckets_[at] != 0; at = (at + 1) & mask)
    if (ops::equal(value, members_[buckets_[at] - 1])) return true;
  return false;
}

}  // namespace fvm
