// SPDX-License-Identifier: Apache-2.0
#include "vm/event/event_view.h"

namespace fvm {

namespace {

constexpr uint8_t kZeros[16] = {};
constexpr uint8_t kOnes[4] = {0xff, 0xff, 0xff, 0xff};

}  // namespace

Bytes EventView::other_param(const ParamSource& source) const {
  if (source.place == ParamSource::Place::Record) {
    const Bytes value = record_.at(source.index);
    return source.most_bytes != 0 && value.size() > source.most_bytes ? value.first(source.most_bytes) : value;
  }
  return source.ones ? Bytes(kOnes).first(source.fixed_bytes) : Bytes(kZeros).first(source.fixed_bytes);
}

}  // namespace fvm
