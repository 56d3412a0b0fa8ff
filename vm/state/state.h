// SPDX-License-Identifier: Apache-2.0
//
// State: what we remember between events. update() applies one event (in the order the state reference, section 2,
// gives) and says what fields may be read from; everything else is const look-up. Is the StateSink of a source. Does
// not know rules or fields. Handlers live in state/update_*.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vm/abi/limits.h"
#include "vm/event/event_view.h"
#include "vm/field/field_reader.h"
#include "vm/source/event_source.h"
#include "vm/source/thread_lookup.h"
#include "vm/state/fd.h"
#include "vm/state/thread.h"

namespace fvm {

struct User {
  uint32_t uid, gid;
  std::string name, home, shell;
};
struct Group {
  uint32_t gid;
  std::string name;
};

struct ContainerMount {
  std::string source, dest, mode, propagation;
  bool rdwr = false;
};

/// Container metadata, from recorded `container` events. The host is the record with id "".
struct Container {
  std::string id, full_id, name, image, type;
  std::string image_id, image_repository, image_tag, image_digest;
  bool privileged = false, host_pid = false, host_network = false, host_ipc = false;
  std::vector<ContainerMount> mounts;
  std::vector<std::pair<std::string, std::string>> labels;  ///< sorted by key
  std::string ip, cni_json, user, pod_sandbox_id;
  std::vector<std::pair<std::string, std::string>> pod_sandbox_labels;
};

struct StateStats {
  uint64_t threads = 0, threads_peak = 0, threads_refused = 0, unknown_threads = 0;
  uint64_t fds_refused = 0, failed_containers = 0;
  uint64_t threads_evicted = 0;  ///< idle ones that made room
  uint64_t images_trimmed = 0;  ///< processes whose arguments and environment were not kept for lack of memory
};

/// Ceilings of one State. Memory is what is accounted for: every thread, image, descriptor, cgroup list and container record.
struct StateLimits {
  size_t threads = limits::kThreads;
  size_t bytes = limits::kStateBytes;
};

struct StateMemory {
  size_t used_bytes = 0, peak_bytes = 0, limit_bytes = 0;
};

class State final : public StateSink {
 public:
  explicit State(const StateLimits& ceilings = {});
  ~State() override;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  // StateSink
  void on_section() override;
  void on_machine(const MachineInfo&) override;
  void on_threads(std::vector<ThreadRecord>) override;
  void on_fds(int64_t tid, std::vector<FdRecord>) override;
  void on_interfaces(std::vector<InterfaceRecord>) override;
  void on_user(const UserRecord&) override;
  void on_group(const GroupRecord&) override;

  /// Asks `lookup` for threads that nothing is known of, from now on; null: nobody. It must live as long.
  void set_lookup(ThreadLookup* lookup);

  /// Looks a few events ahead of update(): starts loading what batch[next] and its successors will need.
  void prefetch(std::span<const EventView> batch, size_t next) const;
  /// Whether prefetch() is worth its calls.
  bool outgrows_caches() const;

  /// The events that follow, and what they borrow from, stay as they are until end_batch(). Outside of a batch they may go away
  /// after each call.
  void begin_batch();
  void end_batch();

  /// Applies `event`. False: a hidden event (an enter event that is only stored; users and containers in front of all
  /// others, which belong to the metadata), not to be shown to rules or output.
  bool update(const EventView& event);
  /// The context of the event that update() applied last, which must not be hidden. Valid until the next event; what is in
  /// `out.memory` stays.
  void describe(EvalContext& out);
  /// Both; `out` is not filled for hidden events.
  bool update(const EventView& event, EvalContext& out) {
    const bool shown = update(event);
    if (shown) describe(out);
    return shown;
  }
  /// The same for an unread event (see EventView): only that it happened is taken over.
  bool note(const EventView& event);
  /// note() for the events in front that are unread and not for state only. Says how many; adds to `number` how many events they
  /// stand for.
  size_t note_run(std::span<const EventView> events, uint64_t& number);

  // Look-ups for getters; null when unknown.
  const Thread* find_thread(int64_t tid) const;
  const Thread* main_thread(const Thread&) const;  ///< thread with tid = pid; null if unknown
  /// Ancestor n as fields define it: main thread, then n times (ptid, main thread); 0 is the process itself.
  const Thread* ancestor(const Thread&, uint32_t n) const;
  const Thread* parent(const Thread&) const;   ///< thread with tid = ptid, without the jump to its main thread
  const FdTable* fds_of(const Thread&) const;  ///< the process's table; null without main thread
  const Fd* find_fd(const Thread&, int64_t fd) const;
  std::string_view cwd_of(const Thread&) const;  ///< main thread's; "./" without one
  uint64_t live_threads(const Thread&) const;    ///< of its group; 0 without group
  bool group_leader_alive(const Thread&) const;
  /// User or group as seen by `container_id` ("" = host).
  const User* find_user(std::string_view container_id, uint32_t uid) const;
  const Group* find_group(std::string_view container_id, uint32_t gid) const;
  const Container* find_container(std::string_view id) const;
  /// The container record that an event about a container carries; null for other events.
  const Container* event_container() const;
  std::span<const InterfaceRecord> interfaces() const;
  bool is_local_address(const Thread*, const IpAddr&) const;
  const MachineInfo& machine() const;
  uint64_t first_event_ts() const;  ///< of the first event that isn't a meta event; 0 before it
  const StateStats& stats() const;
  StateMemory memory() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// concat(base, path) of the state reference, section 10.
std::string concat_path(std::string_view base, std::string_view path);
/// The same; the result lives in `room`, or is `path` itself.
std::string_view concat_path(std::string_view base, std::string_view path, std::string& room);
/// The same without heap; the result lives in `arena`, or is `path` itself.
std::string_view concat_path(std::string_view base, std::string_view path, Arena& arena);

}  // namespace fvm
