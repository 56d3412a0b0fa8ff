// SPDX-License-Identifier: Apache-2.0
//
// Stage: what a test's scene and events mean, as the records and events that a capture would hold. Reading one from a
// Tree says what is wrong with it, and where. Knows no rules and no expectations.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "tools/testing/tree.h"
#include "vm/source/event_source.h"

namespace falcoc::testing {

struct StagedEvent {
  fvm::EventCode code{};
  int64_t tid = -1;
  std::vector<std::string> params;  ///< wire bytes
};

struct Stage {
  std::vector<fvm::ThreadRecord> threads;             ///< the acting process first, then its ancestors, then others
  std::map<int64_t, std::vector<fvm::FdRecord>> fds;  ///< by tid
  std::vector<fvm::UserRecord> users;
  std::vector<fvm::GroupRecord> groups;
  std::vector<std::string> containers;  ///< the JSON of each
  std::vector<StagedEvent> events;

  fvm::ThreadRecord* find_thread(int64_t tid);
};

/// From the keys process, others, users, groups and events of `scene`. nullopt: an error was emitted.
std::optional<Stage> read_stage(const Tree& scene, Diagnostics& diags);

// The keys of a case that read_stage understands.
inline constexpr std::string_view kSceneKeys[] = {"process", "others", "users", "groups", "events"};

/// Says that `where` does not know `key`, and which of `known` may be meant.
void unknown_key(const Tree& key, std::string_view where, const std::vector<std::string_view>& known,
                 Diagnostics& diags);

/// The parts of a process that tests may set, for messages and documents.
std::vector<std::string_view> process_keys();

/// Reads the process of `scene` and its ancestors, and the others, into `stage`. False: an error was emitted.
bool read_processes(const Tree& scene, Stage& stage, Diagnostics& diags);
/// Sets what `tree` names of one process; `only_image`: what a call of exec can change. False: an error was emitted.
bool set_process(const Tree& tree, Stage& stage, fvm::ThreadRecord& thread, Diagnostics& diags);
bool is_process_key(std::string_view key);
/// Reads one entry of `events`. False: an error was emitted.
bool read_event(const Tree& entry, Stage& stage, Diagnostics& diags);
/// A descriptor from text: a path, `pipe`, `A:P->B:Q`, `udp A:P->B:Q`, `A:P` (listening) or `unix PATH`.
std::optional<fvm::FdRecord> read_descriptor(const Tree& text, int64_t fd, Diagnostics& diags);
/// Wire bytes of one parameter. nullopt: an error was emitted.
std::optional<std::string> read_param(const Tree& value, const fvm::ParamInfo& param, bool is_result,
                                      Diagnostics& diags);
/// Decimal, 0x..., 0o..., with or without a minus.
std::optional<int64_t> number_of(std::string_view text);

/// Items joined, each with a NUL behind it, as argument lists are recorded.
std::string nul_list(const Tree& items);
/// The code of the event that a call of this name leaves today. nullopt: there is none.
std::optional<fvm::EventCode> event_of(std::string_view name);

/// The parameter that `EVENT: VALUE` gives; empty: there is none.
std::string_view main_param_of(std::string_view event);
/// Whether tests can give the event a parameter of this name, and whether `path` is one of them.
bool has_param(std::string_view event, std::string_view name);
inline bool takes_path(std::string_view event) { return has_param(event, "path"); }

/// Little-endian bytes of an integer.
template <typename T>
std::string little_endian(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

}  // namespace falcoc::testing
