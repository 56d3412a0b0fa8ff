// SPDX-License-Identifier: Apache-2.0
//
// ValueMemo: what a value led to at a node of the decision graph the last time. A cache of fixed size, two places for
// each key; a new entry takes the older one's place. Compares whole values, so a hit is never a guess; values longer
// than an entry are not kept. Most entries are one cache line.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "vm/abi/limits.h"
#include "vm/base/hash.h"
#include "vm/exec/two_way_cache.h"
#include "vm/ops/value.h"

namespace fvm {

class ValueMemo {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  /// A value on its way through the memo; valid as long as the value's bytes.
  class Key {
   public:
    Key(uint32_t node, const Value& value) : node_(node), kind_(value.kind()) {
      switch (kind_) {
        case Kind::Text:
        case Kind::Bytes:
          bytes_ = value.as_text();
          break;
        case Kind::Ip: {
          const IpAddr address = value.as_ip();
          std::memcpy(own_.data(), address.bytes.data(), address.bytes.size());
          own_[address.bytes.size()] = static_cast<char>(address.family);
          bytes_ = {own_.data(), address.bytes.size() + 1};
          break;
        }
        default: {
          const uint64_t bits = value.as_uint();
          std::memcpy(own_.data(), &bits, sizeof bits);
          bytes_ = {own_.data(), sizeof bits};
          break;
        }
      }
      if (fits()) hash_ = hash64(bytes_, uint64_t{node} << 16 | static_cast<uint64_t>(kind_));
    }
    /// A text and a tag that stand for values.
    Key(uint32_t node, std::string_view text, uint8_t tag) : node_(node), kind_(Kind::Text), tag_(tag), bytes_(text) {
      if (fits()) hash_ = hash64(bytes_, uint64_t{node} << 16 | uint64_t{tag} << 8 | static_cast<uint64_t>(kind_));
    }
    /// A number that stands for a value; no value equals it.
    Key(uint32_t node, uint64_t number) : node_(node), kind_(Kind::None) {
      std::memcpy(own_.data(), &number, sizeof number);
      bytes_ = {own_.data(), sizeof number};
      hash_ = hash64(bytes_, uint64_t{node} << 16);
    }
    Key(const Key&) = delete;
    Key& operator=(const Key&) = delete;
    bool fits() const { return bytes_.size() <= kBytes; }

   private:
    friend class ValueMemo;
    uint64_t hash_ = 0;
    uint32_t node_;
    Kind kind_;
    uint8_t tag_ = 0;
    std::array<char, 17> own_;
    std::string_view bytes_;
  };

  /// The node that the value led to, or kNone.
  uint32_t find(const Key& key) const {
    return key.bytes_.size() <= Short::kBytes ? find_in(shorts_, key) : find_in(longs_, key);
  }
  void put(const Key& key, uint32_t next) {
    key.bytes_.size() <= Short::kBytes ? put_in(shorts_, key, next) : put_in(longs_, key, next);
  }
  void clear() {
    shorts_.clear();
    longs_.clear();
  }
  uint64_t evictions() const { return shorts_.evictions() + longs_.evictions(); }

 private:
  static constexpr size_t kLineBytes = 64;

  template <size_t kLines>
  struct alignas(kLineBytes) Entry {
    static constexpr size_t kBytes = kLines * kLineBytes - 19;
    uint64_t hash;
    uint32_t node;
    uint32_t next;
    Kind kind;
    uint8_t tag;
    uint8_t count;
    std::array<char, kBytes> bytes;
    bool is(const Key& key) const {
      return hash == key.hash_ && node == key.node_ && kind == key.kind_ && tag == key.tag_ &&
             count == key.bytes_.size() && (count == 0 || std::memcmp(bytes.data(), key.bytes_.data(), count) == 0);
    }
  };
  using Short = Entry<1>;  ///< most values, and all numbers
  using Long = Entry<3>;   ///< paths inside containers are that long
  static_assert(sizeof(Short) == kLineBytes && sizeof(Long) == 3 * kLineBytes);
  static constexpr size_t kBytes = Long::kBytes;

  template <typename Cache>
  static uint32_t find_in(const Cache& cache, const Key& key) {
    const auto* entry = cache.find(key.hash_, [&](const auto& e) { return e.is(key); });
    return entry != nullptr ? entry->next : kNone;
  }
  template <typename Cache>
  static void put_in(Cache& cache, const Key& key, uint32_t next) {
    auto* const entry = cache.take(key.hash_);
    if (entry == nullptr) return;
    entry->hash = key.hash_;
    entry->node = key.node_;
    entry->next = next;
    entry->kind = key.kind_;
    entry->tag = key.tag_;
    entry->count = static_cast<uint8_t>(key.bytes_.size());
    if (!key.bytes_.empty()) std::memcpy(entry->bytes.data(), key.bytes_.data(), key.bytes_.size());
  }

  TwoWayCache<Short, limits::kMemoEntries> shorts_;
  TwoWayCache<Long, limits::kMemoEntries> longs_;
};

}  // namespace fvm
