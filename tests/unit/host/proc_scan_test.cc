// SPDX-License-Identifier: Apache-2.0
//
// The scan of made-up trees, and of the machine that the test runs on.
#include "vm/host/proc_scan.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "tests/unit/host/tree.h"
#include "vm/base/clock.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

std::unique_ptr<ProcScan> open_scan(ScanOptions options) {
  auto scan = ProcScan::open(std::move(options));
  REQUIRE(scan);
  return std::move(*scan);
}

Seen scanned(const Tree& tree, ScanStats* stats = nullptr) {
  Seen seen;
  const auto scan = open_scan({.root = tree.root()});
  scan->scan(seen);
  if (stats != nullptr) *stats = scan->stats();
  return seen;
}

std::string nul(std::initializer_list<const char*> items) {
  std::string out;
  for (const char* item : items) out += std::string(item) + '\0';
  return out;
}

}  // namespace

TEST_CASE("machine, users, groups") {
  Tree tree;
  tree.file("proc/meminfo", "MemTotal:        2048 kB\nMemFree: 1 kB\n");
  tree.file("proc/sys/kernel/pid_max", "4194304\n").file("proc/sys/kernel/hostname", "shop\n");
  tree.file("etc/passwd",
            "root:x:0:0:The root:/root:/bin/bash\nbroken\nann:x:1000:1001::/home/ann:/bin/sh\nx:x:a:1::/:/\n");
  tree.file("etc/group", "root:x:0:\nusers:x:100:ann,bob\nbad:x::\n");
  const Seen seen = scanned(tree);
  CHECK(seen.machine.num_cpus == 2);
  CHECK(seen.machine.memory_bytes == 2048 * 1024);
  CHECK(seen.machine.max_pid == 4194304);
  CHECK(seen.machine.hostname == "shop");
  CHECK(seen.machine.boot_ts_ns == 1'700'000'000'000'000'000);
  REQUIRE(seen.users.size() == 2);
  CHECK(seen.users[1].name == "ann");
  CHECK(seen.users[1].uid == 1000);
  CHECK(seen.users[1].gid == 1001);
  CHECK(seen.users[1].home == "/home/ann");
  CHECK(seen.users[1].shell == "/bin/sh");
  REQUIRE(seen.groups.size() == 2);
  CHECK(seen.groups[1].name == "users");
  CHECK(seen.groups[1].gid == 100);
}

TEST_CASE("without a boot time there is no scan") {
  Tree tree;
  tree.file("proc/stat", "cpu0 1\nbtime 0\n");
  const auto scan = ProcScan::open({.root = tree.root()});
  REQUIRE_FALSE(scan);
  CHECK(scan.error().find("btime") != std::string::npos);
  CHECK_FALSE(ProcScan::open({.root = tree.root() + "/nowhere"}));
}

