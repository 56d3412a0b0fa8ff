// SPDX-License-Identifier: Apache-2.0
//
// What must hold for the rows of every table beyond what the compiler already proves (tables.h: ids are dense): names are
// unique and well formed, references between tables lead somewhere, limits cover the widest row.
#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "vm/abi/limits.h"
#include "vm/abi/tables.h"

namespace {

// Expects no name twice; returns how many there were.
template <typename Rows, typename NameOf>
size_t expect_unique(const Rows& rows, NameOf name_of) {
  std::set<std::string_view> seen;
  for (const auto& row : rows) {
    CAPTURE(std::string(name_of(row)));
    CHECK_FALSE(name_of(row).empty());
    CHECK(seen.insert(name_of(row)).second);
  }
  return seen.size();
}

bool lower_dotted(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.back() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return std::islower(static_cast<unsigned char>(c)) != 0 || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_';
  });
}

}  // namespace

TEST_CASE("the wire format has its 454 event codes") { CHECK(fvm::kEventCount == 454); }

TEST_CASE("names are unique in each table") {
  CHECK(expect_unique(fvm::kEvents, [](const fvm::EventInfo& e) { return e.symbol; }) == fvm::kEventCount);
  CHECK(expect_unique(fvm::kFields, [](const fvm::FieldInfo& f) { return f.name; }) == fvm::kFieldCount);
  CHECK(expect_unique(fvm::kTypes, [](const fvm::TypeInfo& t) { return t.name; }) == std::size(fvm::kTypes));
  CHECK(expect_unique(fvm::kCmpOps, [](std::string_view op) { return op; }) == std::size(fvm::kCmpOps));
  CHECK(expect_unique(fvm::kTransformers, [](const fvm::TransformerInfo& t) { return t.name; }) == std::size(fvm::kTransformers));
  CHECK(expect_unique(fvm::kSyscalls, [](const fvm::SyscallInfo& s) { return s.name; }) == fvm::kSyscallCount);
}

TEST_CASE("field names are lower case and dotted, and no field is the argument form of another") {
  for (const fvm::FieldInfo& field : fvm::kFields) {
    CAPTURE(std::string(field.name));
    CHECK(lower_dotted(field.name));
    CHECK(field.name.find('.') != std::string_view::npos);
  }
}

TEST_CASE("events alternate enter and exit, and both halves of a pair have one name") {
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    const fvm::EventInfo& event = fvm::kEvents[code];
    CAPTURE(code);
    CHECK((event.dir == fvm::Dir::Enter) == (code % 2 == 0));
    if (code % 2 == 1 && !fvm::kEvents[code - 1].name.starts_with("NA") && !event.name.starts_with("NA"))
      CHECK(event.name == fvm::kEvents[code - 1].name);
  }
}

TEST_CASE("parameters: named, within the limit, and what they refer to exists") {
  size_t widest = 0;
  for (const fvm::EventInfo& event : fvm::kEvents) {
    const auto params = event.params();
    widest = std::max(widest, params.size());
    for (size_t i = 0; i < params.size(); ++i) {
      CAPTURE(std::string(event.symbol));
      CAPTURE(i);
      CHECK_FALSE(params[i].name.empty());
      if (params[i].aux == fvm::Aux::Flags) CHECK_FALSE(fvm::enum_names(params[i].table).empty());
      if (params[i].aux == fvm::Aux::Dyn) CHECK(fvm::enum_names(params[i].table).size() >= params[i].aux_number);
      if (params[i].aux == fvm::Aux::Dirfd) {
        REQUIRE(params[i].aux_number < params.size());
        CHECK(params[params[i].aux_number].type == fvm::TypeId::FD);
      }
    }
  }
  CHECK(widest <= fvm::limits::kEventParams);
  CHECK(widest >= 20);
}

TEST_CASE("every flag table is used, or serves values that no parameter row declares") {
  std::set<fvm::EnumTable> used = {fvm::EnumTable::capability, fvm::EnumTable::errno_name, fvm::EnumTable::signal_name,
                                   fvm::EnumTable::mode_bit, fvm::EnumTable::poll_flags};
  for (const fvm::EventInfo& event : fvm::kEvents)
    for (const fvm::ParamInfo& param : event.params()) used.insert(param.table);
  for (const fvm::EnumName& name : fvm::kEnumNames) {
    CAPTURE(std::string(name.name));
    CHECK(used.contains(name.table));
  }
}

TEST_CASE("no two system calls share a native number") {
  std::set<int> x86;
  std::set<int> arm;
  for (const fvm::SyscallInfo& call : fvm::kSyscalls) {
    CAPTURE(std::string(call.name));
    if (call.x86_64_nr >= 0) CHECK(x86.insert(call.x86_64_nr).second);
    if (call.arm64_nr >= 0) CHECK(arm.insert(call.arm64_nr).second);
  }
  CHECK(x86.size() > 300);
  CHECK(arm.size() > 250);
}
