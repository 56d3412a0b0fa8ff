// SPDX-License-Identifier: Apache-2.0
//
// Interner: numbers distinct byte strings from 0 in order of first use. Hash-consing of everything in the graph goes
// through keys made with KeyWriter, so that equality is equality of all parts. No knowledge of what is interned.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "vm/base/hash.h"

namespace falcoc {

class KeyWriter {
 public:
  template <typename T>
  KeyWriter& add(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    key_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  KeyWriter& add_text(std::string_view text) {
    add(text.size());
    key_ += text;
    return *this;
  }
  template <typename Range>
  KeyWriter& add_all(const Range& values) {
    add(values.size());
    for (auto value : values) add(value);
    return *this;
  }
  std::string take() { return std::move(key_); }

 private:
  std::string key_;
};

class Interner {
 public:
  struct Entry {
    uint32_t id;
    bool is_new;
  };
  Entry intern(std::string key) {
    const auto [it, is_new] = ids_.try_emplace(std::move(key), static_cast<uint32_t>(ids_.size()));
    return {it->second, is_new};
  }

 private:
  struct Hash {
    size_t operator()(const std::string& key) const { return fvm::hash64(key); }
  };
  std::unordered_map<std::string, uint32_t, Hash> ids_;
};

}  // namespace falcoc
