// SPDX-License-Identifier: Apache-2.0
//
// Result<T, E>: a value or an error of the outside world (file, image, kernel). The rule author's mistakes are diagnostics
// instead, ours are FALCO_CHECK. No project knowledge; std::expected is C++23.
#pragma once

#include <utility>
#include <variant>

#include "vm/base/check.h"

namespace fvm {

template <typename E>
struct Err {
  E error;
};
template <typename E>
Err(E) -> Err<E>;

template <typename T, typename E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT(google-explicit-constructor)
  template <typename F>
  Result(Err<F> err) : state_(std::in_place_index<1>, std::move(err.error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& value() {
    FALCO_CHECK(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const T& value() const {
    FALCO_CHECK(state_.index() == 0);
    return *std::get_if<0>(&state_);
  }
  const E& error() const {
    FALCO_CHECK(state_.index() == 1);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, E> state_;
};

}  // namespace fvm
