// SPDX-License-Identifier: Apache-2.0
//
// Real and made-up captures from an optional data folder (FALCO_TEST_DATA, or ../shared beside the sources). Skips
// visibly without it. The counts were taken with an independent reader.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/capture/reading.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

std::filesystem::path captures() {
  const char* folder = std::getenv("FALCO_TEST_DATA");
  const std::filesystem::path data = folder ? folder : std::filesystem::path(FALCO_SOURCE_DIR).parent_path() / "shared";
  return data / "captures";
}

bool available() {
  if (std::filesystem::is_directory(captures())) return true;
  MESSAGE("SKIPPED: no captures at " << captures().string());
  return false;
}

/// Counts only, so that large captures need no memory.
struct Counting final : StateSink {
  void on_section() override {}
  void on_machine(const MachineInfo&) override {}
  void on_threads(std::vector<ThreadRecord> list) override { threads += list.size(); }
  void on_fds(int64_t, std::vector<FdRecord> list) override { fds += list.size(); }
  void on_interfaces(std::vector<InterfaceRecord>) override {}
  void on_user(const UserRecord&) override {}
  void on_group(const GroupRecord&) override {}
  size_t threads = 0, fds = 0;
  uint64_t events = 0;
  std::map<unsigned, uint64_t> by_code;

  BatchStatus run(EventSource& source) {
    std::span<EventView> batch;
    BatchStatus status;
    while ((status = source.next_batch(*this, batch)) == BatchStatus::Events) {
      for (const EventView& event : batch) {
        ++by_code[static_cast<unsigned>(event.code)];
        ++events;
      }
    }
    return status;
  }
};

struct Expected {
  const char* file;
  uint64_t raw, events, wrong_partners;
};
constexpr Expected kExpected[] = {
    {"bench-exec", 665458, 413455, 0}, {"bench-io-1m", 999986, 543817, 0}, {"bench-mix-2m", 1999985, 1086290, 3},
    {"cgroups", 152396, 93675, 0},     {"compile", 137375, 79174, 0},      {"docker", 494577, 313988, 0},
    {"http", 116097, 64460, 0},        {"packages", 148486, 95632, 0},     {"postgres", 173233, 103448, 0},
    {"redis", 86249, 45867, 0},        {"shell", 89559, 56009, 0},         {"suspicious", 750697, 456314, 0},
    {"syscalls", 3048199, 1602769, 0}, {"users", 81802, 51088, 0},
};

}  // namespace

TEST_CASE("recorded captures are read to their end") {
  if (!available()) return;
  for (const Expected& expected : kExpected) {
    CAPTURE(expected.file);
    auto source = open_capture((captures() / (std::string(expected.file) + ".scap.gz")).string());
    REQUIRE(source);
    Counting counting;
    CHECK(counting.run(**source) == BatchStatus::End);
    const SourceStats& stats = (*source)->stats();
    CHECK(stats.raw_events == expected.raw);
    CHECK(counting.events == expected.events);
    CHECK(stats.wrong_partners == expected.wrong_partners);
    CHECK(stats.refused == 0);
    CHECK(stats.unknown_blocks + stats.unknown_events == 0);
    CHECK(counting.threads > 0);
    CHECK((*source)->position() == (*source)->size());
    if (std::string_view(expected.file) == "http") {
      CHECK(counting.by_code[static_cast<unsigned>(EventCode::SYSCALL_READ_X)] == 2372);
      CHECK(counting.by_code[static_cast<unsigned>(EventCode::SOCKET_ACCEPT4_6_X)] == 237);
      CHECK(counting.by_code[static_cast<unsigned>(EventCode::SYSCALL_EXECVE_19_X)] == 31);
    }
  }
}

TEST_CASE("made-up captures behave as the reference does, or better") {
  if (!available()) return;
  std::ifstream table(captures() / "synthetic" / "outcome.tsv");
  REQUIRE(table);
  std::string line;
  std::getline(table, line);
  size_t rows = 0;
  while (std::getline(table, line)) {
    std::istringstream row(line);
    std::string name, outcome;
    uint64_t events = 0;
    row >> name >> outcome >> events;
    CAPTURE(name);
    const Reading r = read_all((captures() / "synthetic" / (name + ".scap")).string());
    ++rows;
    if (outcome == "ok") CHECK(r.complete());
    // The reference leaves hidden events out of its count.
    if (outcome == "ok") CHECK(r.events.size() >= events);
    const bool unreadable = name == "bad_magic" || name == "major2" || name == "no_events" || name == "only_shb" ||
                            name == "trailer_bad_meta" || name == "large_in_small_toobig" ||
                            name.rfind("trunc_", 0) == 0;
    CHECK(r.complete() == !unreadable);
    if (name == "trunc_evt") CHECK(r.events.size() == 1);
    if (name == "trunc_hdr") CHECK(r.events.size() == 2);
  }
  CHECK(rows > 50);
}
