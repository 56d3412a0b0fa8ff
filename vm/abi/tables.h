// SPDX-License-Identifier: Apache-2.0
//
// The one place that turns the rows of the .def tables into constexpr arrays. Everybody else indexes these arrays; only
// handler lists (getters, opcode labels) expand a .def file again.
// Owns: kEvents, kParams, kFields, kTypes, kEnumTables, kSyscalls, kCmpOps, kTransformers and look-up by name (cold).
// Must not know: YAML, conditions, state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "vm/abi/bits.h"

namespace fvm {

// g++ 12 holds scoped enumerators to shadow names of the namespace, depending on the order of includes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
/// How a value is held and compared; the third column of types.def.
enum class Kind : uint8_t { None, Text, Bytes, Int, Uint, Bool, Double, Ip, Net };
#pragma GCC diagnostic pop

enum class TypeId : uint8_t {
#define FALCO_TYPE(id, Sym, size, kind) Sym = id,
#include "vm/abi/types.def"
#undef FALCO_TYPE
};

enum class CmpOp : uint8_t {
#define FALCO_CMP_OP(id, Sym, mnemonic) Sym = id,
#include "vm/abi/cmp_ops.def"
#undef FALCO_CMP_OP
};

enum class Transformer : uint8_t {
#define FALCO_TRANSFORMER(id, Sym, ...) Sym = id,
#include "vm/abi/transformers.def"
#undef FALCO_TRANSFORMER
};

enum class EventCode : uint16_t {
#define FALCO_EVENT(code, Sym, name, Dir, category, flags, ...) Sym = code,
#include "vm/abi/events.def"
#undef FALCO_EVENT
};

enum class EnumTable : uint8_t {
  None,
#define FALCO_ENUM_TABLE(table) table,
#define FALCO_ENUM(table, value, name)
#include "vm/abi/enums.def"
#undef FALCO_ENUM
#undef FALCO_ENUM_TABLE
};

enum class FieldId : uint16_t {
#define FALCO_FIELD(id, Sym, ...) Sym = id,
#include "vm/abi/fields.def"
#undef FALCO_FIELD
};

enum class Dir : uint8_t { Enter, Exit };
enum class Format : uint8_t { NA, DEC, HEX, OCT, PADDED_DEC, ID, DIR };
/// What a parameter's aux column says; see events.def.
enum class Aux : uint8_t { None, Flags, Dirfd, Dyn };
enum class FieldClass : uint8_t { EvtGeneric, Evt, Process, User, Group, Fd, FsPath, FdList, Container, K8s, Util };
/// Argument a field accepts. Index: `[N]`; Key: `[text]`; Suffix: `.text` glued to the name; EventParam: `.NAME` or `[N]`;
/// EventName: `.NAME` or `.NUMBER` of an event.
enum class ArgKind : uint8_t { None, Index, Key, IndexOrKey, Suffix, KeyOrSuffix, EventParam, EventName };
/// The argument a use of a field has.
enum class FieldArg : uint8_t { None, Index, Key };
enum class Domain : uint8_t { Event, Fd, Process, Lineage, Container, Host };
/// How several values of one field are compared; see fields.def.
enum class Quant : uint8_t { One, List, Endpoint, Ancestor };

struct ParamInfo {
  std::string_view name;
  TypeId type;
  Format format;
  Aux aux;
  EnumTable table;     ///< Aux::Flags and Aux::Dyn
  uint8_t aux_number;  ///< Aux::Dirfd: index of the descriptor parameter; Aux::Dyn: number of layouts
};

struct EventInfo {
  std::string_view symbol;
  std::string_view name;
  Dir dir;
  uint16_t category;  ///< FALCO_EC_* with origin bits
  uint16_t flags;     ///< FALCO_EF_*
  uint16_t first_param;
  uint16_t param_count;

  constexpr bool has(uint32_t flag) const { return (flags & flag) != 0; }
  constexpr std::span<const ParamInfo> params() const;
};

struct TypeInfo {
  std::string_view name;
  uint8_t size_bytes;  ///< 0 = variable
  Kind kind;
};

struct FieldInfo {
  std::string_view name;
  FieldClass field_class;
  TypeId type;
  ArgKind arg;
  uint16_t flags;  ///< FALCO_FF_*
  Format format;
  Domain domain;
  Quant quant;
  std::string_view doc;