TEST_CASE("everything of a process") {
  Tree tree;
  tree.file("proc/70/cmdline", nul({"nginx: worker", "-g", "", "daemon off;"}));
  tree.file("bin/nginx", "program").link("proc/70/exe", tree.root() + "/bin/nginx");
  tree.file("proc/70/comm", "odd) (name\n").file("proc/70/environ", nul({"PATH=/bin", "A="}));
  tree.link("proc/70/cwd", "/srv/www").link("proc/70/root", "/");
  tree.file("proc/70/status",
            "Name:\todd) (name\nTgid:\t70\nPid:\t70\nPPid:\t7\nUid:\t10\t11\t12\t13\nGid:\t20\t21\t22\t23\nVmSize:\t  "
            "3000 kB\n"
            "VmRSS:\t  2000 kB\nVmSwap:\t 1000 "
            "kB\nCapInh:\t0000000000000001\nCapPrm:\t000001ffffffffff\nCapEff:\t00000000000000ff\n"
            "NStgid:\t70\t5\t2\nNSpid:\t70\t5\t2\nNSpgid:\t69\t4\t1\nNSsid:\t69\t4\n");
  tree.file("proc/70/stat", "70 (odd) (name) S 7 69 68 34816 69 4194560 501 0 55 0 1 2\n");
  tree.file("proc/70/limits",
            "Limit   Soft Limit   Hard Limit   Units\nMax processes   5   6   processes\nMax open files            "
            "1024   524288   files\n");
  tree.file("proc/70/loginuid", "1000");
  tree.file("proc/70/cgroup", "2:cpu,cpuacct:/docker/abc\n1:name=systemd:/x:y\n");
  const Seen seen = scanned(tree);
  REQUIRE(seen.threads.count(70) == 1);
  const ThreadRecord& t = seen.threads.at(70);
  CHECK(t.comm == "odd) (name");
  CHECK(t.exe == "nginx: worker");
  CHECK(t.args == nul({"-g", "", "daemon off;"}));
  CHECK(t.exepath == tree.root() + "/bin/nginx");
  CHECK(t.env == nul({"PATH=/bin", "A="}));
  CHECK(t.cwd == "/srv/www");
  CHECK(t.root == "/");
  CHECK(t.cgroups == nul({"cpu=/docker/abc", "cpuacct=/docker/abc", "name=systemd=/x:y"}));
  const std::vector<int64_t> ids = {t.tid,   t.pid, t.ptid, t.pgid,     t.sid, t.vtid,    t.vpid,
                                    t.vpgid, t.uid, t.gid,  t.loginuid, t.tty, t.fdlimit, t.flags};
  CHECK(ids == std::vector<int64_t>{70, 70, 7, 69, 68, 5, 5, 4, 11, 21, 1000, 34816, 1024, 0});
  const std::vector<uint64_t> numbers = {t.vmsize_kb, t.vmrss_kb,        t.vmswap_kb,     t.pfminor,
                                         t.pfmajor,   t.cap_inheritable, t.cap_permitted, t.cap_effective};
  CHECK(numbers == std::vector<uint64_t>{3000, 2000, 1000, 501, 55, 1, 0x1ffffffffff, 0xff});
  struct stat program {};
  REQUIRE(stat((tree.root() + "/bin/nginx").c_str(), &program) == 0);
  CHECK(t.exe_ino == program.st_ino);
  CHECK(t.exe_ino_mtime == nanoseconds(program.st_mtim));
  CHECK(t.exe_ino_ctime == nanoseconds(program.st_ctim));
  CHECK(t.exe_writable == ((program.st_mode & S_IWOTH) != 0 || program.st_uid == 11));
  CHECK_FALSE(t.exe_from_memfd);
  REQUIRE(stat((tree.root() + "/proc/70/cmdline").c_str(), &program) == 0);
  CHECK(t.clone_ts == nanoseconds(program.st_ctim));
}

TEST_CASE("what is missing keeps its default") {
  Tree tree;
  tree.process(5, "sh");
  const Seen seen = scanned(tree);
  const ThreadRecord& t = seen.threads.at(5);
  CHECK(t.exepath == "");
  CHECK(t.uid == UINT32_MAX);
  CHECK(t.loginuid == UINT32_MAX);
  CHECK(t.vtid == 5);
  CHECK(t.vpid == 5);
  CHECK(t.fdlimit == -1);
  CHECK(t.exe_ino == 0);
  CHECK(t.pidns_init_start_ts == 0);
}

TEST_CASE("who may write to its own program") {
  Tree tree;
  for (const auto& [pid, ids] :
       std::map<int, std::string>{{10, "Uid:\t1\t0\nGid:\t1\t1\n"},
                                  {11, "Uid:\t1\t4242\nGid:\t1\t4242\n"},
                                  {12, "Uid:\t1\t" + std::to_string(getuid()) + "\nGid:\t1\t4242\n"}}) {
    const std::string at = "proc/" + std::to_string(pid);
    tree.process(pid, "sh").link(at + "/exe", tree.root() + "/program");
    tree.file(at + "/status", "Tgid:\t" + std::to_string(pid) + "\nPPid:\t1\n" + ids);
  }
  tree.file("program", "x");
  REQUIRE(chmod((tree.root() + "/program").c_str(), 0755) == 0);
  const Seen seen = scanned(tree);
  CHECK(seen.threads.at(10).exe_writable);
  CHECK_FALSE(seen.threads.at(11).exe_writable);
  CHECK(seen.threads.at(12).exe_writable);
}

