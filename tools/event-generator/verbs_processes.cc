// SPDX-License-Identifier: Apache-2.0
//
// Verbs about processes and the kernel. Each acts on this process or on a child made for it; calls to the kernel that
// could change the machine are made with arguments that it refuses, since the call is what rules see.
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "tools/event-generator/verbs.h"

namespace event_generator {
namespace {

int result(long returned) { return returned < 0 ? errno : 0; }

/// Copies this program into a file in memory. Gives its descriptor, or -1.
int self_in_memory() {
  const int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const int to = memfd_create("event-generator", MFD_CLOEXEC);
  struct stat info {};
  if (from < 0 || to < 0 || fstat(from, &info) < 0) return -1;
  for (off_t done = 0; done < info.st_size;) {
    const ssize_t sent = sendfile(to, from, nullptr, static_cast<size_t>(info.st_size - done));
    if (sent <= 0) return -1;
    done += sent;
  }
  close(from);
  return to;
}

}  // namespace

int run_from_memory(const Operands&) {
  const int fd = self_in_memory();
  if (fd < 0) return errno;
  const pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    char name[] = "from-memory";
    char mark[] = "FALCO_ACT_STEPS=";  // a stand-in without steps
    char* arguments[] = {name, nullptr};
    char* environment[] = {mark, nullptr};
    fexecve(fd, arguments, environment);
    _exit(errno);
  }
  int status = 0;
  if (waitpid(child, &status, 0) < 0) return errno;
  return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

int attach(const Operands&) {
  const pid_t child = fork();
  if (child < 0) return errno;
  if (child == 0) {
    pause();
    _exit(0);
  }
  int failed = result(ptrace(PTRACE_ATTACH, child, nullptr, nullptr));
  if (failed == 0) {
    waitpid(child, nullptr, 0);
    failed = result(ptrace(PTRACE_DETACH, child, nullptr, nullptr));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return failed;
}

int refuse_trace(const Operands&) { return result(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }

int write_memory(const Operands&) {
  char from = 'x', to = 0;
  iovec local{&from, 1}, remote{&to, 1};
  return result(process_vm_writev(getpid(), &local, 1, &remote, 1, 0));
}

int set_user(const Operands& operands) {
  const uid_t uid = static_cast<uid_t>(std::strtoul(operands[0].c_str(), nullptr, 10));
  return result(setresuid(uid, uid, uid));
}

int enter_namespace(const Operands&) {
  const int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int failed = result(setns(fd, CLONE_NEWNET));
  close(fd);
  return failed;
}

int make_user_namespace(const Operands&) { return result(unshare(CLONE_NEWUSER)); }

int load_module(const Operands&) { return result(syscall(SYS_init_module, nullptr, 0, "")); }

int load_bpf(const Operands&) {
  const bpf_insn program[] = {{BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0}, {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};  // return 0
  const char licence[] = "Apache-2.0";
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  attributes.insn_cnt = sizeof program / sizeof program[0];
  attributes.insns = reinterpret_cast<uint64_t>(program);
  attributes.license = reinterpret_cast<uint64_t>(licence);
  const long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes);
  if (fd < 0) return errno;
  close(static_cast<int>(fd));
  return 0;
}

int set_up_uring(const Operands&) {
  io_uring_params parameters{};
  const long fd = syscall(SYS_io_uring_setup, 1, &parameters);
  if (fd < 0) return errno;
  close(static_cast<int>(fd));
  return 0;
}

int set_clock(const Operands&) {
  const timespec impossible{0, -1};
  return result(syscall(SYS_clock_settime, CLOCK_REALTIME, &impossible));  // the library would refuse it itself
}

}  // namespace event_generator
