// SPDX-License-Identifier: Apache-2.0
//
// An event made of parameter values, with the memory that an EventView borrows.
#pragma once

#include <string>
#include <vector>

#include "vm/event/event_view.h"

namespace fvm::testing {

class EventRoom {
 public:
  /// `values`: the wire bytes of each parameter.
  EventView& make(EventCode code, std::vector<std::string> values) {
    values_ = std::move(values);
    params_.clear();
    for (const std::string& value : values_) params_.push_back(as_bytes(value));
    event = {};
    event.code = code;
    event.set_params(params_.data(), params_.size());
    return event;
  }
  EventView event;

 private:
  std::vector<std::string> values_;
  std::vector<Bytes> params_;
};

}  // namespace fvm::testing
