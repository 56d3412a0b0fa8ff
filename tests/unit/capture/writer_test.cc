// SPDX-License-Identifier: Apache-2.0
//
// What is written is read back as it was given; files end behind whole blocks; only what was asked for is recorded.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "capture/blocks.h"
#include "capture/late_fds.h"
#include "capture/output_file.h"
#include "capture/recording_source.h"
#include "capture/scap_writer.h"
#include "tests/support/capture_builder.h"
#include "tests/unit/capture/reading.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

/// A file name that nothing has yet, gone with its owner.
struct TemporaryName {
  std::string folder, path;

  explicit TemporaryName(const std::string& name) {
    std::string pattern = std::filesystem::temp_directory_path() / "falco-writer-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    folder = pattern;
    path = folder + "/" + name;
  }
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;
  ~TemporaryName() { std::filesystem::remove_all(folder); }
};

/// Everything of a capture through a writer and back.
Reading rewritten(Bytes capture, const std::string& name = "out.scap") {
  const TemporaryName file(name);
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  ScapWriter writer(**out);
  auto source = open_capture(capture);
  REQUIRE(source);
  RecordingSource recording(std::move(*source), writer, Record::All);
  recording.set_interest(Interest{});
  Reading ignored;
  std::span<EventView> batch;
  uint64_t number = 0;
  while (recording.next_batch(ignored, batch) == BatchStatus::Events) {
    for (EventView& event : batch) event.num = ++number;
  }
  recording.finish();
  (*out)->finish();
  REQUIRE((*out)->error().empty());
  return read_all(file.path);
}

void check_same_events(const Reading& was, const Reading& is) {
  INFO(is.error.message);
  REQUIRE(is.complete());
  REQUIRE(is.events.size() == was.events.size());
  for (size_t i = 0; i < is.events.size(); ++i) {
    const SeenEvent &a = was.events[i], &b = is.events[i];
    INFO("event ", i, " of code ", static_cast<int>(a.code));
    CHECK(a.ts_ns == b.ts_ns);
    CHECK(a.tid == b.tid);
    CHECK(a.cpu == b.cpu);
    CHECK(a.code == b.code);
    CHECK(a.state_only == b.state_only);
    CHECK(a.params == b.params);
  }
}

ThreadRecord full_thread() {
  ThreadRecord t;
  t.tid = t.pid = 100, t.ptid = 2, t.sid = 3, t.vpgid = 4, t.pgid = 5, t.vtid = 6, t.vpid = 7;
  t.comm = "sh", t.exe = "-sh", t.exepath = "/bin/sh", t.cwd = "/tmp", t.root = "/";
  t.args = nul_list({"-c", "ls"}), t.env = nul_list({"A=b"}), t.cgroups = nul_list({"cpu=/x"});
  t.fdlimit = 1024, t.flags = 9, t.uid = 10, t.gid = 11, t.loginuid = 12, t.vmsize_kb = 13, t.vmrss_kb = 14,
  t.vmswap_kb = 15;
  t.pfmajor = 16, t.pfminor = 17, t.pidns_init_start_ts = 18, t.tty = 19;
  t.cap_permitted = 20, t.cap_effective = 21, t.cap_inheritable = 22;
  t.exe_writable = t.exe_lower_layer = true;
  t.exe_ino = 23, t.exe_ino_ctime = 24, t.exe_ino_mtime = 25;
  return t;
}

std::vector<FdRecord> all_fds() {
  std::vector<FdRecord> list;
  for (int8_t type = 1; type <= static_cast<int8_t>(FdType::PidFd); ++type) {
    FdRecord fd;
    fd.fd = type;
    fd.ino = 1000u + static_cast<uint64_t>(type);
    fd.type = static_cast<FdType>(type);
    fd.name = "/name";
    list.push_back(fd);
  }
  FdRecord& v4 = list[2];
  v4.sip = ip4("10.0.0.1"), v4.dip = ip4("10.0.0.2"), v4.sport = 1, v4.dport = 2, v4.l4 = L4::Tcp;
  list[3].sip.family = list[3].dip.family = 6;
  FdRecord& server6 = list[5];
  server6.sip.family = 6, server6.sip.bytes[15] = 1, server6.sport = 443, server6.l4 = L4::Udp;
  list[7].unix_source = 1, list[7].unix_destination = 2;
  list[15].open_flags = 4, list[15].dev = 5;
  return list;
}

