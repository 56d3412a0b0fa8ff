// SPDX-License-Identifier: Apache-2.0
//
// Which events may use the reserved part of a ring, so that a flood of cheap calls can't hide them (CVE-2019-8339):
// what starts, ends or changes processes and their rights, and what changes the kernel. Few on any machine, and what an
// attack can't do without.
#pragma once

#include "vm/abi/tables.h"

namespace fvm {

constexpr bool is_precious(EventCode code) {
  const EventInfo& info = event_info(code);
  constexpr uint16_t kOrigins = FALCO_EC_ORIGIN_MASK;
  const auto kind = static_cast<uint16_t>(info.category & ~kOrigins);
  switch (code) {
    // Calls of these kinds that any program makes in a loop.
    case EventCode::SYSCALL_GETUID_X:
    case EventCode::SYSCALL_GETEUID_X:
    case EventCode::SYSCALL_GETGID_X:
    case EventCode::SYSCALL_GETEGID_X:
    case EventCode::SYSCALL_GETRESUID_X:
    case EventCode::SYSCALL_GETRESGID_X:
    case EventCode::SYSCALL_GETRLIMIT_X:
    case EventCode::SYSCALL_SETRLIMIT_X:
    case EventCode::SYSCALL_PRLIMIT_X:
    case EventCode::SYSCALL_SEMOP_X:
    case EventCode::SYSCALL_SEMCTL_X:
    case EventCode::SYSCALL_SEMGET_X:
    case EventCode::SYSCALL_PIDFD_OPEN_X:
      return false;
    case EventCode::SYSCALL_INIT_MODULE_X:
    case EventCode::SYSCALL_FINIT_MODULE_X:
    case EventCode::SYSCALL_DELETE_MODULE_X:
    case EventCode::SYSCALL_BPF_2_X:
    case EventCode::SYSCALL_MOUNT_X:
    case EventCode::SYSCALL_MEMFD_CREATE_X:
    case EventCode::SYSCALL_PROCESS_VM_WRITEV_X:
      return true;
    default:
      return kind == FALCO_EC_PROCESS || kind == FALCO_EC_USER;
  }
}

}  // namespace fvm
