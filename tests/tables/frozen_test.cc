// SPDX-License-Identifier: Apache-2.0
//
// Ids that captures, images and scripts store never change their meaning: tests/golden/abi/ lists them, one row a line.
// A new row shows up as a new line; FALCOC_BLESS=1 rewrites the lists, and the difference is for a human to read.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "compiler/diag/diagnostics.h"
#include "vm/abi/tables.h"

namespace {

void expect_frozen(const std::string& name, const std::string& now) {
  const std::string path = std::string(FALCO_SOURCE_DIR) + "/tests/golden/abi/" + name + ".txt";
  if (const char* bless = std::getenv("FALCOC_BLESS"); bless != nullptr && *bless == '1') std::ofstream(path) << now;
  std::ifstream file(path);
  REQUIRE_MESSAGE(file.good(), path);
  std::stringstream frozen;
  frozen << file.rdbuf();
  std::istringstream then_lines(frozen.str());
  std::istringstream now_lines(now);
  std::string then_line;
  std::string now_line;
  while (std::getline(then_lines, then_line)) {
    std::getline(now_lines, now_line);
    CHECK_MESSAGE(now_line == then_line, name << ": a frozen row changed");
  }
  CHECK_MESSAGE(!std::getline(now_lines, now_line), name << ": new row, run with FALCOC_BLESS=1: " << now_line);
}

template <typename Rows, typename Print>
std::string numbered(const Rows& rows, Print print) {
  std::ostringstream out;
  size_t id = 0;
  for (const auto& row : rows) {
    out << id++ << ' ';
    print(out, row);
    out << '\n';
  }
  return out.str();
}

}  // namespace

TEST_CASE("event codes keep name, direction and the types of their parameters") {
  expect_frozen("events", numbered(fvm::kEvents, [](std::ostream& out, const fvm::EventInfo& event) {
                  out << event.symbol << ' ' << event.name << (event.dir == fvm::Dir::Enter ? " >" : " <");
                  for (const fvm::ParamInfo& param : event.params()) out << ' ' << param.name << ':' << fvm::type_info(param.type).name;
                }));
}

TEST_CASE("fields keep name and type") {
  expect_frozen("fields", numbered(fvm::kFields, [](std::ostream& out, const fvm::FieldInfo& field) {
                  out << field.name << ' ' << fvm::type_info(field.type).name;
                }));
}

TEST_CASE("types keep name and size") {
  expect_frozen("types", numbered(fvm::kTypes, [](std::ostream& out, const fvm::TypeInfo& type) {
                  out << type.name << ' ' << int{type.size_bytes};
                }));
}

TEST_CASE("comparison operators keep their meaning") {
  expect_frozen("cmp_ops", numbered(fvm::kCmpOps, [](std::ostream& out, std::string_view op) { out << op; }));
}

TEST_CASE("transformers keep their meaning") {
  expect_frozen("transformers", numbered(fvm::kTransformers, [](std::ostream& out, const fvm::TransformerInfo& transformer) {
                  out << transformer.name;
                }));
}

TEST_CASE("system call codes keep their call") {
  expect_frozen("syscalls", numbered(fvm::kSyscalls, [](std::ostream& out, const fvm::SyscallInfo& call) {
                  out << call.name << ' ' << call.x86_64_nr << ' ' << call.arm64_nr;
                }));
}

TEST_CASE("instructions keep their operands") {
  std::ostringstream now;
#define FALCO_OP(code, Sym, mnemonic, A, B, flow, doc) now << code << " " mnemonic " " #A " " #B " " #flow "\n";
#include "vm/abi/opcodes.def"
#undef FALCO_OP
  expect_frozen("opcodes", now.str());
}

TEST_CASE("diagnostics keep number, name and severity") {
  std::ostringstream now;
  for (const falcoc::DiagInfo& info : falcoc::kDiagnostics)
    now << "FC" << info.number() << ' ' << info.slug << (info.severity == falcoc::Severity::Error ? " error\n" : " warning\n");
  expect_frozen("diagnostics", now.str());
}
