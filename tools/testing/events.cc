// SPDX-License-Identifier: Apache-2.0
//
// Events of a test: a name of an event, or of any system call, and the parameters that matter; the others get values of
// an ordinary call that succeeds.
#include <algorithm>
#include <map>

#include "tools/testing/stage.h"

namespace falcoc::testing {
namespace {

using fvm::EventCode;
using fvm::ParamInfo;
using fvm::TypeId;

constexpr int64_t kAtFdCwd = -100;
constexpr int64_t kFirstFree = 3;

/// Codes of events that are written today, by name. Calls without an event of their own are "syscall" with their
/// number.
const std::map<std::string_view, EventCode>& codes() {
  static const std::map<std::string_view, EventCode> all = [] {
    std::map<std::string_view, EventCode> out;
    for (size_t code = 0; code < fvm::kEventCount; ++code) {
      const fvm::EventInfo& info = fvm::kEvents[code];
      if (!info.has(FALCO_EF_UNUSED | FALCO_EF_OLD_VERSION) && info.dir == fvm::Dir::Exit)
        out.insert_or_assign(info.name, static_cast<EventCode>(code));
    }
    for (size_t code = 0; code < fvm::kEventCount; ++code) {  // those that only have one side
      const fvm::EventInfo& info = fvm::kEvents[code];
      if (!info.has(FALCO_EF_UNUSED | FALCO_EF_OLD_VERSION)) out.try_emplace(info.name, static_cast<EventCode>(code));
    }
    return out;
  }();
  return all;
}

bool is_path(TypeId type) { return type == TypeId::FSPATH || type == TypeId::FSRELPATH; }

/// What `open: VALUE` gives: the path, connection or text, else the first parameter behind the result.
size_t main_param(const fvm::EventInfo& info) {
  const auto params = info.params();
  const auto first = [&](auto&& wanted) {
    return static_cast<size_t>(std::ranges::find_if(params, [&](const ParamInfo& p) { return wanted(p.type); }) -
                               params.begin());
  };
  size_t at = first(is_path);
  if (at == params.size()) at = first([](TypeId t) { return t == TypeId::SOCKTUPLE; });
  if (at == params.size()) at = first([](TypeId t) { return t == TypeId::CHARBUF; });
  return at == params.size() ? std::min<size_t>(1, params.size() - 1) : at;
}

bool has_result(const fvm::EventInfo& info) {
  if (info.param_count == 0 || info.dir != fvm::Dir::Exit) return false;
  const std::string_view name = info.params()[0].name;
  return name == "res" || name == "fd";
}

/// `result`, `fd` and `path` name the parameters that are called otherwise in some events.
size_t param_named(const fvm::EventInfo& info, std::string_view name) {
  const auto params = info.params();
  const size_t at = static_cast<size_t>(std::ranges::find(params, name, &ParamInfo::name) - params.begin());
  if (at != params.size()) return at;
  if (name == "result" && has_result(info)) return 0;
  if (name == "fd") {  // the descriptor that a call is given, whatever the event calls it
    for (size_t i = has_result(info) ? 1 : 0; i < params.size(); ++i)
      if (params[i].type == TypeId::FD) return i;
  }
  if (name == "path") {
    const size_t path = main_param(info);
    if (path < params.size() && is_path(params[path].type)) return path;
  }
  return params.size();
}

class EventReader {
 public:
  EventReader(EventCode code, std::string_view name, Stage& stage, Diagnostics& diags)
      : code_(code),
        info_(fvm::event_info(code)),
        name_(name),
        stage_(stage),
        diags_(diags),
        acting_(&stage.threads.front()) {}

  bool read(const Tree& arguments) {
    params_.assign(info_.param_count, {});
    given_.assign(info_.param_count, false);
    if (code_ == EventCode::GENERIC_X && name_ != info_.name && !set(0, Tree::scalar(std::string(name_)))) return false;
    if (arguments.is_map()) {
      if (const Tree* by = arguments.find("by"); by != nullptr && !choose_process(*by)) return false;
      if (!read_map(arguments)) return false;
    } else if (!arguments.is_null()) {
      const size_t at = main_param(info_);
      if (at >= info_.param_count) return unknown_parameter(arguments);
      if (runs_a_program() && is_exec()) return read_map(program_of(arguments)) && finish();
      if (!set(at, arguments)) return false;
    }
    return finish();
  }

 private:
  bool is_exec() const { return code_ == EventCode::SYSCALL_EXECVE_19_X || code_ == EventCode::SYSCALL_EXECVEAT_X; }
  bool runs_a_program() const { return param_named(info_, "comm") < info_.param_count; }