CaptureBuilder& add_close(CaptureBuilder& capture, uint64_t ts = 1000) {
  return capture.event(EventCode::SYSCALL_CLOSE_X, ts, 100, {0, 7});
}

}  // namespace

TEST_CASE("lists are read back as they were given") {
  MachineInfo machine;
  machine.num_cpus = 4, machine.memory_bytes = 5, machine.max_pid = 6, machine.boot_ts_ns = 7, machine.flags = 8;
  machine.hostname = "shop";
  InterfaceRecord four{"lo", ip4("127.0.0.1"), ip4("255.0.0.0"), ip4("127.255.255.255")}, six{"eth0", {}, {}, {}};
  six.address.family = six.netmask.family = six.broadcast.family = 6;
  six.address.bytes[0] = 0xfe;
  CaptureBuilder capture;
  capture.machine(machine)
      .interfaces({four, six})
      .users({{1, 2, "ann", "/home/ann", "/bin/sh"}, {3, 4, "bob", "/", "/bin/no"}}, {{5, "cc"}});
  capture.threads({full_thread()}).fds(100, all_fds());
  const Reading was = read_all(Bytes(add_close(capture).bytes())), is = rewritten(capture.bytes());
  check_same_events(was, is);
  CHECK(is.sections == 1);
  REQUIRE(is.machines.size() == 1);
  CHECK(is.machines[0].hostname == "shop");
  CHECK(is.machines[0].num_cpus == 4);
  CHECK(is.machines[0].boot_ts_ns == 7);
  CHECK(is.machines[0].flags == 8);
  REQUIRE(is.interfaces.size() == 2);
  CHECK(is.interfaces[0].name == "lo");
  CHECK(is.interfaces[0].netmask == four.netmask);
  CHECK(is.interfaces[1].address == six.address);
  REQUIRE(is.users.size() == 2);
  CHECK(is.users[1].name == "bob");
  CHECK(is.users[1].shell == "/bin/no");
  CHECK(is.groups.at(0).name == "cc");

  const ThreadRecord t = full_thread();
  REQUIRE(is.threads.size() == 1);
  const ThreadRecord& r = is.threads[0];
  for (const auto& [given, read] : std::initializer_list<std::pair<int64_t, int64_t>>{{t.tid, r.tid},
                                                                                      {t.pid, r.pid},
                                                                                      {t.ptid, r.ptid},
                                                                                      {t.sid, r.sid},
                                                                                      {t.vpgid, r.vpgid},
                                                                                      {t.pgid, r.pgid},
                                                                                      {t.vtid, r.vtid},
                                                                                      {t.vpid, r.vpid},
                                                                                      {t.fdlimit, r.fdlimit},
                                                                                      {t.flags, r.flags},
                                                                                      {t.uid, r.uid},
                                                                                      {t.gid, r.gid},
                                                                                      {t.loginuid, r.loginuid},
                                                                                      {t.vmsize_kb, r.vmsize_kb},
                                                                                      {t.vmrss_kb, r.vmrss_kb},
                                                                                      {t.vmswap_kb, r.vmswap_kb},
                                                                                      {t.tty, r.tty}})
    CHECK(given == read);
  for (const auto& [given, read] :
       std::initializer_list<std::pair<uint64_t, uint64_t>>{{t.pfmajor, r.pfmajor},
                                                            {t.pfminor, r.pfminor},
                                                            {t.pidns_init_start_ts, r.pidns_init_start_ts},
                                                            {t.cap_permitted, r.cap_permitted},
                                                            {t.cap_effective, r.cap_effective},
                                                            {t.cap_inheritable, r.cap_inheritable},
                                                            {t.exe_ino, r.exe_ino},
                                                            {t.exe_ino_ctime, r.exe_ino_ctime},
                                                            {t.exe_ino_mtime, r.exe_ino_mtime}})
    CHECK(given == read);
  for (const auto& [given, read] : std::initializer_list<std::pair<std::string, std::string>>{{t.comm, r.comm},
                                                                                              {t.exe, r.exe},
                                                                                              {t.exepath, r.exepath},
                                                                                              {t.cwd, r.cwd},
                                                                                              {t.root, r.root},
                                                                                              {t.args, r.args},
                                                                                              {t.env, r.env},
                                                                                              {t.cgroups, r.cgroups}})
    CHECK(given == read);
  CHECK(r.exe_writable);
  CHECK(r.exe_lower_layer);
  CHECK_FALSE(r.exe_upper_layer);
  CHECK_FALSE(r.exe_from_memfd);

  const std::vector<FdRecord>&given = was.fds.at(100), &read = is.fds.at(100);
  REQUIRE(read.size() == 21);
  for (size_t i = 0; i < read.size(); ++i) {
    CHECK(read[i].fd == given[i].fd);
    CHECK(read[i].ino == given[i].ino);
    CHECK(read[i].type == given[i].type);
    CHECK(read[i].name == given[i].name);
    CHECK(read[i].sip == given[i].sip);
    CHECK(read[i].dip == given[i].dip);
    CHECK(read[i].sport == given[i].sport);
    CHECK(read[i].dport == given[i].dport);
    CHECK(read[i].l4 == given[i].l4);
    CHECK(read[i].unix_source == given[i].unix_source);
    CHECK(read[i].unix_destination == given[i].unix_destination);
    CHECK(read[i].open_flags == given[i].open_flags);
    CHECK(read[i].dev == given[i].dev);
  }
}

