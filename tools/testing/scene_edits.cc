// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/scene_edits.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/testing/stage.h"

namespace falcoc::testing {
namespace {

using fvm::FieldId;

constexpr std::string_view kConnection = "10.0.0.5:40000->203.0.113.9:443";

Tree& process(Tree& scene) { return scene.at("process"); }

/// Ancestor `n` of the acting process, as a map.
Tree& ancestor(Tree& scene, int64_t n) {
  Tree* at = &process(scene);
  for (; n > 0; --n) at = &at->at("parent");
  return *at;
}

Tree words_of(const std::string& text) {
  Tree out = Tree::list({});
  for (size_t begin = 0;;) {
    const size_t end = text.find(' ', begin);
    out.items.push_back(Tree::scalar(text.substr(begin, end == std::string::npos ? end : end - begin)));
    if (end == std::string::npos) return out;
    begin = end + 1;
  }
}

Place process_text(int64_t level, std::string key) {
  return [=](Tree& scene, const std::string& text) { ancestor(scene, level).at(key) = Tree::scalar(text); };
}
Place process_words(int64_t level, std::string key) {
  return [=](Tree& scene, const std::string& text) {
    ancestor(scene, level).at(key) = text.empty() ? Tree::list({}) : words_of(text);
  };
}
/// The name in front is there already.
Place command_line(int64_t level) {
  return [=](Tree& scene, const std::string& text) {
    Tree& p = ancestor(scene, level);
    const Tree* name = p.find("name");
    std::string rest = text;
    if (name != nullptr && rest.starts_with(name->text + " ")) rest.erase(0, name->text.size() + 1);
    p.at("args") = words_of(rest);
  };
}

/// One variable of the environment; the others stay.
void set_variable(Tree& of_process, const std::string& key, const std::string& text) {
  Tree& env = of_process.at("env");
  if (!env.is_list()) env = Tree::list({});
  std::erase_if(env.items, [&](const Tree& item) { return item.text.starts_with(key + "="); });
  env.items.push_back(Tree::scalar(key + "=" + text));
}

std::string text_at(const Tree& map, std::string_view key) {
  const Tree* found = map.find(key);
  return found != nullptr ? found->text : std::string();
}

Place param(std::string name) {
  return [=](Tree& scene, const std::string& text) { event_params(scene).at(name) = Tree::scalar(text); };
}
/// Flags are given together: adds to what is there.
Place param_and_more(std::string name) {
  return [=](Tree& scene, const std::string& text) {
    Tree& params = event_params(scene);
    const std::string before = text_at(params, name);
    params.at(name) = Tree::scalar(before.empty() || before == text ? text : before + "|" + text);
  };
}

const fvm::EventInfo* event_info_of(const Tree& scene) {
  const auto code = event_of(event_name(scene));
  return code ? &fvm::event_info(*code) : nullptr;
}

bool is_text(fvm::TypeId type) {
  return type == fvm::TypeId::FSPATH || type == fvm::TypeId::FSRELPATH || type == fvm::TypeId::CHARBUF;
}

/// Names of the event's parameters that `wanted` takes.
template <typename Wanted>
std::vector<std::string> params_of(const Tree& scene, Wanted&& wanted) {
  std::vector<std::string> out;
  const fvm::EventInfo* info = event_info_of(scene);
  if (info == nullptr) return out;
  for (size_t i = 0; i < info->param_count; ++i)
    if (wanted(info->params()[i], i)) out.emplace_back(info->params()[i].name);
  return out;
}

/// Where the event takes its descriptor from: a connection, or a descriptor by its text.
std::vector<std::string> descriptor_params(const Tree& scene) {
  auto out = params_of(scene, [](const fvm::ParamInfo& p, size_t) { return p.type == fvm::TypeId::SOCKTUPLE; });
  for (std::string& name :
       params_of(scene, [](const fvm::ParamInfo&p, size_t i) { return p.type == fvm::TypeId::FD && i != 0; }))
    out.push_back(std::move(name));
  return out;
}

/// The one that the event is about goes by `path` in all events.
std::vector<std::string> path_params(const Tree& scene) {
  auto out = params_of(scene, [](const fvm::ParamInfo& p, size_t) { return is_text(p.type); });
  const std::string_view main = main_param_of(event_name(scene));
  for (std::string& name : out)
    if (name == main && takes_path(event_name(scene))) name = "path";
  return out;
}

/// Sets one end or port of the connection that the event is about.
Place connection(std::string name, bool of_server, bool is_port) {
  return [=](Tree& scene, const std::string& text) {
    Tree& params = event_params(scene);
    std::string now = text_at(params, name);
    if (now.find("->") == std::string::npos) now = kConnection;
    const std::string address = text.substr(0, text.find('/'));  // of a network: its first address
    const bool v6 = !is_port && address.find(':') != std::string::npos;
    if (v6) now = "[2001:db8::5]:40000->[2001:db8::9]:443";
    const size_t arrow = now.find("->");
    std::string ends[2] = {now.substr(0, arrow), now.substr(arrow + 2)};
    std::string& end = ends[of_server ? 1 : 0];
    const size_t colon = end.rfind(':');
    end = is_port ? end.substr(0, colon + 1) + text : (v6 ? "[" + address + "]" : address) + end.substr(colon);
    params.at(name) = Tree::scalar(ends[0] + "->" + ends[1]);
  };
}

std::string descriptor_of_type(const std::string& type) {
  constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
      {"f", "/tmp/file"},
      {"file", "/tmp/file"},
      {"d", "/tmp/"},
      {"directory", "/tmp/"},
      {"4", kConnection},
      {"ipv4", kConnection},
      {"6", "[2001:db8::5]:40000->[2001:db8::9]:443"},
      {"ipv6", "[2001:db8::5]:40000->[2001:db8::9]:443"},
      {"u", "unix /run/service.sock"},
      {"unix", "unix /run/service.sock"},
      {"p", "pipe"},
      {"pipe", "pipe"}};
  const auto found = std::ranges::find(kTexts, type, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kTexts) ? std::string("/tmp/file") : std::string(found->second);
}

/// Keeps the parameters that the other event has, too; `$each` stands for several that have the same.
void change_event(Tree& scene, const std::string& name) {
  const Tree before = event_params(scene);
  Tree other = scene_of_event(name);
  Tree params = Tree::map();
  for (size_t i = 0; i < before.size(); ++i) {
    if (name.starts_with('$') || has_param(name, before.keys[i].text)) params.at(before.keys[i].text) = before.items[i];
  }
  scene.at("events") = other.at("events");
  event_params(scene) = params;
}

void add_descriptor_places(std::vector<Place>& out, const Tree& scene,
                           const std::function<std::string(const std::string&)>& made_of) {
  for (const std::string& name : descriptor_params(scene))
    out.push_back(
        [name, made_of](Tree& s, const std::string& text) { event_params(s).at(name) = Tree::scalar(made_of(text)); });
}

void add_path_places(std::vector<Place>& out, const Tree& scene,
                     const std::function<std::string(const std::string&)>& made_of) {
  for (const std::string& name : path_params(scene))
    out.push_back(
        [name, made_of](Tree& s, const std::string& text) { event_params(s).at(name) = Tree::scalar(made_of(text)); });
}

std::string itself(const std::string& text) { return text; }

Place container_key(std::string key, std::string suffix = {}) {
  return [=](Tree& scene, const std::string& text) {
    Tree& container = process(scene).at("container");
    if (!container.is_map()) container = Tree::map();
    container.at(key) = Tree::scalar(text + suffix);
  };
}

void container_itself(Tree& scene, const std::string& text) {
  if (text == "host") {
    process(scene).erase("container");
  } else {
    process(scene).at("container") = Tree::scalar("web");
  }
}

struct TextField {
  FieldId field;
  std::string_view key;
  int64_t level;
};
constexpr TextField kTexts[] = {{FieldId::ProcName, "name", 0},
                                {FieldId::ProcExe, "exe", 0},
                                {FieldId::ProcExepath, "path", 0},
                                {FieldId::ProcCwd, "cwd", 0},
                                {FieldId::ProcPname, "name", 1},
                                {FieldId::ProcPexe, "exe", 1},
                                {FieldId::ProcPexepath, "path", 1},
                                {FieldId::ProcTty, "tty", 0},
                                {FieldId::ProcVpid, "vpid", 0},
                                {FieldId::ProcPid, "pid", 0},
                                {FieldId::ProcSid, "sid", 0},
                                {FieldId::ProcPgid, "pgid", 0},
                                {FieldId::ProcVpgid, "vpgid", 0},
                                {FieldId::UserName, "user", 0},
                                {FieldId::UserUid, "uid", 0},
                                {FieldId::UserLoginuid, "loginuid", 0},
                                {FieldId::UserLoginname, "loginuser", 0},
                                {FieldId::GroupName, "group", 0},
                                {FieldId::GroupGid, "gid", 0},
                                {FieldId::ProcIsExeWritable, "exe_writable", 0},
                                {FieldId::ProcIsExeUpperLayer, "exe_upper_layer", 0},
                                {FieldId::ProcIsExeLowerLayer, "exe_lower_layer", 0},
                                {FieldId::ProcIsExeFromMemfd, "exe_from_memfd", 0},
                                {FieldId::ProcStdinName, "stdin", 0},
                                {FieldId::ThreadCapEffective, "cap_effective", 0},
                                {FieldId::ThreadCapPermitted, "cap_permitted", 0}};

struct AncestorField {
  FieldId field;
  std::string_view key;
};
constexpr AncestorField kAncestors[] = {
    {FieldId::ProcAname, "name"}, {FieldId::ProcAexe, "exe"}, {FieldId::ProcAexepath, "path"}};

struct ContainerField {
  FieldId field;
  std::string_view key, suffix;
};
constexpr ContainerField kContainers[] = {{FieldId::ContainerName, "name", ""},
                                          {FieldId::ContainerImage, "image", ""},
                                          {FieldId::ContainerImageRepository, "image", ":1"},
                                          {FieldId::ContainerPrivileged, "privileged", ""},
                                          {FieldId::ContainerHostPid, "host_pid", ""},
                                          {FieldId::ContainerHostNetwork, "host_network", ""},
                                          {FieldId::ContainerHostIpc, "host_ipc", ""}};

struct EndField {
  FieldId field;
  bool of_server, is_port;
};
constexpr EndField kEnds[] = {
    {FieldId::FdSip, true, false},   {FieldId::FdRip, true, false},   {FieldId::FdIp, true, false},
    {FieldId::FdSnet, true, false},  {FieldId::FdRnet, true, false},  {FieldId::FdNet, true, false},
    {FieldId::FdCip, false, false},  {FieldId::FdLip, false, false},  {FieldId::FdCnet, false, false},
    {FieldId::FdLnet, false, false}, {FieldId::FdSport, true, true},  {FieldId::FdRport, true, true},
    {FieldId::FdPort, true, true},   {FieldId::FdCport, false, true}, {FieldId::FdLport, false, true}};

template <typename Rows>
auto row_of(const Rows& rows, FieldId field) -> decltype(&*std::begin(rows)) {
  const auto found = std::ranges::find_if(rows, [&](const auto& row) { return row.field == field; });
  return found == std::end(rows) ? nullptr : &*found;
}

/// The field that a left side is made of.
const FieldRef* field_of(const CheckedRules& rules, TermId term) {
  const Term& t = rules.term(term);
  if (t.kind == Term::Kind::Field) return &t.field;
  for (const TermId arg : t.args)
    if (const FieldRef* inner = field_of(rules, arg)) return inner;
  return nullptr;
}

void add_event_places(std::vector<Place>& out, const FieldRef& field, const Tree& scene) {
  switch (field.id) {
    case FieldId::EvtType:
      out.push_back(change_event);
      break;
    case FieldId::EvtRes:
    case FieldId::EvtRawres:
      out.push_back([](Tree& s, const std::string& text) {
        event_params(s).at("result") = Tree::scalar(text == "SUCCESS" ? "0" : text);
      });
      break;
    case FieldId::EvtFailed:
      out.push_back([](Tree& s, const std::string& text) {
        event_params(s).at("result") = Tree::scalar(text == "true" ? "EACCES" : "0");
      });
      break;
    case FieldId::EvtIsOpenRead:
    case FieldId::EvtIsOpenWrite:
    case FieldId::EvtIsOpenCreate:
      for (const std::string_view flags : {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_WRONLY|O_CREAT|O_F_CREATED"})
        out.push_back(
            [flags](Tree& s, const std::string&) { event_params(s).at("flags") = Tree::scalar(std::string(flags)); });
      break;
    case FieldId::EvtBuffer:
      out.push_back(param("data"));
      break;
    case FieldId::EvtArgs:
      for (const std::string& name : params_of(scene, [](const fvm::ParamInfo&, size_t) { return true; }))
        out.push_back(param(name));
      break;
    case FieldId::EvtArg:
    case FieldId::EvtRawarg: {
      std::string name = field.key;
      if (field.arg == fvm::FieldArg::Index) {
        const fvm::EventInfo* info = event_info_of(scene);
        if (info == nullptr || field.index < 0 || field.index >= info->param_count) break;
        name = info->params()[static_cast<size_t>(field.index)].name;
      }
      out.push_back(param_and_more(name));
      out.push_back(param(name));
      break;
    }
    default:
      break;
  }
}

void add_descriptor_field_places(std::vector<Place>& out, FieldId field, const Tree& scene) {
  switch (field) {
    case FieldId::FdName:
      add_path_places(out, scene, itself);
      add_descriptor_places(out, scene, itself);
      add_descriptor_places(out, scene, [](const std::string& text) { return "unix " + text; });
      break;
    case FieldId::FdDirectory: {
      const auto file_in = [](const std::string& folder) {
        return folder.ends_with('/') ? folder + "file" : folder + "/file";
      };
      add_path_places(out, scene, file_in);
      add_descriptor_places(out, scene, file_in);
      break;
    }
    case FieldId::FdFilename:
      for (const std::string& name : path_params(scene)) {
        out.push_back([name](Tree& s, const std::string& text) {
          const std::string now = text_at(event_params(s), name);
          event_params(s).at(name) = Tree::scalar((now.empty() ? "/tmp/" : now.substr(0, now.rfind('/') + 1)) + text);
        });
      }
      add_path_places(out, scene, [](const std::string& text) { return "/tmp/" + text; });
      add_descriptor_places(out, scene, [](const std::string& text) { return "/tmp/" + text; });
      break;
    case FieldId::FdTypechar:
    case FieldId::FdType:
      add_descriptor_places(out, scene, descriptor_of_type);
      out.push_back([](Tree& s, const std::string& text) {
        if (text != "f" && text != "file") event_params(s).at("flags") = Tree::scalar("O_RDWR|O_DIRECTORY");
      });
      break;
    case FieldId::FdNum:
      out.push_back(param("result"));
      break;
    case FieldId::FdL4proto:
      add_descriptor_places(out, scene, [](const std::string& text) { return text + " " + std::string(kConnection); });
      break;
    case FieldId::FsPathName:
    case FieldId::FsPathSource:
    case FieldId::FsPathTarget:
      add_path_places(out, scene, itself);
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view event_name(const Tree& scene) {
  const Tree* events = scene.find("events");
  if (events == nullptr || events->items.empty()) return {};
  const Tree& first = events->items.front();
  return first.is_map() ? first.keys.front().text : first.text;
}

Tree& event_params(Tree& scene) {
  Tree& first = scene.at("events").items.front();
  if (first.is_scalar()) {
    Tree map = Tree::map();
    map.at(first.text);
    first = std::move(map);
  }
  Tree& params = first.items.front();
  if (!params.is_map()) params = Tree::map();
  return params;
}

Tree scene_of_event(std::string_view event) {
  Tree scene = Tree::map();
  scene.at("events") = Tree::list({Tree::scalar(std::string(event))});
  return scene;
}

std::vector<Place> places_of(const CheckedRules& rules, const Expr& check, const Tree& scene) {
  std::vector<Place> out;
  const FieldRef* field = field_of(rules, check.lhs);
  if (field == nullptr) return out;
  if (const TextField* row = row_of(kTexts, field->id)) out.push_back(process_text(row->level, std::string(row->key)));
  if (const AncestorField* row = row_of(kAncestors, field->id)) {
    const bool is_one = field->arg == fvm::FieldArg::Index;
    for (const int64_t level : {int64_t{1}, int64_t{2}, int64_t{3}})
      if (!is_one || field->index == level) out.push_back(process_text(level, std::string(row->key)));
    if (is_one && field->index == 0) out.push_back(process_text(0, std::string(row->key)));
  }
  if (const ContainerField* row = row_of(kContainers, field->id))
    out.push_back(container_key(std::string(row->key), std::string(row->suffix)));
  if (const EndField* row = row_of(kEnds, field->id)) {
    for (const std::string& name : descriptor_params(scene))
      out.push_back(connection(name, row->of_server, row->is_port));
  }
  switch (field->id) {
    case FieldId::ProcArgs:
      out.push_back(process_words(0, "args"));
      break;
    case FieldId::ProcEnv:
      if (field->arg == fvm::FieldArg::Key) {
        out.push_back([key = field->key](Tree& s, const std::string& text) { set_variable(process(s), key, text); });
        break;
      }
      out.push_back(process_words(0, "env"));
      break;
    case FieldId::ProcCmdline:
      out.push_back(command_line(0));
      break;
    case FieldId::ProcPcmdline:
      out.push_back(command_line(1));
      break;
    case FieldId::ProcCmdnargs:
      out.push_back([](Tree& s, const std::string& text) {
        const int64_t count = std::clamp<int64_t>(number_of(text).value_or(0), 0, 100);
        process(s).at("args") = Tree::list(std::vector<Tree>(static_cast<size_t>(count), Tree::scalar("x")));
      });
      break;
    case FieldId::ProcStdinType:
      out.push_back(
          [](Tree& s, const std::string& text) { process(s).at("stdin") = Tree::scalar(descriptor_of_type(text)); });
      break;
    case FieldId::ContainerId:
      out.push_back(container_itself);
      break;
    default:
      break;
  }
  add_event_places(out, *field, scene);
  add_descriptor_field_places(out, field->id, scene);
  return out;
}

}  // namespace falcoc::testing