  /// `exec: /usr/bin/cat`, or the whole command line in a list.
  static Tree program_of(const Tree& arguments) {
    Tree out = Tree::map();
    Tree path =
        arguments.is_list() ? (arguments.items.empty() ? Tree::scalar("") : arguments.items.front()) : arguments;
    out.at("name") = Tree::scalar(path.text.substr(path.text.rfind('/') + 1));
    if (arguments.is_list()) {
      Tree rest = arguments;
      if (!rest.items.empty()) rest.items.erase(rest.items.begin());
      out.at("args") = rest;
    }
    if (path.text.starts_with('/')) out.at("path") = std::move(path);
    return out;
  }

  bool choose_process(const Tree& by) {
    const auto tid = number_of(by.text);
    if (tid && stage_.find_thread(*tid) != nullptr) return acting_ = stage_.find_thread(*tid), true;
    for (fvm::ThreadRecord& t : stage_.threads)
      if (t.comm == by.text) return acting_ = &t, true;
    diags_.emit<diag::BadTestValue>(by.range, std::string_view(by.text),
                                    std::string_view("the name or number of a process of the scene"));
    return false;
  }

  bool unknown_parameter(const Tree& key) {
    Diagnostic& d = diags_.emit<diag::UnknownTestParameter>(key.range, name_, std::string_view(key.text));
    std::vector<std::string_view> names;
    for (const ParamInfo& p : info_.params()) names.push_back(p.name);
    const std::string_view near = nearest_name(key.text, names);
    if (!near.empty()) d.suggest(key.range, std::string(near));
    std::string all;
    for (const std::string_view n : names) (all += all.empty() ? "" : ", ") += n;
    d.note(all.empty() ? std::string("it has none") : "it has " + all);
    return false;
  }

  bool read_map(const Tree& arguments) {
    Tree image = Tree::map();
    for (size_t i = 0; i < arguments.size(); ++i) {
      const Tree& key = arguments.keys[i];
      if (key.text == "by") continue;
      const size_t at = param_named(info_, key.text);
      // `exec: {name: nc, args: [...]}` speaks of the process; names of parameters that are not its business stay
      // possible.
      if (runs_a_program() && is_process_key(key.text) && key.text != "tid" && key.text != "pid") {
        image.at(key.text) = arguments.items[i];
        image.keys.back().range = key.range;
        continue;
      }
      if (at == info_.param_count) return unknown_parameter(key);
      if (!set(at, arguments.items[i])) return false;
    }
    if (image.size() == 0) return true;
    image_ = *acting_;
    if (!set_process(image, stage_, *image_, diags_)) return false;
    if (image.find("name") != nullptr && image.find("path") == nullptr) image_->exepath = "/usr/bin/" + image_->comm;
    if (image.find("exe") == nullptr) image_->exe = image.find("path") == nullptr ? image_->comm : image_->exepath;
    return true;
  }

  bool set(size_t at, const Tree& value) {
    const ParamInfo& param = info_.params()[at];
    const bool is_result = at == 0 && has_result(info_);
    if (param.type == TypeId::FD && !is_result && value.is_scalar() && !number_of(value.text) &&
        value.text != "AT_FDCWD") {
      return open_for(at, value);
    }
    auto bytes = read_param(value, param, is_result, diags_);
    if (!bytes) return false;
    params_[at] = std::move(*bytes);
    given_[at] = true;
    return true;
  }

  /// `fd: /etc/passwd`: the process has it open.
  bool open_for(size_t at, const Tree& value) {
    auto record = read_descriptor(value, next_free(), diags_);
    if (!record) return false;
    params_[at] = little_endian(record->fd);
    given_[at] = true;
    descriptors().push_back(std::move(*record));
    return true;
  }

  std::vector<fvm::FdRecord>& descriptors() { return stage_.fds[acting_->pid]; }
  int64_t next_free() {
    int64_t fd = kFirstFree;
    while (std::ranges::any_of(descriptors(), [&](const fvm::FdRecord& r) { return r.fd == fd; })) ++fd;
    return fd;
  }

  bool finish() {
    for (size_t i = 0; i < params_.size(); ++i)
      if (!given_[i]) params_[i] = usual(i);
    stage_.events.push_back({code_, acting_->tid, std::move(params_)});
    return true;
  }

