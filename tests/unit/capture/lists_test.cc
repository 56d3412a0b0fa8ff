// SPDX-License-Identifier: Apache-2.0
//
// Metadata blocks in every version.
#include <doctest/doctest.h>

#include "tests/unit/capture/reading.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

/// A thread entry in a version before entries had a length.
std::string old_thread(int version) {
  std::string e = le(int64_t{100}) + le(int64_t{99}) + le(int64_t{1});
  if (version >= 6) e += le(int64_t{7});
  if (version >= 8) e += le(int64_t{8});
  e += str16("sh") + str16("/bin/sh");
  if (version >= 7) e += str16("/usr/bin/dash");
  e += str16(std::string_view("-c\0ls", 5)) + str16("/tmp/") + le(int64_t{1024}) + le(uint32_t{1}) +
       le(uint32_t{1000}) + le(uint32_t{1001});
  if (version >= 2) e += le(uint32_t{10}) + le(uint32_t{11}) + le(uint32_t{12}) + le(uint64_t{13}) + le(uint64_t{14});
  if (version >= 3) e += str16(std::string_view("A=1\0", 4));
  if (version >= 4) e += le(int64_t{3}) + le(int64_t{2}) + str16(std::string_view("cpu=/x\0", 7));
  if (version >= 5) e += str16("/root");
  return e;
}

Reading read_block(uint32_t type, const std::string& body) {
  CaptureBuilder capture;
  capture.block(type, body).event(EventCode::SYSCALL_CLOSE_X, 1, 1, {0, 7});
  return read_all(Bytes(capture.bytes()));
}

}  // namespace

TEST_CASE("process lists of versions 1 to 8, with old ids") {
  const struct {
    uint32_t id;
    int version;
  } kIds[] = {{0x202, 1}, {0x8000ABCD, 1}, {0x207, 2}, {0x8013ABCD, 2}, {0x209, 3}, {0x8014ABCD, 3},
              {0x210, 4}, {0x211, 5},      {0x212, 6}, {0x213, 7},      {0x214, 8}};
  for (const auto& row : kIds) {
    CAPTURE(row.id);
    const int v = row.version;
    const Reading r = read_block(row.id, old_thread(v) + old_thread(v));
    REQUIRE(r.complete());
    REQUIRE(r.threads.size() == 2);
    const ThreadRecord& t = r.threads[1];
    CHECK(t.tid == 100);
    CHECK(t.pid == 99);
    CHECK(t.ptid == 1);
    CHECK(t.sid == (v >= 6 ? 7 : -1));
    CHECK(t.vpgid == (v >= 8 ? 8 : -1));
    CHECK(t.comm == "sh");
    CHECK(t.exe == "/bin/sh");
    CHECK(t.exepath == (v >= 7 ? "/usr/bin/dash" : ""));
    CHECK(t.args == std::string("-c\0ls\0", 6));
    CHECK(t.cwd == "/tmp/");
    CHECK(t.fdlimit == 1024);
    CHECK(t.flags == 1);
    CHECK(t.uid == 1000);
    CHECK(t.gid == 1001);
    CHECK(t.vmswap_kb == (v >= 2 ? 12u : 0u));
    CHECK(t.pfminor == (v >= 2 ? 14u : 0u));
    CHECK(t.env == (v >= 3 ? std::string("A=1\0", 4) : ""));
    CHECK(t.vtid == (v >= 4 ? 3 : -1));
    CHECK(t.vpid == (v >= 4 ? 2 : -1));
    CHECK(t.cgroups == (v >= 4 ? std::string("cpu=/x\0", 7) : ""));
    CHECK(t.root == (v >= 5 ? "/root" : ""));
    CHECK(t.loginuid == UINT32_MAX);
    CHECK(t.pgid == -1);
  }
}

