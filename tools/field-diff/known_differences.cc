// SPDX-License-Identifier: Apache-2.0
#include "tools/field-diff/known_differences.h"

#include <algorithm>
#include <array>
#include <string>

namespace field_diff {
namespace {

constexpr std::string_view kNotAvailable = "<NA>";

bool one_of(std::string_view field, std::initializer_list<std::string_view> fields) {
  return std::find(fields.begin(), fields.end(), field) != fields.end();
}

std::string_view text_of(const nlohmann::json& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text ? std::string_view(*text) : std::string_view();
}

bool is_evt_arg(std::string_view field) { return field.starts_with("evt.arg[") || field.starts_with("evt.arg."); }

/// `number(name)` with `(<NA>)` for every name that stands behind a uid or gid in the text of all arguments.
std::string without_names(std::string_view args) {
  std::string out;
  size_t at = 0;
  while (at < args.size()) {
    const size_t open = args.find('(', at);
    if (open == std::string_view::npos) break;
    const size_t start = args.substr(0, open).rfind(' ') + 1;  // npos + 1 is 0
    const size_t equals = args.find('=', start);
    const std::string_view name = equals < open ? args.substr(start, equals - start) : std::string_view();
    out += args.substr(at, open - at);
    const size_t close = args.find(')', open);
    if (close == std::string_view::npos) return out.append(args.substr(open));
    const bool is_id = name.ends_with("uid") || name.ends_with("gid");
    out += is_id ? "(<NA>)" : args.substr(open, close + 1 - open);
    at = close + 1;
  }
  return out.append(args.substr(std::min(at, args.size())));
}

bool unset_times(const Values& v) {
  return one_of(v.field, {"proc.exe_ino.ctime_duration_proc_start", "proc.exe_ino.ctime_duration_pidns_start"}) &&
         v.ours.is_null();
}

bool count_for_duration(const Values& v) {
  if (v.field != "proc.ppid.duration" || !v.ours.is_null()) return false;
  const auto count = v.event.find("proc.fdopencount");
  return count == v.event.end() || *count == v.recorded;
}

bool stale_buffer(const Values& v) {
  constexpr std::string_view kEmpty = "NULL";  // with leftovers behind it, or itself cut to a length that is not its own
  const std::string_view recorded = text_of(v.recorded);
  if (v.field != "evt.buffer") return false;
  if (text_of(v.ours) == kEmpty && !recorded.empty()) return recorded.starts_with(kEmpty) || kEmpty.starts_with(recorded);
  const auto type = v.event.find("evt.type");  // its data is no buffer: a text of it lies over the bytes
  return type != v.event.end() && *type == "ptrace";
}

bool recorders_users(const Values& v) {
  const std::string_view ours = text_of(v.ours);
  if (one_of(v.field, {"user.name", "user.homedir", "user.shell", "user.loginname", "group.name"}) || is_evt_arg(v.field)) {
    return ours == kNotAvailable && v.recorded.is_string();
  }
  return one_of(v.field, {"evt.args", "evt.info"}) && without_names(ours) == without_names(text_of(v.recorded));
}

bool boot_time(const Values& v) {
  return one_of(v.field, {"proc.pidns_init_start_ts", "proc.exe_ino.ctime_duration_pidns_start"}) && v.recorded.is_null() &&
         v.ours.is_number();
}

bool lost_host(const Values& v) {
  return one_of(v.field, {"container.id", "container.name"}) && v.recorded == "" && v.ours == "host";
}

bool shared_counter(const Values& v) {
  return one_of(v.field, {"thread.cpu", "thread.cpu.user", "thread.cpu.system"}) && v.recorded == 0 && v.ours.is_number();
}

constexpr KnownDifference kTable[] = {
    {"unset-exe-times", "the recording engine never set the value", unset_times},
    {"ppid-duration-count", "without the parent's start time the recording engine gives a number of descriptors", count_for_duration},
    {"stale-buffer", "for an empty buffer the recording engine prints leftovers of an earlier one", stale_buffer},
    {"boot-time", "the recording engine leaves out the start of the host's own pid namespace", boot_time},
    {"lost-host", "container metadata without an id took the place of the host in the recording engine", lost_host},
    {"shared-cpu-counter", "in the recording engine one field uses up the growth that the next one looks for", shared_counter},
    {"recorders-users", "the name is from the user database of the recording machine, not from the capture", recorders_users},
};

}  // namespace

std::span<const KnownDifference> known_differences() { return kTable; }

}  // namespace field_diff
