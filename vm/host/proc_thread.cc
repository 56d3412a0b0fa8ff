// SPDX-License-Identifier: Apache-2.0
#include "vm/host/proc_thread.h"

#include <sys/stat.h>

#include <algorithm>

#include "vm/abi/limits.h"
#include "vm/base/clock.h"

namespace fvm::host {

namespace {

constexpr size_t kSmallFile = 4096;
constexpr size_t kCgroupFile = 65536;
constexpr uint32_t kSharesFiles = 1u << 0, kIsThread = 1u << 13;  // thread flags of the format
constexpr uint32_t kRoot = 0;

uint32_t kilobytes(std::string_view value) { return number_of<uint32_t>(next_word(value)).value_or(0); }

/// Uid and Gid: the effective one is the second.
uint32_t second_id(std::string_view value) {
  next_word(value);
  return number_of<uint32_t>(next_word(value)).value_or(UINT32_MAX);
}

/// NSpid and its like: as seen in the process's own namespace, which is the second number if there are several.
int64_t namespaced(std::string_view value) {
  const std::string_view outer = next_word(value), inner = next_word(value);
  return number_of<int64_t>(inner.empty() ? outer : inner).value_or(-1);
}

void read_status(const Folder& folder, ThreadRecord& t) {
  folder.each_line("status", [&](std::string_view line) {
    const std::string_view key = line.substr(0, line.find(':'));
    std::string_view value = line.substr(std::min(line.size(), key.size() + 1));
    const auto number = [&] { return number_of<int64_t>(next_word(value)).value_or(-1); };
    const auto mask = [&] { return number_of<uint64_t>(next_word(value), 16).value_or(0); };
    if (key == "Tgid") t.pid = number();
    if (key == "PPid") t.ptid = number();
    if (key == "Uid") t.uid = second_id(value);
    if (key == "Gid") t.gid = second_id(value);
    if (key == "CapInh") t.cap_inheritable = mask();
    if (key == "CapPrm") t.cap_permitted = mask();
    if (key == "CapEff") t.cap_effective = mask();
    if (key == "VmSize") t.vmsize_kb = kilobytes(value);
    if (key == "VmRSS") t.vmrss_kb = kilobytes(value);
    if (key == "VmSwap") t.vmswap_kb = kilobytes(value);
    if (key == "NSpid") t.vtid = namespaced(value);
    if (key == "NStgid") t.vpid = namespaced(value);
    if (key == "NSpgid") t.vpgid = namespaced(value);
  });
}

void read_stat(const Folder& folder, ThreadRecord& t) {
  const std::string text = folder.read("stat", kSmallFile).value_or("");
  const size_t name_end = text.rfind(')');  // the name may hold blanks and parentheses
  if (name_end == std::string::npos) return;
  std::string_view left = std::string_view(text).substr(name_end + 1);
  enum : int { kPgid = 5, kSid = 6, kTty = 7, kMinor = 10, kMajor = 12 };
  for (int field = 3; field <= kMajor; ++field) {
    const std::string_view word = next_word(left);
    if (field == kPgid) t.pgid = number_of<int64_t>(word).value_or(-1);
    if (field == kSid) t.sid = number_of<int64_t>(word).value_or(-1);
    if (field == kTty) t.tty = static_cast<uint32_t>(number_of<int32_t>(word).value_or(0));
    if (field == kMinor) t.pfminor = number_of<uint64_t>(word).value_or(0);
    if (field == kMajor) t.pfmajor = number_of<uint64_t>(word).value_or(0);
  }
}

void read_limits(const Folder& folder, ThreadRecord& t) {
  constexpr std::string_view kOpenFiles = "Max open files";
  folder.each_line("limits", [&](std::string_view line) {
    if (!line.starts_with(kOpenFiles)) return;
    line.remove_prefix(kOpenFiles.size());
    t.fdlimit = number_of<int64_t>(next_word(line)).value_or(-1);
  });
}

/// By owner, group and mode; other groups, access lists and how it is mounted are not looked at.
bool may_write(const struct stat& file, uint32_t uid, uint32_t gid) {
  if (uid == kRoot || uid == file.st_uid) return true;
  return (gid == file.st_gid && (file.st_mode & S_IWGRP) != 0) || (file.st_mode & S_IWOTH) != 0;
}

void read_program(const Folder& folder, ThreadRecord& t) {
  t.exe_from_memfd = t.exepath.starts_with("/memfd:");
  const auto program = folder.status("exe");
  if (!program) return;
  t.exe_ino = program->st_ino;
  t.exe_ino_ctime = nanoseconds(program->st_ctim);
  t.exe_ino_mtime = nanoseconds(program->st_mtim);
  t.exe_writable = may_write(*program, t.uid, t.gid);
}

void split_command_line(std::string_view text, ThreadRecord& t) {
  t.exe = text.substr(0, text.find('\0'));
  t.args = text.substr(std::min(text.size(), t.exe.size() + 1));
}

}  // namespace

ThreadReading read_thread(const Folder& folder, int64_t tid, CgroupPaths& cgroups, ThreadRecord& t) {
  t = {};
  t.tid = tid;
  const auto command = folder.read("cmdline", limits::kScannedListBytes);
  if (!command) return ThreadReading::Gone;
  const auto program = folder.link("exe");
  if (command->empty() && !program) return ThreadReading::Kernel;
  read_status(folder, t);
  if (t.pid < 0) return ThreadReading::Gone;
  split_command_line(*command, t);
  t.exepath = program.value_or("").substr(0, limits::kPathBytes);
  t.comm = folder.read("comm", kSmallFile).value_or("");
  if (t.comm.ends_with('\n')) t.comm.pop_back();
  t.cwd = folder.link("cwd").value_or("").substr(0, limits::kPathBytes);
  t.root = folder.link("root").value_or("").substr(0, limits::kPathBytes);
  read_stat(folder, t);
  read_limits(folder, t);
  t.cgroups = cgroups.list_of(folder.read("cgroup", kCgroupFile).value_or(""));
  if (const auto user = folder.read("loginuid", kSmallFile))
    t.loginuid = number_of<uint32_t>(*user).value_or(UINT32_MAX);
  if (const auto file = folder.status("cmdline")) t.clone_ts = nanoseconds(file->st_ctim);
  if (const auto init = folder.status("root/proc/1/cmdline")) t.pidns_init_start_ts = nanoseconds(init->st_ctim);
  read_program(folder, t);
  // Kernels before 4.1 don't say.
  if (t.vtid < 0) t.vtid = tid;
  if (t.vpid < 0) t.vpid = t.pid;
  if (t.tid == t.pid) {
    t.env = folder.read("environ", limits::kScannedListBytes).value_or("");
  } else {
    t.flags = kIsThread | kSharesFiles;  // and the environment, which the leader's record has
  }
  return ThreadReading::Read;
}

}  // namespace fvm::host
