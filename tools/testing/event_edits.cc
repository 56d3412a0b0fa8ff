// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/event_edits.h"

#include <algorithm>

#include "tools/testing/stage.h"

namespace falcoc::testing {
namespace {

using fvm::FieldId;

constexpr std::string_view kConnection = "10.0.0.5:40000->203.0.113.9:443";

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

}  // namespace

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
  const auto end = std::ranges::find(kEnds, field, &EndField::field);
  if (end != std::end(kEnds)) {
    for (const std::string& name : descriptor_params(scene))
      out.push_back(connection(name, end->of_server, end->is_port));
  }
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

}  // namespace falcoc::testing