TEST_CASE("a deleted program, one in memory, a huge command line") {
  Tree tree;
  tree.process(20, "old").link("proc/20/exe", "/opt/old (deleted)");
  tree.process(21, "mem").link("proc/21/exe", "/memfd:evil (deleted)");
  tree.process(22, "big").file("proc/22/cmdline", "big" + std::string(1, '\0') + std::string(1u << 20, 'a'));
  tree.file("proc/22/environ", std::string(1u << 20, 'e'));
  tree.process(23, "one").file("proc/23/cmdline", std::string(1u << 20, 'b'));
  const Seen seen = scanned(tree);
  CHECK(seen.threads.at(20).exepath == "/opt/old (deleted)");
  CHECK(seen.threads.at(20).exe_ino == 0);
  CHECK(seen.threads.at(21).exe_from_memfd);
  CHECK(seen.threads.at(22).args.size() == 4092);
  CHECK(seen.threads.at(22).env.size() == 4096);
  CHECK(seen.threads.at(23).exe.size() == 4096);
  CHECK(seen.threads.at(23).args == "");
}

TEST_CASE("kernel threads and zombies are left out; those that go meanwhile don't matter") {
  Tree tree;
  tree.process(2, "kthreadd").file("proc/2/cmdline", "");
  tree.process(3, "renamed")
      .file("proc/3/cmdline", "")
      .link("proc/3/exe", "/bin/renamed");  // it has overwritten its arguments
  tree.folder("proc/30");
  tree.file("proc/31/cmdline", "x").folder("proc/sys").file("proc/999", "no folder").folder("proc/12x");
  for (int64_t pid = 40; pid < 60; ++pid) tree.process(pid, "p");
  ScanStats stats;
  Seen seen;
  const auto scan = open_scan({.root = tree.root()});
  int given = 0;
  seen.meanwhile = [&] {
    if (++given != 5) return;
    for (int64_t pid = 40; pid < 60; ++pid) tree.remove("proc/" + std::to_string(pid));
  };
  scan->scan(seen);
  stats = scan->stats();
  CHECK(seen.threads.count(2) == 0);
  CHECK(seen.threads.count(30) == 0);
  CHECK(seen.threads.count(31) == 0);
  CHECK(stats.kernel_threads == 1);
  CHECK(stats.processes == seen.threads.size());
  CHECK(stats.processes >= 5);
  CHECK(stats.vanished >= 3);
}

TEST_CASE("threads of a process come with it, in chunks") {
  Tree tree;
  tree.process(100, "many");
  tree.process(100, "many", 1, 100);
  for (int64_t tid = 101; tid <= 800; ++tid) tree.process(100, "worker", 1, tid);
  tree.folder("proc/100/task/801");
  ScanStats stats;
  const Seen seen = scanned(tree, &stats);
  CHECK(seen.threads.size() == 701);
  CHECK(seen.longest <= 256);
  CHECK(stats.processes == 1);
  CHECK(stats.threads == 701);
  CHECK(stats.vanished == 1);
  CHECK(seen.threads.at(100).flags == 0);
  CHECK(seen.threads.at(500).flags == (1u | 1u << 13));
  CHECK(seen.threads.at(500).pid == 100);
  CHECK(seen.threads.at(500).comm == "worker");
  CHECK(seen.threads.at(500).vpid == 100);

  Seen few;
  const auto scan = open_scan({.root = tree.root(), .threads = 10});
  scan->scan(few);
  CHECK(few.threads.size() == 10);
  CHECK(scan->stats().threads_refused == 692);
}