TEST_CASE("events of every code, plain and gzip") {
  CaptureBuilder capture;
  size_t count = 0;
  for (size_t code = 0; code < kEventCount; ++code) {
    const EventInfo& info = kEvents[code];
    if (info.has(FALCO_EF_UNUSED | FALCO_EF_OLD_VERSION)) continue;
    std::vector<Param> params;
    for (size_t i = 0; i < info.param_count; ++i) {
      const bool is_pointer =
          info.params()[i].type == TypeId::CHARBUFARRAY || info.params()[i].type == TypeId::CHARBUF_PAIR_ARRAY;
      params.push_back(is_pointer ? Param::absent() : Param::raw(std::string(8, static_cast<char>(i))));
    }
    ++count;
    capture.event(static_cast<EventCode>(code), 1000 + code, 100, params, {.cpu = 3, .state_only = code % 3 == 0});
  }
  REQUIRE(count > 150);
  const Reading was = read_all(Bytes(capture.bytes()));
  REQUIRE(was.events.size() > 150);
  check_same_events(was, rewritten(capture.bytes()));
  check_same_events(was, rewritten(capture.bytes(), "out.scap.gz"));
}

TEST_CASE("pointers of the recording program are left out") {
  const auto code = EventCode::ITER_TASK_E;
  std::vector<Param> params;
  for (size_t i = 0; i < event_info(code).param_count; ++i) params.push_back(Param::raw("12345678"));
  CaptureBuilder capture;
  const Reading is = rewritten(capture.event(code, 1, 1, params).bytes());
  REQUIRE(is.complete());
  for (size_t i = 0; i < is.events.at(0).params.size(); ++i) {
    const bool pointer = event_info(code).params()[i].type == TypeId::CHARBUFARRAY;
    CHECK(is.events[0].params[i] == (pointer ? "" : "12345678"));
  }
}

TEST_CASE("old events are written in today's layout, with what their enter events said") {
  const Reading was = read_all(std::string(FALCO_SOURCE_DIR "/rules/demo/break-in.scap.gz"));
  const TemporaryName file("out.scap");
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  ScapWriter writer(**out);
  auto source = open_capture(FALCO_SOURCE_DIR "/rules/demo/break-in.scap.gz");
  REQUIRE(source);
  RecordingSource recording(std::move(*source), writer, Record::All);
  recording.set_interest(Interest{});
  Reading ignored;
  std::span<EventView> batch;
  while (recording.next_batch(ignored, batch) == BatchStatus::Events)
    for (EventView& event : batch) event.num = 1;
  recording.finish();
  (*out)->finish();
  const Reading is = read_all(file.path);
  check_same_events(was, is);
  CHECK(was.stats.upgraded > 10000);
  CHECK(is.stats.upgraded == 0);
  CHECK(is.stats.absorbed == 0);
  CHECK(is.threads.size() == was.threads.size());
  CHECK(is.fds.size() == was.fds.size());
  CHECK(is.users.size() == was.users.size());
  CHECK(is.groups.size() == was.groups.size());
}

