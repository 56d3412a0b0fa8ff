// SPDX-License-Identifier: Apache-2.0
#include "tests/differential/random_events.h"

#include "tests/differential/random.h"
#include "vm/ops/net_ops.h"
#include "vm/ops/transform.h"

namespace differential {
namespace {

using fvm::EventCode;
using fvm::FieldId;
using fvm::FieldUse;
using fvm::Kind;
using fvm::Quant;
using fvm::Value;
using fvm::ValueList;

/// Numbers as a value of the type's width would hold them.
Value number(fvm::TypeId type, int64_t n) {
  if (fvm::kind_of(type) == Kind::Int) return Value::integer(n);
  const size_t bytes = fvm::type_info(type).size_bytes;
  const auto bits = static_cast<uint64_t>(n);
  return Value::uinteger(bytes >= 8 ? bits : bits & ((uint64_t{1} << (8 * bytes)) - 1));
}

Value random_value(const FieldUse& use, Random& random) {
  switch (fvm::kind_of(use.type)) {
    case Kind::Text: return Value::text(random.pick(kTexts));
    case Kind::Bytes: return Value::bytes(fvm::as_bytes(random.pick(kTexts)));
    case Kind::Int:
    case Kind::Uint: return number(use.type, random.pick(kNumbers));
    case Kind::Bool: return Value::boolean(random.chance(50));
    case Kind::Double: return Value::real(static_cast<double>(random.below(4)) / 2);
    case Kind::Ip:
    case Kind::Net: return Value::ip(*fvm::ops::parse_ip(random.pick(kAddresses)));
    case Kind::None: break;
  }
  return Value();
}

/// How many values a field of this kind may have at once.
uint64_t count_of(const FieldUse& use, Random& random) {
  switch (fvm::field_info(use.id).quant) {
    case Quant::One: return 1;
    case Quant::List: return random.below(4);
    case Quant::Endpoint: return random.below(3);
    case Quant::Ancestor: return use.arg == fvm::FieldArg::None ? random.below(4) : 1;
  }
  return 1;
}

uint64_t question(const FieldUse& use) {
  uint64_t hash = static_cast<uint64_t>(use.id) * 31 + static_cast<uint64_t>(use.index);
  for (const char c : use.key) hash = hash * 1099511628211u + static_cast<uint8_t>(c);
  return hash * 4 + static_cast<uint64_t>(use.arg);
}

bool has_param(EventCode code, const FieldUse& use) {
  const auto params = fvm::event_info(code).params();
  if (use.arg == fvm::FieldArg::Index) return use.index >= 0 && static_cast<uint64_t>(use.index) < params.size();
  for (const fvm::ParamInfo& param : params)
    if (param.name == use.key) return true;
  return false;
}

}  // namespace

bool occurs(EventCode code) {
  return !fvm::event_info(code).has(FALCO_EF_UNUSED) && code != EventCode::PLUGINEVENT_E;
}

ValueList RandomEvent::read(const FieldUse& use, fvm::Arena& arena) const {
  const fvm::EventInfo& event = fvm::event_info(code_);
  const bool name_in_parameter = code_ == EventCode::GENERIC_E || code_ == EventCode::GENERIC_X || code_ == EventCode::ASYNCEVENT_E;
  switch (use.id) {
    case FieldId::EvtType:
    case FieldId::SyscallType:
      if (use.id == FieldId::SyscallType && (event.category & FALCO_EC_SYSCALL) == 0) return ValueList::missing();
      return fvm::ops::single(Value::text(name_in_parameter ? "sync" : event.name), arena);
    case FieldId::EvtDir: return fvm::ops::single(Value::text(event.dir == fvm::Dir::Enter ? ">" : "<"), arena);
    case FieldId::EvtNum: return fvm::ops::single(Value::uinteger(1 + seed_ % 3), arena);
    case FieldId::EvtArg:
    case FieldId::EvtRawarg:
      if (!has_param(code_, use)) return ValueList::missing();
      break;
    default: break;
  }
  Random random(seed_ ^ question(use) * 0x9e3779b97f4a7c15);
  if (random.chance(15)) return ValueList::missing();
  const auto count = static_cast<uint32_t>(count_of(use, random));
  auto* values = arena.alloc_array<Value>(count);
  for (uint32_t i = 0; i < count; ++i) values[i] = random_value(use, random);
  return {values, count, true};
}

}  // namespace differential