TEST_CASE("descriptors by their kinds") {
  Tree tree;
  tree.process(5, "sh").file("etc/hosts", "h").folder("srv");
  const std::string fd = "proc/5/fd/";
  tree.link(fd + "0", tree.root() + "/etc/hosts").link(fd + "1", tree.root() + "/srv").link(fd + "2", "pipe:[77]");
  REQUIRE(mkfifo((tree.root() + "/named").c_str(), 0600) == 0);
  tree.link(fd + "3", tree.root() + "/named")
      .link(fd + "4", "/gone (deleted)")
      .link(fd + "5", "socket:[x]")
      .file(fd + "6", "no link");
  const std::pair<const char*, FdType> anonymous[] = {{"[eventfd]", FdType::Event},
                                                      {"[eventpoll]", FdType::EventPoll},
                                                      {"inotify", FdType::Inotify},
                                                      {"[signalfd]", FdType::SignalFd},
                                                      {"[timerfd]", FdType::TimerFd},
                                                      {"[io_uring]", FdType::IoUring},
                                                      {"[userfaultfd]", FdType::UserFaultFd},
                                                      {"[pidfd]", FdType::PidFd},
                                                      {"bpf-map", FdType::Bpf},
                                                      {"bpf-prog", FdType::Bpf},
                                                      {"[fanotify]", FdType::Unsupported}};
  int64_t number = 10;
  for (const auto& [name, type] : anonymous)
    tree.link(fd + std::to_string(number++), std::string("anon_inode:") + name);
  tree.link(fd + "abc", "/x");
  tree.file("proc/5/fdinfo/0", "pos:\t0\nflags:\t02100002\nmnt_id:\t36\nino:\t5\n");
  tree.file("proc/5/mountinfo",
            "35 1 0:5 / /proc rw - proc proc rw\n36 35 259:1234 / / rw,noatime master:1 - ext4 /dev/x rw\nbroken\n");
  ScanStats stats;
  const Seen seen = scanned(tree, &stats);
  const auto& fds = seen.fds.at(5);
  CHECK(fds.at(0).type == FdType::FileV2);
  CHECK(fds.at(0).name == tree.root() + "/etc/hosts");
  CHECK(fds.at(0).open_flags == (1u | 2u | 4096u | 2048u));
  CHECK(fds.at(0).mount_id == 36);
  CHECK(fds.at(0).dev == ((259u << 8) | (1234u & 0xffu) | ((1234u & ~0xffu) << 12)));
  CHECK(fds.at(0).ino != 0);
  CHECK(fds.at(1).type == FdType::Directory);
  CHECK(fds.at(2).type == FdType::Fifo);
  CHECK(fds.at(2).ino == 77);
  CHECK(fds.at(2).name == "pipe:[77]");
  CHECK(fds.at(3).type == FdType::Fifo);
  CHECK(fds.at(5).type == FdType::Unsupported);
  number = 10;
  for (const auto& [name, type] : anonymous) {
    INFO(name);
    CHECK(fds.at(number).name == "");
    CHECK(fds.at(number++).type == type);
  }
  CHECK(fds.count(4) == 0);
  CHECK(fds.count(6) == 0);
  CHECK(stats.fds.unreadable == 2);
  CHECK(stats.fds.fds == fds.size());
}

TEST_CASE("fdinfo that can't be read does not show the descriptor before") {
  Tree tree;
  tree.process(5, "sh").file("a", "a");
  for (const char* n : {"0", "1"}) tree.link(std::string("proc/5/fd/") + n, tree.root() + "/a");
  tree.file("proc/5/fdinfo/0", "flags:\t01\nmnt_id:\t9\n");
  const Seen seen = scanned(tree);
  CHECK(seen.fds.at(5).at(0).open_flags == 2);
  CHECK(seen.fds.at(5).at(1).open_flags == 0);
  CHECK(seen.fds.at(5).at(1).mount_id == 0);
}

TEST_CASE("descriptors are bounded, and come in chunks") {
  Tree tree;
  tree.process(5, "sh");
  for (int i = 0; i < 700; ++i) tree.link("proc/5/fd/" + std::to_string(i), "pipe:[" + std::to_string(i) + "]");
  CHECK(scanned(tree).fds.at(5).size() == 700);
  CHECK(scanned(tree).longest <= 256);
  Seen few;
  const auto scan = open_scan({.root = tree.root(), .fds_per_process = 300});
  scan->scan(few);
  CHECK(few.fds.at(5).size() == 300);
  CHECK(scan->stats().fds.over_limit == 1);
}

namespace {

void add_sockets(Tree& tree) {
  const std::string header =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";
  const auto inet = [&](const std::string& ends, int inode) {
    return "   0: " + ends + " 0A 00000000:00000000 00:00000000 00000000     0        0 " + std::to_string(inode) +
           " 1 0000000000000000 100\n";
  };
  const std::string at = "proc/5/net/";
  tree.file(at + "tcp", header + inet("0100007F:0016 00000000:0000", 1) + inet("0100007F:0016 0201A8C0:C350", 2) +
                            inet("0100007F:0001 0201A8C0:0002", 0) + "junk\n");
  tree.file(at + "udp", header + inet("00000000:0035 00000000:0000", 3));
  tree.file(at + "tcp6", header +
                             inet("B80D0120000000000000000001000000:01BB 00000000000000000000000000000000:0000", 4) +
                             inet("0000000000000000FFFF00000100007F:0050 0000000000000000FFFF00000201A8C0:C351", 5));
  tree.file(at + "unix",
            "Num       RefCount Protocol Flags    Type St Inode Path\n"
            "0000000000abcdef: 00000002 00000000 00010000 0001 01     6 /run/odd name.sock\n"
            "0000000000000000: 00000003 00000000 00000000 0001 03     7\n"
            "0000000000000001: 00000002 00000000 00010000 0001 01     8 @abstract\n");
  tree.file(at + "netlink",
            "sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n"
            "0000000000000000 0   1234       00000000 0        0        0     2        0        9\n");
  for (int i = 1; i <= 10; ++i) tree.link("proc/5/fd/" + std::to_string(i), "socket:[" + std::to_string(i) + "]");
  tree.file("proc/5/ns/net", "");
}

}  // namespace