TEST_CASE("process list version 9 keeps every field") {
  ThreadRecord t;
  t.tid = 5;
  t.pid = 4;
  t.ptid = 3;
  t.sid = 2;
  t.vpgid = 1;
  t.pgid = 44;
  t.vtid = 6;
  t.vpid = 7;
  t.comm = "c";
  t.exe = "e";
  t.exepath = "/p (deleted)";
  t.cwd = "/w";
  t.root = "/r";
  t.args = nul_list({"a", "b"});
  t.env = nul_list({"E=1"});
  t.cgroups = nul_list({"mem=/y"});
  t.uid = 10;
  t.gid = 11;
  t.loginuid = 12;
  t.tty = 34816;
  t.pidns_init_start_ts = 99;
  t.exe_writable = t.exe_upper_layer = t.exe_lower_layer = t.exe_from_memfd = true;
  t.cap_inheritable = 1;
  t.cap_permitted = 2;
  t.cap_effective = 3;
  t.exe_ino = 21;
  t.exe_ino_ctime = 22;
  t.exe_ino_mtime = 23;
  CaptureBuilder capture;
  capture.threads({t, t}).event(EventCode::SYSCALL_CLOSE_X, 1, 1, {0, 7});
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.complete());
  REQUIRE(r.threads.size() == 2);
  const ThreadRecord& got = r.threads[1];
  CHECK(got.exepath == "/p (deleted)");
  CHECK(got.args == t.args);
  CHECK(got.env == t.env);
  CHECK(got.cgroups == t.cgroups);
  CHECK(got.loginuid == 12);
  CHECK(got.tty == 34816);
  CHECK(got.pidns_init_start_ts == 99);
  CHECK(got.exe_writable);
  CHECK(got.exe_upper_layer);
  CHECK(got.exe_lower_layer);
  CHECK(got.exe_from_memfd);
  CHECK(got.cap_inheritable == 1);
  CHECK(got.cap_permitted == 2);
  CHECK(got.cap_effective == 3);
  CHECK(got.exe_ino_mtime == 23);
  CHECK(got.pgid == 44);
}

TEST_CASE("the tail of a version 9 entry is cut where the entry ends") {
  const std::string fixed = old_thread(8);
  const auto entry = [&](const std::string& tail) {
    return le(static_cast<uint32_t>(4 + fixed.size() + tail.size())) + fixed + tail;
  };
  const std::string caps = le(uint64_t{1}) + le(uint64_t{2}) + le(uint64_t{3});
  SUBCASE("none") {
    const Reading r = read_block(0x215, entry(""));
    CHECK(r.threads.at(0).loginuid == UINT32_MAX);
  }
  SUBCASE("the old layout has no pid namespace start") {
    const Reading r = read_block(0x215, entry(le(uint32_t{55}) + le(uint8_t{1}) + caps));  // 29 bytes
    CHECK(r.threads.at(0).loginuid == 55);
    CHECK(r.threads.at(0).cap_effective == 3);
    CHECK(r.threads.at(0).tty == 0);
  }
  SUBCASE("the new layout begins with it") {
    const Reading r =
        read_block(0x215, entry(le(uint64_t{77}) + le(uint32_t{5}) + le(uint32_t{55}) + le(uint8_t{1}) + caps));
    CHECK(r.threads.at(0).pidns_init_start_ts == 77);
    CHECK(r.threads.at(0).tty == 5);
    CHECK(r.threads.at(0).loginuid == 55);
  }
  SUBCASE("what a newer writer appended is skipped") {
    const Reading r = read_block(0x215, entry(std::string(200, '\0')) + entry(""));
    CHECK(r.threads.size() == 2);
    CHECK(r.complete());
  }
  SUBCASE("an entry shorter than its fields") {
    const Reading r = read_block(0x215, le(uint32_t{20}) + fixed);
    CHECK(r.last == BatchStatus::Failed);
    CHECK(r.error.kind == SourceError::Kind::Corrupt);
    CHECK(r.error.offset == 28);
  }
  SUBCASE("an entry longer than its block") {
    const Reading r = read_block(0x215, entry("") + le(uint32_t{5000}) + fixed);
    CHECK(r.error.kind == SourceError::Kind::Corrupt);
    CHECK(r.threads.size() == 1);
  }
}

TEST_CASE("strings above the format's limits are refused") {
  std::string body = le(int64_t{1}) + le(int64_t{1}) + le(int64_t{0}) + str16(std::string(1025, 'x'));
  const Reading r = read_block(0x202, body + std::string(4096, '\0'));
  CHECK(r.last == BatchStatus::Failed);
  CHECK(r.error.message.find("1025 bytes") != std::string::npos);
}

