// SPDX-License-Identifier: Apache-2.0
#include "vm/exec/step_store.h"

#include <algorithm>
#include <cstring>

namespace fvm {
namespace {

constexpr size_t kNumbers = sizeof(Step) / sizeof(uint32_t);

}  // namespace

Bytes StepStore::pack(std::span<const Step> steps) {
  if (!is_narrow_) return {reinterpret_cast<const uint8_t*>(steps.data()), steps.size_bytes()};
  if (packed_.size() < steps.size() * kNumbers) packed_.resize(steps.size() * kNumbers);
  uint16_t* to = packed_.data();
  for (const Step& step : steps) {
    *to++ = static_cast<uint16_t>(step.pc);
    *to++ = static_cast<uint16_t>(step.holds);
    *to++ = static_cast<uint16_t>(step.fails);
  }
  return {reinterpret_cast<const uint8_t*>(packed_.data()), steps.size() * kNumbers * sizeof(uint16_t)};
}

std::span<const Step> StepStore::unpack(Bytes packed) {
  const size_t count = packed.size() / kNumbers / (is_narrow_ ? sizeof(uint16_t) : sizeof(uint32_t));
  if (unpacked_.size() < count) unpacked_.resize(count);
  if (count == 0) return {};
  if (!is_narrow_) {
    std::memcpy(unpacked_.data(), packed.data(), packed.size());
  } else {
    const auto* from = reinterpret_cast<const uint16_t*>(packed.data());
    for (size_t i = 0; i < count; ++i, from += kNumbers) unpacked_[i] = {from[0], from[1], from[2]};
  }
  return {unpacked_.data(), count};
}

Bytes StepStore::keep(Bytes packed) {
  if (packed.size() > room_.size()) {
    const size_t bytes = std::max(kChunk, packed.size());
    chunks_.push_back(std::make_unique_for_overwrite<uint8_t[]>(bytes));
    room_ = {chunks_.back().get(), bytes};
  }
  std::ranges::copy(packed, room_.begin());
  const Bytes kept = room_.first(packed.size());
  room_ = room_.subspan(packed.size());
  bytes_ += packed.size();
  return kept;
}

void StepStore::clear() {
  chunks_.clear();
  room_ = {};
  bytes_ = 0;
}

}  // namespace fvm
