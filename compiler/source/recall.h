// SPDX-License-Identifier: Apache-2.0
//
// Recall: what was worked out from a text alone, kept for the next time the same text comes. For programs that compile
// nearly the same again and again. What nobody asked for in this round or the last one is forgotten, and a round keeps
// so many bytes of texts only, so memory is bounded. Knows nothing of what texts are. Not thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace falcoc {

template <typename Value>
class Recall {
 public:
  /// What `make(text)` returned when it was asked last. It may depend on the text only.
  template <typename Make>
  std::shared_ptr<const Value> get(std::string_view text, Make make) {
    std::string key(text);
    if (const auto found = newer_.find(key); found != newer_.end()) return found->second;
    std::shared_ptr<const Value> value;
    if (const auto old = older_.find(key); old != older_.end()) {
      value = old->second;
    } else {
      value = std::make_shared<const Value>(make(text));
    }
    if (key.size() <= kMostBytes - bytes_) {
      bytes_ += key.size();
      newer_.emplace(std::move(key), value);
    }
    return value;
  }

  void next_round() {
    older_ = std::move(newer_);
    newer_.clear();
    bytes_ = 0;
  }

 private:
  static constexpr size_t kMostBytes = size_t{4} << 20;  ///< of texts; what is made of one takes up to 50 times as much

  std::unordered_map<std::string, std::shared_ptr<const Value>> newer_, older_;
  size_t bytes_ = 0;  ///< of the texts in newer_
};

}  // namespace falcoc