TEST_CASE("texts that are too long for a list are cut, lists of cgroups behind a whole item") {
  const TemporaryName file("out.scap");
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  ScapWriter writer(**out);
  ThreadRecord t;
  t.tid = t.pid = 1;
  t.comm = std::string(5000, 'c');
  t.args = std::string(70000, 'a');
  for (int i = 0; i < 100; ++i) t.cgroups += "cpu=/" + std::string(92, 'g') + '\0';  // 98 bytes each
  FdRecord fd;
  fd.fd = 1, fd.type = FdType::File, fd.name = std::string(2000, 'n');
  writer.on_section();
  writer.on_user({1, 1, std::string(300, 'u'), std::string(300, 'h'), "s"});
  writer.on_interfaces({{std::string(3000, 'i'), {}, {}, {}}});
  writer.on_threads({t});
  writer.on_fds(1, {fd});
  EventView event;
  event.code = EventCode::SYSCALL_CLOSE_X;
  writer.event(event, false);
  (*out)->finish();
  const Reading is = read_all(file.path);
  REQUIRE(is.complete());
  CHECK(is.threads.at(0).comm.size() == 1024);
  CHECK(is.threads.at(0).args.size() == 4097);
  CHECK(is.threads.at(0).cgroups.size() == 41 * 98);
  CHECK(is.fds.at(1).at(0).name.size() == 1023);
  CHECK(is.users.at(0).home.size() == 255);
  CHECK(is.interfaces.at(0).name.size() == 1023);
}

TEST_CASE("what becomes known behind an event is written as events") {
  const TemporaryName file("out.scap");
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  ScapWriter writer(**out);
  writer.on_section();
  EventView event;
  event.ts_ns = 5000;
  event.code = EventCode::NOTIFICATION_E;
  writer.event(event, false);
  ThreadRecord second = full_thread();
  second.tid = 101;
  writer.on_threads({full_thread(), second});
  writer.on_fds(100, all_fds());
  writer.on_user({7, 8, "eve", "/e", "/s"});
  writer.on_group({9, "gg"});
  (*out)->finish();
  const LateFds fds = late_fds(all_fds());
  CHECK(writer.stats().late == 2);
  CHECK(writer.stats().state_only == 6 + fds.events.size());
  const Reading is = read_all(file.path);
  REQUIRE(is.complete());
  std::vector<EventCode> codes;
  for (const SeenEvent& e : is.events) codes.push_back(e.code);
  std::vector<EventCode> expected = {EventCode::NOTIFICATION_E, EventCode::SYSCALL_CLONE_20_X,
                                     EventCode::SYSCALL_EXECVE_19_X, EventCode::SYSCALL_CHDIR_X,
                                     EventCode::SYSCALL_CLONE_20_X};
  for (const LateEvent& e : fds.events) expected.push_back(e.code);
  expected.insert(expected.end(), {EventCode::USER_ADDED_E, EventCode::GROUP_ADDED_E});
  CHECK(codes == expected);
  for (size_t i = 1; i < is.events.size(); ++i) {
    CHECK(is.events[i].state_only);
    CHECK(is.events[i].ts_ns == 5000);
    const EventInfo& info = event_info(is.events[i].code);
    REQUIRE(is.events[i].params.size() == info.param_count);
    for (size_t p = 0; p < info.param_count; ++p) {
      const size_t width = type_info(info.params()[p].type).size_bytes;
      if (width != 0) CHECK(is.events[i].params[p].size() == width);
    }
  }
  CHECK(is.events[2].text(27) == "/bin/sh");
  CHECK(is.events[3].text(1) == "/tmp");
  CHECK(is.events[5].text(2) == "/name");
  CHECK(is.events[5 + fds.events.size()].text(2) == "eve");
}

namespace {

struct OneThread final : ThreadLookup {
  bool look_up(int64_t tid, StateSink& sink) override {
    ThreadRecord thread = full_thread();
    thread.tid = thread.pid = tid;
    if (tid == 404) return false;
    sink.on_threads({thread});
    sink.on_fds(tid, all_fds());
    return true;
  }
};

}  // namespace

TEST_CASE("what is looked up for an event is written in front of it") {
  CaptureBuilder capture;
  for (uint64_t i = 0; i < 4; ++i) add_close(capture, 10 * i);
  const TemporaryName file("out.scap");
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  ScapWriter writer(**out);
  auto source = open_capture(Bytes(capture.bytes()));
  REQUIRE(source);
  RecordingSource recording(std::move(*source), writer, Record::All);
  OneThread lookup;
  recording.record_lookups(lookup);
  Reading state;
  std::span<EventView> batch;
  REQUIRE(recording.next_batch(state, batch) == BatchStatus::Events);
  for (size_t i = 0; i < batch.size(); ++i) {
    batch[i].num = i + 1;
    if (i == 2) CHECK(recording.look_up(700, state));
    if (i == 3) CHECK_FALSE(recording.look_up(404, state));
  }
  CHECK(state.threads.size() == 1);
  CHECK(state.fds.size() == 1);
  recording.finish();
  (*out)->finish();
  const Reading is = read_all(file.path);
  std::vector<uint64_t> tids;
  for (const SeenEvent& e : is.events) tids.push_back(static_cast<uint64_t>(e.tid));
  std::vector<uint64_t> expected = {100, 100, 700, 700, 700};
  expected.resize(expected.size() + late_fds(all_fds()).events.size(), 700);
  expected.insert(expected.end(), {100, 100});
  CHECK(tids == expected);
}

