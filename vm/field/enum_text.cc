// SPDX-License-Identifier: Apache-2.0
//
// The walks over name tables; the order of rows is the order of names.
#include "vm/field/enum_text.h"

#include <array>

#include "vm/abi/dyn_layout.h"

namespace fvm {
namespace {

struct Run {
  uint16_t first = 0, count = 0;
};
constexpr size_t kTableCount = 1
#define FALCO_ENUM_TABLE(table) +1
#define FALCO_ENUM(table, value, name)
#include "vm/abi/enums.def"
#undef FALCO_ENUM
#undef FALCO_ENUM_TABLE
    ;

constexpr std::array<Run, kTableCount> table_runs() {
  std::array<Run, kTableCount> runs{};
  size_t i = 0;
  for (const EnumName& name : kEnumNames) {
    Run& run = runs[static_cast<size_t>(name.table)];
    if (run.count == 0) run.first = static_cast<uint16_t>(i);
    ++run.count;
    ++i;
  }
  return runs;
}
constexpr auto kRuns = table_runs();

constexpr std::array<TypeId, std::size(kEnumNames)> layout_types() {
  std::array<TypeId, std::size(kEnumNames)> types{};
  for (const EnumTable table : {EnumTable::sockopt_dynamic_param, EnumTable::ptrace_dynamic_param,
                                EnumTable::bpf_dynamic_param, EnumTable::keyctl_dynamic_param}) {
    const Run run = kRuns[static_cast<size_t>(table)];
    for (size_t i = run.first; i < size_t{run.first} + run.count; ++i) types[i] = layout_type(kEnumNames[i].name);
  }
  return types;
}
constexpr auto kLayoutTypes = layout_types();

void add_name(TextBuilder& text, bool& first, std::string_view name) {
  if (!first) text.add('|');
  first = false;
  text.add(name);
}

}  // namespace

std::span<const EnumName> names_of(EnumTable table) {
  const Run run = kRuns[static_cast<size_t>(table)];
  return std::span<const EnumName>(kEnumNames).subspan(run.first, run.count);
}

std::string_view enum_name(EnumTable table, uint64_t value) {
  for (const EnumName& row : names_of(table))
    if (row.value == value) return row.name;
  return {};
}

void add_flag_names(TextBuilder& text, EnumTable table, uint64_t value) {
  uint64_t left = value;
  bool first = true;
  for (const EnumName& row : names_of(table)) {
    const bool matches = row.value == 0 ? value == 0 : (left & row.value) == row.value;
    if (!matches) continue;
    add_name(text, first, row.name);
    left &= ~row.value;
    if (row.value == value) return;
  }
}

void add_enum_names(TextBuilder& text, EnumTable table, uint64_t value) {
  bool first = true;
  for (const EnumName& row : names_of(table))
    if (row.value == value) add_name(text, first, row.name);
}

void add_mode_names(TextBuilder& text, EnumTable table, uint64_t value) {
  uint64_t left = value;
  bool first = true;
  for (const EnumName& row : names_of(table)) {
    if (row.value == value) return add_name(text, first, row.name);
    if (row.value == 0 || (left & row.value) != row.value) continue;
    add_name(text, first, row.name);
    left &= ~row.value;
  }
}

std::string_view errno_name_of(int64_t result) {
  const auto number = static_cast<int32_t>(result);
  return number < 0 ? enum_name(EnumTable::errno_name, uint64_t{0} - static_cast<uint64_t>(int64_t{number}))
                    : std::string_view{};
}

TypeId dyn_type(EnumTable table, size_t number) {
  const Run run = kRuns[static_cast<size_t>(table)];
  return number < run.count ? kLayoutTypes[run.first + number] : TypeId::NONE;
}

std::string_view syscall_name(uint64_t code) {
  return code < kSyscallCount ? kSyscalls[code].name : std::string_view("<unknown syscall>");
}

std::string_view native_syscall_name(int64_t number) {
  for (const SyscallInfo& row : kSyscalls) {
#if defined(__aarch64__)
    const int16_t native = row.arm64_nr;
#else
    const int16_t native = row.x86_64_nr;
#endif
    if (native >= 0 && native == number) return row.name;
  }
  return syscall_name(0);
}

}  // namespace fvm