  /// What an ordinary call records.
  std::string usual(size_t at) {
    const ParamInfo& param = info_.params()[at];
    const size_t width = fvm::type_info(param.type).size_bytes;
    if (runs_a_program()) {
      if (auto bytes = of_process(param)) return *bytes;
    }
    if (at == 0 && has_result(info_)) {
      const bool makes_descriptor = param.type == TypeId::FD && info_.has(FALCO_EF_CREATES_FD);
      return little_endian(makes_descriptor ? next_free() : int64_t{0}).substr(0, width);
    }
    if (param.type == TypeId::FD) return little_endian(usual_descriptor(param));
    if (param.type == TypeId::SOCKADDR || param.type == TypeId::SOCKTUPLE || width == 0 || width > 8) {
      return fvm::kind_of(param.type) == fvm::Kind::Text ? std::string(1, '\0') : std::string();
    }
    const bool opens = param.table == fvm::EnumTable::file_flags && info_.has(FALCO_EF_CREATES_FD);
    return little_endian(int64_t{opens ? 1 : 0}).substr(0, width);  // O_RDONLY
  }

  int64_t usual_descriptor(const ParamInfo& param) {
    if (param.name.find("dir") != std::string_view::npos) return kAtFdCwd;
    if (const auto socket = socket_for_tuple()) return *socket;
    const std::vector<fvm::FdRecord>& open = descriptors();
    return open.empty() ? -1 : open.back().fd;
  }

  /// A call on a connection happens on a socket that was made before.
  std::optional<int64_t> socket_for_tuple() {
    for (size_t i = 0; i < params_.size(); ++i) {
      const TypeId type = info_.params()[i].type;
      if ((type != TypeId::SOCKTUPLE && type != TypeId::SOCKADDR) || params_[i].empty()) continue;
      fvm::FdRecord fd;
      fd.fd = next_free();
      fd.ino = 6000 + static_cast<uint64_t>(fd.fd);
      const char family = params_[i][0];
      fd.type = family == 1 ? fvm::FdType::UnixSock : family == 2 ? fvm::FdType::Ipv4Sock : fvm::FdType::Ipv6Sock;
      fd.l4 = fvm::L4::Tcp;
      fd.sip.family = fd.dip.family = family == 10 ? 6 : 4;
      descriptors().push_back(fd);
      return fd.fd;
    }
    return std::nullopt;
  }

  /// Parameters that describe the process; nullopt for others.
  std::optional<std::string> of_process(const ParamInfo& param) const {
    const fvm::ThreadRecord& t = image_ ? *image_ : *acting_;
    const size_t width = fvm::type_info(param.type).size_bytes;
    const auto text = [](const std::string& s) { return s + '\0'; };
    const std::pair<std::string_view, const std::string*> texts[] = {
        {"exe", &t.exe}, {"comm", &t.comm}, {"cwd", &t.cwd}, {"trusted_exepath", &t.exepath}, {"filename", &t.exepath}};
    for (const auto& [name, value] : texts)
      if (param.name == name) return text(*value);
    const std::pair<std::string_view, const std::string*> lists[] = {
        {"args", &t.args}, {"env", &t.env}, {"cgroups", &t.cgroups}};
    for (const auto& [name, value] : lists)
      if (param.name == name) return *value;
    const uint64_t exec_flags = (t.exe_writable ? 1u : 0u) | (t.exe_upper_layer ? 2u : 0u) |
                                (t.exe_from_memfd ? 4u : 0u) | (t.exe_lower_layer ? 8u : 0u);
    const std::pair<std::string_view, int64_t> numbers[] = {
        {"tid", t.tid},
        {"pid", t.pid},
        {"ptid", t.ptid},
        {"vtid", t.vtid},
        {"vpid", t.vpid},
        {"pgid", t.pgid},
        {"vpgid", t.vpgid},
        {"tty", t.tty},
        {"uid", t.uid},
        {"gid", t.gid},
        {"loginuid", t.loginuid},
        {"fdlimit", t.fdlimit},
        {"cap_inheritable", static_cast<int64_t>(t.cap_inheritable)},
        {"cap_permitted", static_cast<int64_t>(t.cap_permitted)},
        {"cap_effective", static_cast<int64_t>(t.cap_effective)},
        {"exe_ino", static_cast<int64_t>(t.exe_ino)},
        {"exe_ino_ctime", static_cast<int64_t>(t.exe_ino_ctime)},
        {"exe_ino_mtime", static_cast<int64_t>(t.exe_ino_mtime)},
        {"flags", is_exec() ? static_cast<int64_t>(exec_flags) : 0}};
    for (const auto& [name, value] : numbers)
      if (param.name == name) return little_endian(value).substr(0, width);
    return std::nullopt;
  }