TEST_CASE("sockets") {
  Tree tree;
  tree.process(5, "server");
  add_sockets(tree);
  ScanStats stats;
  const Seen seen = scanned(tree, &stats);
  const auto& fds = seen.fds.at(5);
  CHECK(fds.at(1).type == FdType::Ipv4ServSock);
  CHECK(fds.at(1).sip.bytes[0] == 127);
  CHECK(fds.at(1).sip.bytes[3] == 1);
  CHECK(fds.at(1).sport == 22);
  CHECK(fds.at(1).l4 == L4::Tcp);
  CHECK(fds.at(1).ino == 1);
  CHECK(fds.at(2).type == FdType::Ipv4Sock);
  CHECK(fds.at(2).dip.bytes[0] == 192);
  CHECK(fds.at(2).dport == 50000);
  CHECK(fds.at(3).type == FdType::Ipv4ServSock);
  CHECK(fds.at(3).l4 == L4::Udp);
  CHECK(fds.at(4).type == FdType::Ipv6ServSock);
  CHECK(fds.at(4).sip.family == 6);
  CHECK(fds.at(4).sip.bytes[0] == 0x20);
  CHECK(fds.at(4).sip.bytes[3] == 0xb8);
  CHECK(fds.at(4).sip.bytes[15] == 1);
  CHECK(fds.at(4).sport == 443);
  CHECK(fds.at(5).type == FdType::Ipv6Sock);  // state makes version 4 of it
  CHECK(fds.at(5).sip.bytes[10] == 0xff);
  CHECK(fds.at(5).sip.bytes[12] == 127);
  CHECK(fds.at(6).type == FdType::UnixSock);
  CHECK(fds.at(6).unix_source == 0xabcdef);
  CHECK(fds.at(6).name == "/run/odd name.sock");
  CHECK(fds.at(7).name == "");
  CHECK(fds.at(8).name == "@abstract");
  CHECK(fds.at(9).type == FdType::Netlink);
  CHECK(fds.count(10) == 0);
  CHECK(stats.fds.unknown_sockets == 1);
}

TEST_CASE("each network namespace has its own tables, read once") {
  Tree tree;
  tree.process(5, "server").process(6, "same").process(7, "other");
  add_sockets(tree);
  std::filesystem::create_directories(tree.root() + "/proc/6/ns");
  std::filesystem::create_hard_link(tree.root() + "/proc/5/ns/net", tree.root() + "/proc/6/ns/net");
  tree.link("proc/6/fd/3", "socket:[1]");
  tree.file("proc/6/net/tcp",
            "   0: 0100007F:1111 00000000:0000 0A 0:0 00:0 0     0        0 11 1\n");  // the same, so nobody looks
  tree.link("proc/6/fd/4", "socket:[11]");
  tree.file("proc/7/ns/net", "");
  tree.file("proc/7/net/tcp", "   0: 0100007F:2222 00000000:0000 0A 0:0 00:0 0     0        0 21 1\n");
  tree.link("proc/7/fd/3", "socket:[21]");
  const Seen seen = scanned(tree);
  CHECK(seen.fds.at(7).at(3).sport == 0x2222);
  // Which of 5 and 6 is read first is the file system's choice.
  const bool five_first = seen.fds.count(6) == 1 && seen.fds.at(6).count(3) == 1;
  CHECK(seen.fds.at(6).count(3) == (five_first ? 1 : 0));
  CHECK(seen.fds.at(6).count(4) == (five_first ? 0 : 1));
}