TEST_CASE("descriptor lists, all types") {
  std::vector<FdRecord> fds;
  const auto add = [&](FdType type) -> FdRecord& {
    FdRecord f;
    f.fd = static_cast<int64_t>(fds.size());
    f.ino = 1000 + fds.size();
    f.type = type;
    fds.push_back(f);
    return fds.back();
  };
  for (int type = 0; type <= static_cast<int>(FdType::PidFd); ++type) {
    FdRecord& f = add(static_cast<FdType>(type));
    switch (f.type) {
      case FdType::Unknown:
        break;
      case FdType::Ipv4Sock:
        f.sip = ip4("1.2.3.4");
        f.dip = ip4("5.6.7.8");
        f.sport = 1;
        f.dport = 2;
        f.l4 = L4::Tcp;
        break;
      case FdType::Ipv6Sock:
        f.sip.family = f.dip.family = 6;
        f.sip.bytes[15] = 9;
        f.sport = 3;
        f.dport = 4;
        f.l4 = L4::Udp;
        break;
      case FdType::Ipv4ServSock:
        f.sip = ip4("0.0.0.0");
        f.sport = 80;
        f.l4 = L4::Tcp;
        break;
      case FdType::Ipv6ServSock:
        f.sip.family = 6;
        f.sport = 443;
        f.l4 = L4::Raw;
        break;
      case FdType::UnixSock:
        f.unix_source = 11;
        f.unix_destination = 12;
        f.name = "/run/s";
        break;
      case FdType::FileV2:
        f.open_flags = 3;
        f.dev = 2049;
        f.name = "/etc/passwd";
        break;
      default:
        f.name = "name" + std::to_string(type);
        break;
    }
  }
  CaptureBuilder capture;
  capture.fds(42, fds).fds(43, {}).event(EventCode::SYSCALL_CLOSE_X, 1, 1, {0, 7});
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.complete());
  REQUIRE(r.fds.size() == 1);
  REQUIRE(r.fds.at(42).size() == fds.size());
  for (size_t i = 0; i < fds.size(); ++i) {
    const FdRecord& got = r.fds.at(42)[i];
    CAPTURE(i);
    CHECK(got.fd == fds[i].fd);
    CHECK(got.ino == fds[i].ino);
    CHECK(got.type == fds[i].type);
    CHECK(got.name == fds[i].name);
    CHECK(got.sip == fds[i].sip);
    CHECK(got.dip == fds[i].dip);
    CHECK(got.sport == fds[i].sport);
    CHECK(got.dport == fds[i].dport);
    CHECK(got.l4 == fds[i].l4);
    CHECK(got.unix_destination == fds[i].unix_destination);
    CHECK(got.open_flags == fds[i].open_flags);
    CHECK(got.dev == fds[i].dev);
  }
}

TEST_CASE("descriptor list version 1, and types from a newer writer") {
  const std::string pipe = le(int64_t{3}) + le(uint64_t{9}) + le(uint8_t{7}) + str16("p");
  const std::string file = le(int64_t{4}) + le(uint64_t{9}) + le(uint8_t{16}) + le(uint32_t{1}) + str16("/f");
  const std::string newer = le(int64_t{5}) + le(uint64_t{9}) + le(uint8_t{30}) + "????";
  for (const uint32_t id : {0x203u, 0x8001ABCDu}) {
    const Reading r = read_block(id, le(int64_t{1}) + pipe + file + newer + pipe);
    REQUIRE(r.complete());
    REQUIRE(r.fds.at(1).size() == 3);
    CHECK(r.fds.at(1)[1].name == "/f");
    CHECK(r.fds.at(1)[1].dev == 0);
    CHECK(r.fds.at(1)[2].name == "unknown-type:[30]");
    CHECK(r.stats.refused == 1);
    CHECK_FALSE(r.stats.first_refusal.empty());
  }
  const auto sized = [](const std::string& e) { return le(static_cast<uint32_t>(e.size() + 4)) + e; };
  const Reading r = read_block(0x218, le(int64_t{1}) + sized(newer) + sized(pipe));
  REQUIRE(r.fds.at(1).size() == 2);
  CHECK(r.fds.at(1)[0].type == FdType::Unsupported);
  CHECK(r.fds.at(1)[1].name == "p");
  CHECK(r.stats.refused == 0);
}