  EventCode code_;
  const fvm::EventInfo& info_;
  std::string_view name_;
  Stage& stage_;
  Diagnostics& diags_;
  fvm::ThreadRecord* acting_;
  std::optional<fvm::ThreadRecord> image_;  ///< what the process becomes
  std::vector<std::string> params_;
  std::vector<bool> given_;
};

bool read_scene_users(const Tree& scene, Stage& stage, Diagnostics& diags) {
  stage.users.push_back({0, 0, "root", "/root", "/bin/bash"});
  stage.groups.push_back({0, "root"});
  for (const bool is_user : {true, false}) {
    const Tree* all = scene.find(is_user ? "users" : "groups");
    if (all == nullptr) continue;
    for (size_t i = 0; i < all->size(); ++i) {
      const auto id = number_of(all->items[i].text);
      if (!all->is_map() || !id) {
        diags.emit<diag::BadTestValue>(all->items[i].range, std::string_view(all->items[i].text),
                                       std::string_view("a number behind the name of a user or group"));
        return false;
      }
      const auto number = static_cast<uint32_t>(*id);
      const std::string& name = all->keys[i].text;
      if (is_user) {
        stage.users.push_back({number, number, name, "/home/" + name, "/bin/bash"});
      } else {
        stage.groups.push_back({number, name});
      }
    }
  }
  return true;
}

}  // namespace

void unknown_key(const Tree& key, std::string_view where, const std::vector<std::string_view>& known,
                 Diagnostics& diags) {
  Diagnostic& d = diags.emit<diag::UnknownTestKey>(key.range, std::string_view(key.text), where);
  const std::string_view near = nearest_name(key.text, known);
  if (!near.empty()) d.suggest(key.range, std::string(near));
}

fvm::ThreadRecord* Stage::find_thread(int64_t tid) {
  const auto found = std::ranges::find(threads, tid, &fvm::ThreadRecord::tid);
  return found == threads.end() ? nullptr : &*found;
}

std::optional<EventCode> event_of(std::string_view name) {
  if (name == "exec") name = "execve";
  if (const auto found = codes().find(name); found != codes().end()) return found->second;
  if (std::ranges::find(fvm::kSyscalls, name, &fvm::SyscallInfo::name) != std::end(fvm::kSyscalls))
    return EventCode::GENERIC_X;
  return std::nullopt;
}

std::string_view main_param_of(std::string_view event) {
  const auto code = event_of(event);
  if (!code) return {};
  const fvm::EventInfo& info = fvm::event_info(*code);
  const size_t at = main_param(info);
  return at < info.param_count ? info.params()[at].name : std::string_view();
}

bool has_param(std::string_view event, std::string_view name) {
  const auto code = event_of(event);
  return code && param_named(fvm::event_info(*code), name) < fvm::event_info(*code).param_count;
}

bool read_event(const Tree& entry, Stage& stage, Diagnostics& diags) {
  if (!entry.is_scalar() && !(entry.is_map() && entry.size() == 1)) {
    diags.emit<diag::TestShape>(
        entry.range, std::string_view("an event"),
        std::string_view("its name, or its name with its parameters: `- open: {path: /etc/shadow}`"));
    return false;
  }
  const Tree& name = entry.is_scalar() ? entry : entry.keys[0];
  const auto code = event_of(name.text);
  if (!code) {
    Diagnostic& d = diags.emit<diag::UnknownTestEvent>(name.range, std::string_view(name.text));
    std::vector<std::string_view> known;
    for (const auto& [known_name, known_code] : codes()) known.push_back(known_name);
    const std::string_view near = nearest_name(name.text, known);
    if (!near.empty()) d.suggest(name.range, std::string(near));
    return false;
  }
  return EventReader(*code, name.text, stage, diags).read(entry.is_map() ? entry.items[0] : Tree());
}

std::optional<Stage> read_stage(const Tree& scene, Diagnostics& diags) {
  Stage stage;
  if (!read_scene_users(scene, stage, diags) || !read_processes(scene, stage, diags)) return std::nullopt;
  const Tree* events = scene.find("events");
  if (events == nullptr) return stage;
  if (!events->is_list()) {
    diags.emit<diag::TestShape>(events->range, std::string_view("`events`"), std::string_view("a list"));
    return std::nullopt;
  }
  for (const Tree& entry : events->items)
    if (!read_event(entry, stage, diags)) return std::nullopt;
  return stage;
}

}  // namespace falcoc::testing
