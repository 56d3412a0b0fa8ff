// SPDX-License-Identifier: Apache-2.0
//
// Value: one field value, argument or constant, as operators and transformers see it. Text and bytes are borrowed: from the
// event, from state, from the image or from the event's Arena.
// Text is compared up to its first NUL; a producer of Text values cuts there, so operators need not.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "vm/abi/tables.h"
#include "vm/base/bytes.h"

namespace fvm {

/// Network-order address; IPv4 uses the first 4 bytes, the rest are zero.
struct IpAddr {
  std::array<uint8_t, 16> bytes{};
  uint8_t family = 4;  ///< 4 or 6
  bool operator==(const IpAddr&) const = default;
};

struct IpNet {
  IpAddr base;         ///< host bits are ignored
  uint8_t prefix = 0;  ///< bits, at most 32 or 128
  bool operator==(const IpNet&) const = default;
};

class Value {
 public:
  Value() = default;
  static Value text(std::string_view s) {
    Value v(Kind::Text);
    v.u_.buf = {s.data(), s.size()};
    return v;
  }
  static Value bytes(Bytes b) {
    Value v(Kind::Bytes);
    v.u_.buf = {reinterpret_cast<const char*>(b.data()), b.size()};
    return v;
  }
  static Value integer(int64_t i) {
    Value v(Kind::Int);
    v.u_.i = i;
    return v;
  }
  static Value uinteger(uint64_t u) {
    Value v(Kind::Uint);
    v.u_.u = u;
    return v;
  }
  static Value boolean(bool b) {
    Value v(Kind::Bool);
    v.u_.u = b ? 1 : 0;
    return v;
  }
  static Value real(double d) {
    Value v(Kind::Double);
    v.u_.d = d;
    return v;
  }
  static Value ip(const IpAddr& a) {
    Value v(Kind::Ip);
    v.u_.addr = a.bytes;
    v.family_ = a.family;
    return v;
  }
  static Value net(const IpNet& n) {
    Value v(Kind::Net);
    v.u_.addr = n.base.bytes;
    v.family_ = n.base.family;
    v.prefix_ = n.prefix;
    return v;
  }

  Kind kind() const { return kind_; }
  std::string_view as_text() const { return {u_.buf.data, u_.buf.size}; }
  Bytes as_bytes() const { return {reinterpret_cast<const uint8_t*>(u_.buf.data), u_.buf.size}; }
  int64_t as_int() const { return u_.i; }
  uint64_t as_uint() const { return u_.u; }
  bool as_bool() const { return u_.u != 0; }
  double as_double() const { return u_.d; }
  IpAddr as_ip() const { return {u_.addr, family_}; }
  IpNet as_net() const { return {{u_.addr, family_}, prefix_}; }

 private:
  explicit Value(Kind kind) : kind_(kind) {}
  struct Buffer {
    const char* data;
    size_t size;
  };
  union Payload {
    int64_t i;
    uint64_t u;
    double d;
    Buffer buf;
    std::array<uint8_t, 16> addr;
  };
  Payload u_{.i = 0};
  Kind kind_ = Kind::None;
  uint8_t family_ = 0;
  uint8_t prefix_ = 0;
};
static_assert(sizeof(Value) == 24);

/// What reading a field or evaluating an expression gives. Not present: the field is missing for this event.
/// A present list may be empty. One-valued fields have exactly one value.
struct ValueList {
  const Value* data = nullptr;
  uint32_t count = 0;
  bool present = false;

  std::span<const Value> values() const { return {data, count}; }
  static ValueList missing() { return {}; }
};

}  // namespace fvm
