// SPDX-License-Identifier: Apache-2.0
#include "vm/event/event_view.h"

namespace fvm {

namespace {

constexpr uint8_t kZeros[16] = {};
constexpr uint8_t kOnes[4] = {0xff, 0xff, 0xff, 0xff};

/// A longer value keeps its low bytes.
Bytes cut(Bytes value, size_t most_bytes) {
  return most_bytes != 0 && value.size() > most_bytes ? value.first(most_bytes) : value;
}

}  // namespace

Bytes EventView::moved_param(size_t i) const {
  const ParamSource& source = sources_[i - kept_];
  if (source.place == ParamSource::Place::Record) return cut(record_.at(source.index), source.most_bytes);
  if (source.place == ParamSource::Place::Enter && source.index < enter_.count) {
    return cut(enter_.at(source.index), source.most_bytes);
  }
  return source.ones ? Bytes(kOnes).first(source.fixed_bytes) : Bytes(kZeros).first(source.fixed_bytes);
}

}  // namespace fvm
