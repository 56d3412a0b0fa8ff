// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/scene_edits.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/testing/event_edits.h"
#include "tools/testing/stage.h"

namespace falcoc::testing {
namespace {

using fvm::FieldId;

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