TEST_CASE("cgroups of version 2 go as far down as a controller is enabled") {
  Tree tree;
  tree.file("proc/1/mounts", "proc /proc proc rw 0 0\ncgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
  const std::string at = "sys/fs/cgroup";
  tree.file(at + "/cgroup.controllers", "cpu memory pids\n").file(at + "/cgroup.subtree_control", "cpu memory\n");
  tree.file(at + "/system.slice/cgroup.subtree_control", "memory\n");
  tree.file(at + "/system.slice/docker-abc.scope/cgroup.subtree_control", "\n");
  tree.process(5, "sh").file("proc/5/cgroup", "0::/system.slice/docker-abc.scope\n");
  tree.process(6, "sh").file("proc/6/cgroup", "1:name=systemd:/a\n0::/\n");
  tree.process(7, "sh").file("proc/7/cgroup", "0::/../../kubepods/pod1\nbroken\n");
  const Seen seen = scanned(tree);
  CHECK(seen.threads.at(5).cgroups == nul({"cpu=/system.slice", "memory=/system.slice/docker-abc.scope", "pids=/"}));
  CHECK(seen.threads.at(6).cgroups == nul({"name=systemd=/a", "cpu=/", "memory=/", "pids=/"}));
  CHECK(seen.threads.at(7).cgroups == nul({"cpu=/kubepods", "memory=/kubepods", "pids=/"}));
}

TEST_CASE("a look-up finds a thread, its leader and their descriptors") {
  Tree tree;
  tree.process(50, "leader").process(50, "worker", 1, 51).link("proc/50/fd/3", "pipe:[4]");
  tree.process(51, "worker").file("proc/51/status", "Tgid:\t50\nPPid:\t1\n");  // not listed, and there
  const auto scan = open_scan({.root = tree.root()});
  Seen seen;
  CHECK(scan->look_up(51, seen));
  CHECK(seen.threads.at(51).pid == 50);
  CHECK(seen.threads.at(51).flags == (1u | 1u << 13));
  CHECK(seen.threads.at(50).comm == "leader");
  CHECK(seen.fds.at(50).at(3).ino == 4);
  Seen leader;
  CHECK(scan->look_up(50, leader));
  CHECK(leader.threads.size() == 1);
  CHECK(leader.fds.at(50).size() == 1);
  Seen nothing;
  CHECK_FALSE(scan->look_up(52, nothing));
  CHECK_FALSE(scan->look_up(0, nothing));
  CHECK_FALSE(scan->look_up(-1, nothing));
  CHECK(nothing.threads.empty());
  Seen known;
  scan->set_known([](int64_t pid) { return pid == 50; });
  CHECK(scan->look_up(51, known));
  CHECK(known.threads.size() == 1);
  CHECK(known.fds.empty());
  CHECK(scan->stats().lookups == 4);
  CHECK(scan->stats().found == 3);
}

TEST_CASE("look-ups are limited by the second, sockets of them more") {
  Tree tree;
  tree.process(5, "server");
  add_sockets(tree);
  tree.link("proc/5/fd/20", "pipe:[1]");
  const auto scan = open_scan({.root = tree.root(), .lookups_per_s = 4, .socket_lookups_per_s = 1});
  int with_sockets = 0, found = 0;
  for (int i = 0; i < 20; ++i) {
    Seen seen;
    if (!scan->look_up(5, seen)) continue;
    ++found;
    CHECK(seen.fds.at(5).count(20) == 1);
    with_sockets += seen.fds.at(5).count(1) == 1 ? 1 : 0;
  }
  const ScanStats stats = scan->stats();  // a second may have begun meanwhile
  CHECK(found >= 4);
  CHECK(found <= 8);
  CHECK(with_sockets >= 1);
  CHECK(with_sockets <= 2);
  CHECK(stats.lookups == static_cast<uint64_t>(found));
  CHECK(stats.lookups_refused == static_cast<uint64_t>(20 - found));
  CHECK(stats.socket_lookups == static_cast<uint64_t>(with_sockets));
  CHECK(stats.socket_lookups_refused == static_cast<uint64_t>(found - with_sockets));
}

TEST_CASE("a scan ends when its time is over") {
  Tree tree;
  for (int64_t pid = 1; pid < 50; ++pid) tree.process(pid, "p");
  Seen seen;
  seen.meanwhile = [] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); };
  const auto scan = open_scan({.root = tree.root(), .most_ms = 20});
  scan->scan(seen);
  CHECK(scan->stats().timed_out);
  CHECK(seen.threads.size() < 49);
  CHECK(!seen.threads.empty());
}