TEST_CASE("interfaces, users and machine in both versions") {
  const std::string four = std::string("\x7f\0\0\1\xff\0\0\0\x7f\xff\xff\xff", 12);
  const std::string v4 = le(uint16_t{1}) + le(uint16_t{2}) + four + le(uint64_t{0}) + "lo";
  const std::string v4_old = le(uint16_t{3}) + le(uint16_t{2}) + four + "lo";
  const std::string v6_old = le(uint16_t{4}) + le(uint16_t{4}) + std::string(48, '\1') + "eth0";
  for (const uint32_t id : {0x205u, 0x8011ABCDu}) {
    const Reading r = read_block(id, v4 + v4_old + v6_old);
    REQUIRE(r.interfaces.size() == 3);
    CHECK(r.interfaces[0].address == ip4("127.0.0.1"));
    CHECK(r.interfaces[1].netmask == ip4("255.0.0.0"));
    CHECK(r.interfaces[1].name == "lo");
    CHECK(r.interfaces[2].address.family == 6);
    CHECK(r.interfaces[2].name == "eth0");
  }
  const Reading v2 = read_block(
      0x219, le(static_cast<uint32_t>(v4.size() + 3)) + v4 + "new" + le(static_cast<uint32_t>(v6_old.size())) + v6_old);
  REQUIRE(v2.interfaces.size() == 2);
  CHECK(v2.interfaces[1].name == "eth0");
  CHECK(read_block(0x219, le(uint32_t{0}) + v4).error.kind == SourceError::Kind::Corrupt);
  CHECK(read_block(0x205, le(uint16_t{9}) + v4).last == BatchStatus::Failed);

  const std::string user =
      le(uint8_t{0}) + le(uint32_t{1000}) + le(uint32_t{1001}) + str16("joe") + str16("/home/joe") + str16("/bin/sh");
  const std::string group = le(uint8_t{1}) + le(uint32_t{1001}) + str16("staff");
  for (const uint32_t id : {0x206u, 0x8012ABCDu}) {
    const Reading r = read_block(id, user + group);
    REQUIRE(r.users.size() == 1);
    CHECK(r.users[0].shell == "/bin/sh");
    CHECK(r.groups.at(0).name == "staff");
  }
  CaptureBuilder capture;
  MachineInfo m;
  m.num_cpus = 4;
  m.memory_bytes = 1u << 30;
  m.hostname = "box";
  m.boot_ts_ns = 5;
  capture.machine(m).users({{1, 2, "a", "b", "c"}}, {{3, "g"}}).event(EventCode::SYSCALL_CLOSE_X, 1, 1, {0, 7});
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.machines.size() == 1);
  CHECK(r.machines[0].num_cpus == 4);
  CHECK(r.machines[0].hostname == "box");
  CHECK(r.machines[0].boot_ts_ns == 5);
  CHECK(r.users.at(0).home == "b");
  CHECK(r.groups.at(0).gid == 3);
}

TEST_CASE("without a machine block the number of CPUs is unknown") {
  CaptureBuilder capture;
  capture.event(EventCode::SYSCALL_CLOSE_X, 1, 1, {0, 7});
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.machines.size() == 1);
  CHECK(r.machines[0].num_cpus == UINT32_MAX);
  CHECK(r.machines[0].hostname.empty());
}

TEST_CASE("long lists come in chunks and complete") {
  std::vector<ThreadRecord> many(limits::kListChunk + 10);
  for (size_t i = 0; i < many.size(); ++i) many[i].tid = many[i].pid = static_cast<int64_t>(i);
  CaptureBuilder capture;
  capture.threads(many).event(EventCode::SYSCALL_CLOSE_X, 1, 1, {0, 7});
  const Reading r = read_all(Bytes(capture.bytes()));
  REQUIRE(r.threads.size() == many.size());
  CHECK(r.threads.back().tid == static_cast<int64_t>(many.size() - 1));
}