  constexpr bool has(uint32_t flag) const { return (flags & flag) != 0; }
};

struct EnumName {
  EnumTable table;
  uint64_t value;
  std::string_view name;
};

struct SyscallInfo {
  std::string_view name;
  int16_t x86_64_nr;
  int16_t arm64_nr;
};

struct TransformerInfo {
  std::string_view name;
  uint8_t min_args;
  uint8_t max_args;  ///< 0 = no limit
  std::string_view doc;
};

namespace detail {
#define NoAux Aux::None, EnumTable::None, 0
#define Flags(t) Aux::Flags, EnumTable::t, 0
#define Dirfd(k) Aux::Dirfd, EnumTable::None, k
#define Dyn(t, n) Aux::Dyn, EnumTable::t, n
#define P(name, type, format, ...) {name, TypeId::type, Format::format, __VA_ARGS__},
#define FALCO_EVENT(code, Sym, name, Dir, category, flags, ...) __VA_ARGS__
inline constexpr ParamInfo kParams[] = {
#include "vm/abi/events.def"
};
#undef FALCO_EVENT
#undef P
#undef NoAux
#undef Flags
#undef Dirfd
#undef Dyn

#define P(...) +1
#define FALCO_EVENT(code, Sym, name, Dir, category, flags, ...) 0 __VA_ARGS__,
inline constexpr uint16_t kParamCounts[] = {
#include "vm/abi/events.def"
};
#undef FALCO_EVENT
#undef P
inline constexpr size_t kEventCount = sizeof(kParamCounts) / sizeof(kParamCounts[0]);

struct ParamStarts {
  uint16_t at[kEventCount + 1];
};
constexpr ParamStarts param_starts() {
  ParamStarts s{};
  for (size_t i = 0; i < kEventCount; ++i) s.at[i + 1] = static_cast<uint16_t>(s.at[i] + kParamCounts[i]);
  return s;
}
inline constexpr ParamStarts kParamStarts = param_starts();
static_assert(kParamStarts.at[kEventCount] == sizeof(kParams) / sizeof(kParams[0]));
}  // namespace detail

constexpr std::span<const ParamInfo> EventInfo::params() const {
  return std::span<const ParamInfo>(detail::kParams).subspan(first_param, param_count);
}

inline constexpr EventInfo kEvents[] = {
#define FALCO_EVENT(code, Sym, name, dir, category, flags, ...) \
  {#Sym, name, Dir::dir, category, flags, detail::kParamStarts.at[code], detail::kParamCounts[code]},
#include "vm/abi/events.def"
#undef FALCO_EVENT
};
inline constexpr size_t kEventCount = detail::kEventCount;

inline constexpr TypeInfo kTypes[] = {
#define FALCO_TYPE(id, Sym, size, kind) {#Sym, size, Kind::kind},
#include "vm/abi/types.def"
#undef FALCO_TYPE
};

inline constexpr FieldInfo kFields[] = {
#define FALCO_FIELD(id, Sym, name, cls, type, arg, flags, format, domain, quant, doc) \
  {name, FieldClass::cls, TypeId::type, ArgKind::arg, flags, Format::format, Domain::domain, Quant::quant, doc},
#include "vm/abi/fields.def"
#undef FALCO_FIELD
};
inline constexpr size_t kFieldCount = sizeof(kFields) / sizeof(kFields[0]);

/// All names of all tables, grouped by table in print order.
inline constexpr EnumName kEnumNames[] = {
#define FALCO_ENUM_TABLE(table)
#define FALCO_ENUM(table, value, name) {EnumTable::table, value, name},
#include "vm/abi/enums.def"
#undef FALCO_ENUM
#undef FALCO_ENUM_TABLE
};

inline constexpr SyscallInfo kSyscalls[] = {
#define FALCO_SYSCALL(code, name, x86, arm, events) {name, x86, arm},
#include "vm/abi/syscalls.def"
#undef FALCO_SYSCALL
};
inline constexpr size_t kSyscallCount = sizeof(kSyscalls) / sizeof(kSyscalls[0]);

inline constexpr std::string_view kCmpOps[] = {
#define FALCO_CMP_OP(id, Sym, mnemonic) mnemonic,
#include "vm/abi/cmp_ops.def"
#undef FALCO_CMP_OP
};

inline constexpr TransformerInfo kTransformers[] = {
#define FALCO_TRANSFORMER(id, Sym, name, lo, hi, doc) {name, lo, hi, doc},
#include "vm/abi/transformers.def"
#undef FALCO_TRANSFORMER
};

// Row number = id, in every table. Each list is expanded once more to compare.
namespace detail {
constexpr bool dense(std::span<const int> ids) {
  for (size_t i = 0; i < ids.size(); ++i)
    if (ids[i] != static_cast<int>(i)) return false;
  return true;
}
#define FALCO_EVENT(code, ...) code,
inline constexpr int kEventIds[] = {
#include "vm/abi/events.def"
};
#undef FALCO_EVENT
#define FALCO_FIELD(id, ...) id,
inline constexpr int kFieldIds[] = {
#include "vm/abi/fields.def"
};
#undef FALCO_FIELD
#define FALCO_TYPE(id, ...) id,
inline constexpr int kTypeIds[] = {
#include "vm/abi/types.def"
};
#undef FALCO_TYPE
#define FALCO_SYSCALL(code, ...) code,
inline constexpr int kSyscallIds[] = {
#include "vm/abi/syscalls.def"
};
#undef FALCO_SYSCALL
static_assert(dense(kEventIds) && dense(kFieldIds) && dense(kTypeIds) && dense(kSyscallIds));
}  // namespace detail

constexpr const EventInfo& event_info(EventCode code) { return kEvents[static_cast<size_t>(code)]; }
constexpr const FieldInfo& field_info(FieldId id) { return kFields[static_cast<size_t>(id)]; }
constexpr const TypeInfo& type_info(TypeId id) { return kTypes[static_cast<size_t>(id)]; }
constexpr const TransformerInfo& transformer_info(Transformer t) { return kTransformers[static_cast<size_t>(t)]; }
constexpr Kind kind_of(TypeId id) { return type_info(id).kind; }

/// Names of one table in print order; cold, linear.
constexpr std::span<const EnumName> enum_names(EnumTable table) {
  size_t first = 0;
  const size_t total = sizeof(kEnumNames) / sizeof(kEnumNames[0]);
  while (first < total && kEnumNames[first].table != table) ++first;
  size_t last = first;
  while (last < total && kEnumNames[last].table == table) ++last;
  return std::span<const EnumName>(kEnumNames).subspan(first, last - first);
}

}  // namespace fvm