TEST_CASE("a folder instead of a file, a file instead of a folder, random bytes") {
  Tree tree;
  for (const char* file :
       {"cmdline", "comm", "status", "stat", "limits", "cgroup", "environ", "loginuid", "mountinfo"}) {
    const std::string pid = std::to_string(1000 + std::string(file).size() * 7);
    tree.process(std::stoll(pid), "p");
    tree.remove("proc/" + pid + "/" + file);
    tree.folder("proc/" + pid + "/" + file);
  }
  tree.process(2000, "p").file("proc/2000/fd", "x").file("proc/2000/task", "x");
  std::string noise;
  uint64_t seed = 88172645463325252;
  for (int i = 0; i < 100000; ++i) {
    seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
    noise += static_cast<char>(i % 3 == 0 ? ":\n (/"[seed % 5] : static_cast<char>(seed));
  }
  tree.process(2001, "p").link("proc/2001/fd/1", "socket:[1]").link("proc/2001/exe", "/x");
  for (const char* file : {"comm", "stat", "limits", "cgroup", "environ", "loginuid", "mountinfo", "net/tcp",
                           "net/unix", "net/netlink", "net/tcp6"})
    tree.file(std::string("proc/2001/") + file, noise);
  tree.file("proc/2001/status", "Tgid:\t2001\n" + noise)
      .file("etc/passwd", noise)
      .file("etc/group", noise)
      .file("proc/1/mounts", noise);
  const Seen seen = scanned(tree);
  CHECK(seen.threads.count(2000) == 1);
  CHECK(seen.threads.count(2001) == 1);
}

TEST_CASE("this machine: the test finds itself") {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  REQUIRE(bind(listener, reinterpret_cast<sockaddr*>(&address), length) == 0);
  REQUIRE(listen(listener, 1) == 0);
  REQUIRE(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  const int file = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  int ends[2];
  REQUIRE(pipe(ends) == 0);

  Seen seen;
  const auto scan = open_scan({});
  scan->scan(seen);
  const int64_t pid = getpid();
  REQUIRE(seen.threads.count(pid) == 1);
  const ThreadRecord& t = seen.threads.at(pid);
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  CHECK(t.pid == pid);
  CHECK(t.ptid == getppid());
  CHECK(t.uid == geteuid());
  CHECK(t.gid == getegid());
  CHECK(t.comm == std::filesystem::path(program).filename().string().substr(0, 15));
  CHECK(t.exepath == program);
  CHECK(t.cwd == std::filesystem::current_path());
  CHECK(t.pgid == getpgrp());
  CHECK(t.sid == getsid(0));
  CHECK(t.fdlimit > 0);
  CHECK(t.clone_ts > seen.machine.boot_ts_ns);
  CHECK(t.cap_effective <= t.cap_permitted);
  CHECK(t.vmrss_kb > 0);
  CHECK(seen.machine.num_cpus > 0);
  CHECK(seen.machine.memory_bytes > 0);

  const auto& fds = seen.fds.at(pid);
  CHECK(fds.at(listener).type == FdType::Ipv4ServSock);
  CHECK(fds.at(listener).sport == ntohs(address.sin_port));
  CHECK(fds.at(listener).sip.bytes[0] == 127);
  CHECK(fds.at(listener).l4 == L4::Tcp);
  CHECK(fds.at(file).type == FdType::FileV2);
  CHECK(fds.at(file).name == program);
  CHECK(fds.at(file).ino == t.exe_ino);
  CHECK((fds.at(file).open_flags & 4097u) == 4097u);
  CHECK(fds.at(ends[0]).type == FdType::Fifo);
  CHECK(fds.at(ends[0]).ino == fds.at(ends[1]).ino);
  CHECK(scan->stats().processes >= 2);

  // A thread that the first scan did not see.
  int64_t tid = 0;
  Seen found;
  std::thread([&] {
    tid = gettid();
    CHECK(scan->look_up(tid, found));
  }).join();
  CHECK(found.threads.at(tid).pid == pid);
  CHECK(found.threads.at(pid).exepath == program);
  CHECK(found.fds.at(pid).at(listener).sport == ntohs(address.sin_port));
  for (const int fd : {listener, file, ends[0], ends[1]}) close(fd);
}
