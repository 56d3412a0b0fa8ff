// SPDX-License-Identifier: Apache-2.0
//
// Thread: one record per live kernel thread, keyed by tid in the host's pid namespace. ExecImage: what a process takes
// from its last exec; shared between threads, and by forks until they exec, so a clone copies a pointer. Never changed
// in place once shared. Shapes: the state reference, section 3. Written by state/ only; getters read.
//
// Generations drive every cache over these values: `process_generation` grows when a Process-domain value changes,
// `lineage_generation` when the parent link or an ancestor's identity may have changed, `container_generation` when the
// container id changes or its metadata arrives.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vm/abi/tables.h"

namespace fvm {

/// Thread flag bits (not the kernel's positions).
namespace thread_flag {
inline constexpr uint32_t kCloneFiles = 1u << 0, kCloneNewPid = 1u << 6, kCloneParent = 1u << 8,
                          kCloneThread = 1u << 13, kCloneInverted = 1u << 16, kNameChanged = 1u << 17,
                          kClosed = 1u << 18, kCloneNewUser = 1u << 20, kPipeSrc = 1u << 21,
                          kPipeDst = 1u << 22, kCloneVfork = 1u << 27, kChildInPidns = 1u << 29, kMainThread = 1u << 30;
}  // namespace thread_flag

/// A number that no image has yet.
inline uint64_t next_image_id() {
  static std::atomic<uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

struct ExecImage {
  uint64_t id = next_image_id();  ///< equal numbers mean equal texts, environment apart; see ImageClasses
  std::string comm;               ///< proc.name
  std::string exe;                ///< argv[0]
  std::string exepath;            ///< proc.exepath
  std::vector<std::string> args;  ///< argv[1..]
  std::string cmdline;            ///< comm and arguments joined by blanks; rebuilt when args are set
  std::vector<std::string> env;
  bool exe_writable = false, exe_upper_layer = false, exe_lower_layer = false, exe_from_memfd = false;
  uint64_t exe_ino = 0, exe_ino_ctime = 0, exe_ino_mtime = 0;
};

using Cgroups = std::vector<std::pair<std::string, std::string>>;  ///< (subsystem, path), in stored order

class FdTable;
struct ThreadGroup;

struct Thread {
  int64_t reaper_tid = -1;
  int64_t sid = -1, vpgid = -1, pgid = -1, vtid = -1, vpid = -1;
  uint32_t uid = UINT32_MAX, gid = UINT32_MAX, loginuid = UINT32_MAX;
  uint32_t tty = 0;
  std::shared_ptr<const Cgroups> cgroups;  ///< never null
  std::string cwd, root;                   ///< cwd: meaningful in main threads, ends in '/'
  int64_t fdlimit = -1;
  uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
  uint64_t exe_ino_ctime_duration_clone_ts = 0, exe_ino_ctime_duration_pidns_start = 0;
  uint32_t vmsize_kb = 0, vmrss_kb = 0, vmswap_kb = 0;
  uint64_t pfmajor = 0, pfminor = 0;
  uint64_t pidns_init_start_ts = 0, clone_ts = 0, lastexec_ts = 0;
  uint64_t procinfo_cpu_user = UINT64_MAX, procinfo_cpu_sys = UINT64_MAX;  ///< of the procinfo event before this one

  // What every event looks at, in one cache line; what most do, together with the first members of ThreadEntry, behind it; see
  // ThreadTable::prefetch_record.
  alignas(64) int64_t tid = -1;
  int64_t pid = -1, ptid = -1;
  uint64_t lastaccess_ts = 0;
  int64_t lastevent_fd = -1;
  uint32_t flags = thread_flag::kNameChanged;
  uint64_t process_generation = 0, lineage_generation = 0, container_generation = 0;
  EventCode last_enter{};     ///< code of the last enter event; pairs with the exit event one above
  bool enter_valid = false;   ///< the exit event being handled belongs to last_enter
  bool enter_stored = false;  ///< the parameters of the last enter event are kept, in ThreadEntry
  std::shared_ptr<const ExecImage> image;  ///< never null
  std::string container_id;                ///< at most 12 characters for most runtimes; "" = host. See container_id.h
  std::shared_ptr<ThreadGroup> group;      ///< null for invalid records
  std::shared_ptr<FdTable>
      fds;  ///< own table, shared with forks until one side writes; may be null (use State::fds_of)

  /// Grows with each change of what fields of the domains Process, Lineage and Container show.
  uint64_t state_number() const { return std::max({process_generation, lineage_generation, container_generation}); }
  bool is_main() const { return tid == pid || (flags & thread_flag::kMainThread) != 0; }
  bool is_invalid() const { return tid < 0 || pid < 0 || ptid < 0; }
  bool is_dead() const { return (flags & thread_flag::kClosed) != 0; }
  bool in_pid_namespace() const { return (flags & thread_flag::kChildInPidns) != 0 || (tid != vtid && vtid >= 0); }
};

}  // namespace fvm