TEST_CASE("the event that is too long for an ordinary block takes a large one") {
  CaptureBuilder capture;
  const std::string data(65400, 'd');
  capture.event(EventCode::SYSCALL_READ_X, 1, 1, {0, Param::raw(data), 3, 4});
  EventView event;
  const Bytes parts[] = {as_bytes(data), as_bytes(data)};
  event.code = EventCode::NOTIFICATION_E;
  event.set_params(parts, 2);
  const TemporaryName file("out.scap");
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  ScapWriter writer(**out);
  writer.on_section();
  writer.event(event, false);
  const std::string longer(70000, 'e');  // than a length field says
  const Bytes too_long[] = {as_bytes(longer)};
  event.set_params(too_long, 1);
  writer.event(event, false);
  (*out)->finish();
  CHECK(writer.stats().too_long == 1);
  const Reading is = read_all(file.path);
  REQUIRE(is.complete());
  REQUIRE(is.events.size() == 1);
  CHECK(is.events[0].params.at(1) == data);
}

TEST_CASE("only matches, and what changes state") {
  CaptureBuilder capture;
  for (uint64_t i = 0; i < 6; ++i) capture.event(EventCode::SYSCALL_KILL_X, 10 * i, 100, {0, 7, 9});
  add_close(capture, 100);
  capture.event(EventCode::SYSCALL_OPEN_E, 110, 100, {"/x", 1, 0});
  add_close(capture, 120);
  const TemporaryName file("out.scap");
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  ScapWriter writer(**out);
  auto source = open_capture(Bytes(capture.bytes()));
  REQUIRE(source);
  RecordingSource recording(std::move(*source), writer, Record::Matched);
  Interest interest = Interest::in_all();
  interest.state = {};
  interest.state.add(EventCode::SYSCALL_CLOSE_X);
  recording.set_interest(interest);
  Reading ignored;
  std::span<EventView> batch;
  REQUIRE(recording.next_batch(ignored, batch) == BatchStatus::Events);
  REQUIRE(batch.size() == 9);
  for (size_t i = 0; i + 1 < batch.size(); ++i) {  // its consumer stops in front of the last one
    batch[i].num = i + 1;
    if (i == 1 || i == 4) recording.on_match(batch[i]);
  }
  recording.finish();
  recording.finish();
  (*out)->finish();
  const Reading is = read_all(file.path);
  REQUIRE(is.events.size() == 4);
  CHECK(is.events[0].ts_ns == 10);
  CHECK_FALSE(is.events[0].state_only);
  CHECK(is.events[1].ts_ns == 40);
  CHECK(is.events[2].code == EventCode::SYSCALL_CLOSE_X);
  CHECK(is.events[2].state_only);
  CHECK(is.events[3].code == EventCode::SYSCALL_OPEN_E);
  CHECK(is.events[3].state_only);
}

TEST_CASE("a file that can't be written says so once, and what is there ends with a whole piece") {
  CHECK_FALSE(OutputFile::open("/nowhere/at/all.scap"));
  CHECK_FALSE(OutputFile::open(std::string("/tmp/a\0b", 8)));
  for (const char* name : {"/dev/full", "full.gz"}) {
    const TemporaryName link("full.gz");
    std::filesystem::create_symlink("/dev/full", link.path);
    auto out = OutputFile::open(std::string(name) == "/dev/full" ? name : link.path);
    REQUIRE(out);
    (*out)->append(std::string(1u << 20, 'x'));
    (*out)->append("y");
    (*out)->finish();
    CHECK((*out)->error().find("No space left") != std::string::npos);
  }
  const TemporaryName file("a.scap");
  auto out = OutputFile::open(file.path);
  REQUIRE(out);
  for (int i = 0; i < 1000; ++i) (*out)->append(std::string(1001, 'p'));
  CHECK(std::filesystem::file_size(file.path) > 0);
  CHECK(std::filesystem::file_size(file.path) % 1001 == 0);
  (*out)->flush();
  CHECK(std::filesystem::file_size(file.path) == 1001000);
}
