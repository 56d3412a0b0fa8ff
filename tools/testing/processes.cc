// SPDX-License-Identifier: Apache-2.0
//
// Processes, their users, containers and descriptors: what a test says, and what it leaves out.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tools/testing/stage.h"
#include "vm/abi/limits.h"

namespace falcoc::testing {
namespace {

using fvm::ThreadRecord;

constexpr size_t kCommBytes = 15;
constexpr size_t kFullIdBytes = 64, kShortIdBytes = 12;
constexpr size_t kAncestors = 32;

struct TextKey {
  std::string_view key;
  std::string ThreadRecord::*member;
};
constexpr TextKey kTexts[] = {{"name", &ThreadRecord::comm},
                              {"exe", &ThreadRecord::exe},
                              {"path", &ThreadRecord::exepath},
                              {"cwd", &ThreadRecord::cwd},
                              {"root", &ThreadRecord::root}};
constexpr TextKey kLists[] = {
    {"args", &ThreadRecord::args}, {"env", &ThreadRecord::env}, {"cgroups", &ThreadRecord::cgroups}};

template <typename T>
struct NumberKey {
  std::string_view key;
  T ThreadRecord::*member;
};
constexpr NumberKey<int64_t> kIds[] = {{"tid", &ThreadRecord::tid},   {"pid", &ThreadRecord::pid},
                                       {"sid", &ThreadRecord::sid},   {"vpgid", &ThreadRecord::vpgid},
                                       {"pgid", &ThreadRecord::pgid}, {"vtid", &ThreadRecord::vtid},
                                       {"vpid", &ThreadRecord::vpid}};
constexpr NumberKey<uint32_t> kNumbers[] = {{"uid", &ThreadRecord::uid},
                                            {"gid", &ThreadRecord::gid},
                                            {"loginuid", &ThreadRecord::loginuid},
                                            {"tty", &ThreadRecord::tty}};
constexpr NumberKey<bool> kBools[] = {{"exe_writable", &ThreadRecord::exe_writable},
                                      {"exe_upper_layer", &ThreadRecord::exe_upper_layer},
                                      {"exe_lower_layer", &ThreadRecord::exe_lower_layer},
                                      {"exe_from_memfd", &ThreadRecord::exe_from_memfd}};
constexpr NumberKey<uint64_t> kCaps[] = {{"cap_permitted", &ThreadRecord::cap_permitted},
                                         {"cap_effective", &ThreadRecord::cap_effective},
                                         {"cap_inheritable", &ThreadRecord::cap_inheritable}};
constexpr std::string_view kOthers[] = {"user",      "group", "loginuser", "container", "parent",
                                        "ancestors", "fds",   "stdin",     "stdout",    "stderr"};
constexpr std::string_view kStreams[] = {"stdin", "stdout", "stderr"};

template <typename Rows>
auto find_row(const Rows& rows, std::string_view key) -> decltype(&*std::begin(rows)) {
  const auto found = std::ranges::find_if(rows, [&](const auto& row) { return row.key == key; });
  return found == std::end(rows) ? nullptr : &*found;
}

bool bad_value(const Tree& value, std::string_view wanted, Diagnostics& diags) {
  diags.emit<diag::BadTestValue>(value.range, std::string_view(value.is_scalar() ? value.text : "this"), wanted);
  return false;
}

uint32_t user_id(std::string_view name, Stage& stage) {
  for (const fvm::UserRecord& user : stage.users)
    if (user.name == name) return user.uid;
  const auto uid = name == "root" ? 0u : static_cast<uint32_t>(1000 + stage.users.size());
  stage.users.push_back({uid, uid, std::string(name), uid == 0 ? "/root" : fmt::format("/home/{}", name), "/bin/bash"});
  return uid;
}

uint32_t group_id(std::string_view name, Stage& stage) {
  for (const fvm::GroupRecord& group : stage.groups)
    if (group.name == name) return group.gid;
  const auto gid = name == "root" ? 0u : static_cast<uint32_t>(1000 + stage.groups.size());
  stage.groups.push_back({gid, std::string(name)});
  return gid;
}

/// 64 hex digits that begin with `id`.
std::string full_id(std::string id) {
  constexpr std::string_view kMore = "0123456789abcdef";
  while (id.size() < kFullIdBytes) id += kMore[id.size() % kMore.size()];
  return id;
}

/// Keys of a container that tests may set, and as recorded metadata has them.
constexpr std::pair<std::string_view, std::string_view> kContainerTexts[] = {
    {"name", "name"},          {"image", "image"}, {"imageid", "imageid"},
    {"digest", "imagedigest"}, {"ip", "ip"},       {"user", "User"}};
constexpr std::string_view kContainerBools[] = {"privileged", "host_pid", "host_network", "host_ipc"};

bool read_mounts(const Tree& mounts, nlohmann::json& out, Diagnostics& diags) {
  for (const Tree& mount : mounts.items) {
    // SOURCE:DESTINATION[:ro], as docker writes it.
    const size_t colon = mount.text.find(':');
    if (!mount.is_scalar() || colon == std::string::npos)
      return bad_value(mount, "a mount: SOURCE:DESTINATION or SOURCE:DESTINATION:ro", diags);
    const bool is_read_only = mount.text.ends_with(":ro");
    const size_t end = mount.text.size() - (is_read_only ? 3 : 0);
    out.push_back({{"Source", mount.text.substr(0, colon)},
                   {"Destination", mount.text.substr(colon + 1, end - colon - 1)},
                   {"Mode", is_read_only ? "ro" : ""},
                   {"RW", !is_read_only},
                   {"Propagation", "rprivate"}});
  }
  return true;
}

bool set_container(const Tree& tree, Stage& stage, ThreadRecord& thread, Diagnostics& diags) {
  std::string id = "3ad7b26ded6d";
  nlohmann::json json = {{"type", 0}, {"name", "web"}, {"image", "nginx:1.25"}, {"Mounts", nlohmann::json::array()}};
  if (tree.is_scalar()) {
    json["name"] = tree.text;
  } else if (!tree.is_map()) {
    return bad_value(tree, "a container: its name, or a map of what is known of it", diags);
  }
  for (size_t i = 0; i < tree.size(); ++i) {
    const std::string& key = tree.keys[i].text;
    const Tree& value = tree.items[i];
    const auto text = std::ranges::find(kContainerTexts, key, &std::pair<std::string_view, std::string_view>::first);
    if (key == "id") {
      id = value.text;
      if (id.size() < kShortIdBytes || id.size() > kFullIdBytes ||
          id.find_first_not_of("0123456789abcdef") != std::string::npos) {
        return bad_value(value, "the id of a container: 12 to 64 hex digits", diags);
      }
    } else if (text != std::end(kContainerTexts) && value.is_scalar()) {
      json[std::string(text->second)] = value.text;
    } else if (std::ranges::find(kContainerBools, key) != std::end(kContainerBools)) {
      if (value.text != "true" && value.text != "false") return bad_value(value, "true or false", diags);
      json[key] = value.text == "true";
    } else if (key == "mounts" && value.is_list()) {
      if (!read_mounts(value, json["Mounts"], diags)) return false;
    } else if (key == "labels" && value.is_map()) {
      for (size_t k = 0; k < value.size(); ++k) json["labels"][value.keys[k].text] = value.items[k].text;
    } else {
      unknown_key(tree.keys[i], "a container",
                  {"id", "name", "image", "imageid", "digest", "ip", "user", "privileged", "host_pid", "host_network",
                   "host_ipc", "mounts", "labels"},
                  diags);
      return false;
    }
  }
  const std::string full = full_id(id);
  json["id"] = full.substr(0, kShortIdBytes);
  json["full_id"] = full;
  const auto image = json["image"].get<std::string>();
  const size_t slash = image.rfind('/');
  const size_t colon = image.find(':', slash == std::string::npos ? 0 : slash);
  json["imagerepo"] = image.substr(0, colon);
  json["imagetag"] = colon == std::string::npos ? "latest" : image.substr(colon + 1);
  std::string line = nlohmann::json{{"container", json}}.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (std::ranges::find(stage.containers, line) == stage.containers.end()) stage.containers.push_back(std::move(line));
  thread.cgroups = fmt::format("cpuset=/docker/{0}{1}memory=/docker/{0}{1}", full, '\0');
  if (thread.vpid < 0 || thread.vpid == thread.pid) thread.vpid = thread.vtid = 7;
  thread.flags |= 1u << 29;  // its numbers differ inside
  return true;
}

std::optional<uint64_t> capability_mask(const Tree& value) {
  if (value.is_scalar()) {
    if (value.text == "all") return (uint64_t{1} << 41) - 1;
    if (const auto number = number_of(value.text)) return static_cast<uint64_t>(*number);
  }
  uint64_t mask = 0;
  const std::vector<Tree> one{value};
  for (const Tree& item : value.is_list() ? value.items : one) {
    const auto names = fvm::enum_names(fvm::EnumTable::capability);
    const auto found = std::ranges::find(names, item.text, &fvm::EnumName::name);
    if (found == names.end()) return std::nullopt;
    mask |= uint64_t{1} << found->value;
  }
  return mask;
}

bool set_one(const std::string& key, const Tree& value, Stage& stage, ThreadRecord& thread, Diagnostics& diags) {
  if (const auto* row = find_row(kTexts, key)) {
    if (!value.is_scalar()) return bad_value(value, "a text", diags);
    if (key == "name" && value.text.size() > kCommBytes)
      return bad_value(value, "a name the kernel can give: it keeps 15 characters", diags);
    thread.*row->member = value.text;
    return true;
  }
  if (const auto* row = find_row(kLists, key)) {
    if (value.is_map()) return bad_value(value, "a list of texts", diags);
    thread.*row->member = nul_list(value);
    return true;
  }
  const auto number = [&] { return value.is_scalar() ? number_of(value.text) : std::nullopt; };
  if (const auto* row = find_row(kIds, key)) {
    if (!number()) return bad_value(value, "a number", diags);
    thread.*row->member = *number();
    return true;
  }
  if (const auto* row = find_row(kNumbers, key)) {
    if (!number()) return bad_value(value, "a number", diags);
    thread.*row->member = static_cast<uint32_t>(*number());
    return true;
  }
  if (const auto* row = find_row(kBools, key)) {
    if (value.text != "true" && value.text != "false") return bad_value(value, "true or false", diags);
    thread.*row->member = value.text == "true";
    return true;
  }
  if (const auto* row = find_row(kCaps, key)) {
    const auto mask = capability_mask(value);
    if (!mask) return bad_value(value, "a list of capabilities, such as [CAP_SYS_ADMIN], or all", diags);
    thread.*row->member = *mask;
    return true;
  }
  if (key == "user") return thread.uid = user_id(value.text, stage), true;
  if (key == "group") return thread.gid = group_id(value.text, stage), true;
  if (key == "loginuser") return thread.loginuid = user_id(value.text, stage), true;
  if (key == "container") return value.is_null() || set_container(value, stage, thread, diags);
  return true;  // parents and descriptors are not about the record
}

bool set_descriptors(const Tree& tree, Stage& stage, int64_t tid, Diagnostics& diags) {
  const auto add = [&](const Tree& text, int64_t fd) {
    auto record = read_descriptor(text, fd, diags);
    if (!record) return false;
    std::vector<fvm::FdRecord>& of_process = stage.fds[tid];
    std::erase_if(of_process, [&](const fvm::FdRecord& other) { return other.fd == fd; });
    of_process.push_back(std::move(*record));
    return true;
  };
  for (size_t i = 0; i < std::size(kStreams); ++i) {
    const Tree* stream = tree.find(kStreams[i]);
    if (stream != nullptr && !add(*stream, static_cast<int64_t>(i))) return false;
  }
  const Tree* fds = tree.find("fds");
  if (fds == nullptr) return true;
  if (!fds->is_map()) return bad_value(*fds, "a map from numbers to descriptors", diags);
  for (size_t i = 0; i < fds->size(); ++i) {
    const auto fd = number_of(fds->keys[i].text);
    if (!fd) return bad_value(fds->keys[i], "the number of a descriptor", diags);
    if (!add(fds->items[i], *fd)) return false;
  }
  return true;
}

/// What a process is when nothing is said of it.
ThreadRecord plain_process(int64_t pid, int64_t parent) {
  ThreadRecord t;
  t.tid = t.pid = t.vtid = t.vpid = pid;
  t.ptid = parent;
  t.sid = t.pgid = t.vpgid = pid;
  t.comm = "program";
  t.cwd = "/";
  t.uid = t.gid = 0;
  t.fdlimit = 1024;
  t.cgroups = std::string("cpuset=/\0memory=/\0", 18);
  t.cap_permitted = t.cap_effective = (uint64_t{1} << 41) - 1;
  t.exe_ino = 1000;
  t.exe_ino_ctime = t.exe_ino_mtime = 1'600'000'000'000'000'000;
  return t;
}

/// What follows from the name.
void fill_image(ThreadRecord& t, const Tree& tree) {
  if (tree.find("path") == nullptr) t.exepath = "/usr/bin/" + t.comm;
  if (tree.find("exe") == nullptr) t.exe = tree.find("path") == nullptr ? t.comm : t.exepath;
}

/// A process as a name or a map.
bool add_process(const Tree& tree, int64_t pid, int64_t parent, Stage& stage, Diagnostics& diags) {
  Tree map = tree;
  if (tree.is_scalar()) {
    map = Tree::map();
    map.at("name") = tree;
  } else if (!tree.is_map()) {
    return bad_value(tree, "a process: its name, or a map of what is known of it", diags);
  }
  ThreadRecord t = plain_process(pid, parent);
  if (const Tree* given = map.find("pid")) {
    const auto number = number_of(given->text);
    if (!number || *number < 1) return bad_value(*given, "the number of a process", diags);
    t = plain_process(*number, parent);
  }
  if (!set_process(map, stage, t, diags)) return false;
  fill_image(t, map);
  if (!set_descriptors(map, stage, t.tid, diags)) return false;
  stage.threads.push_back(std::move(t));
  return true;
}

/// parent: {..., parent: ...} nested, or ancestors: [...] from the parent on.
bool collect_ancestors(const Tree& process, std::vector<Tree>& out, Diagnostics& diags) {
  const Tree* next = process.find("parent");
  for (; next != nullptr; next = next->find("parent")) {
    if (out.size() == kAncestors) return bad_value(*next, "a process with so few ancestors", diags);
    out.push_back(*next);
    if (const Tree* list = next->find("ancestors")) out.insert(out.end(), list->items.begin(), list->items.end());
  }
  if (const Tree* list = process.find("ancestors")) {
    if (!list->is_list()) return bad_value(*list, "a list of processes, the parent first", diags);
    out.insert(out.end(), list->items.begin(), list->items.end());
  }
  return true;
}

}  // namespace

std::vector<std::string_view> process_keys() {
  std::vector<std::string_view> out;
  const auto add = [&](const auto& rows) {
    for (const auto& row : rows) out.push_back(row.key);
  };
  add(kTexts), add(kLists), add(kIds), add(kNumbers), add(kBools), add(kCaps);
  out.insert(out.end(), std::begin(kOthers), std::end(kOthers));
  return out;
}

bool is_process_key(std::string_view key) {
  const std::vector<std::string_view> keys = process_keys();
  return std::ranges::find(keys, key) != keys.end();
}

bool set_process(const Tree& tree, Stage& stage, ThreadRecord& thread, Diagnostics& diags) {
  for (size_t i = 0; i < tree.size(); ++i) {
    const std::string& key = tree.keys[i].text;
    if (!is_process_key(key)) {
      unknown_key(tree.keys[i], "a process", process_keys(), diags);
      return false;
    }
    if (!set_one(key, tree.items[i], stage, thread, diags)) return false;
  }
  return true;
}

bool read_processes(const Tree& scene, Stage& stage, Diagnostics& diags) {
  constexpr int64_t kFirst = 1000, kInit = 1, kStep = 10;
  const Tree none = Tree::map();
  const Tree* process = scene.find("process");
  if (process == nullptr) process = &none;
  std::vector<Tree> ancestors;
  if (!collect_ancestors(*process, ancestors, diags)) return false;
  if (ancestors.empty()) ancestors.push_back(Tree::scalar("systemd"));
  // Parents are older: smaller numbers. The last ancestor is the first process of the machine.
  const auto number = [&](size_t i) {
    return i + 1 == ancestors.size() ? kInit : kFirst - kStep * static_cast<int64_t>(i + 1);
  };
  if (!add_process(*process, kFirst, number(0), stage, diags)) return false;
  for (size_t i = 0; i < ancestors.size(); ++i) {
    const int64_t parent = i + 1 == ancestors.size() ? 0 : number(i + 1);
    const size_t child = stage.threads.size() - 1;
    if (!add_process(ancestors[i], number(i), parent, stage, diags)) return false;
    stage.threads[child].ptid = stage.threads.back().tid;  // it may have been given another number
  }
  if (const Tree* others = scene.find("others")) {
    if (!others->is_list()) return bad_value(*others, "a list of processes", diags);
    for (size_t i = 0; i < others->size(); ++i) {
      if (!add_process(others->items[i], kFirst + kStep * static_cast<int64_t>(i + 1), kInit, stage, diags))
        return false;
    }
  }
  return true;
}

}  // namespace falcoc::testing
