// SPDX-License-Identifier: Apache-2.0
#include "scene.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>

#include "capture/scap_reader.h"
#include "vm/alert/value_text.h"

namespace fvm::testing {
namespace {

constexpr std::string_view kNone = "<none>";

std::string one_text(const Value& value, PrintStyle style) {
  style.is_list = false;
  std::string out;
  append_text(out, {&value, 1, true}, style);
  return out;
}

}  // namespace

Scene& Scene::event(EventCode code, int64_t tid, const std::vector<Param>& params, const EventOptions& options) {
  REQUIRE(played_ == 0);
  capture.event(code, kSceneStart_ns + events_ * kSceneStep_ns, tid, params, options);
  ++events_;
  return *this;
}

void Scene::play() {
  if (played_ == events_) return;
  auto opened = open_capture(Bytes(capture.bytes()));
  REQUIRE(opened);
  source_ = std::move(*opened);
  state_ = std::make_unique<State>();
  std::span<EventView> batch;
  while (played_ < events_) {
    REQUIRE(source_->next_batch(*state_, batch) == BatchStatus::Events);
    for (const EventView& event : batch) {
      event_ = event;
      event_.num = ++played_;
      context_ = {};
      REQUIRE(state_->update(event_, context_));
      context_.memory = &memory_;
    }
  }
}

FieldUse Scene::use_of(std::string_view field) {
  FieldUse use;
  size_t best = 0;
  for (size_t i = 0; i < kFieldCount; ++i) {
    const std::string_view name = kFields[i].name;
    const bool ends = field.size() == name.size() || (field.size() > name.size() && (field[name.size()] == '[' || field[name.size()] == '.'));
    if (name.size() > best && field.starts_with(name) && ends) {
      best = name.size();
      use.id = static_cast<FieldId>(i);
    }
  }
  REQUIRE_MESSAGE(best != 0, std::string(field));
  use.type = field_info(use.id).type;
  std::string_view arg = field.substr(best);
  if (!arg.empty()) {
    arg = arg.front() == '[' ? arg.substr(1, arg.size() - 2) : arg.substr(1);
    if (std::all_of(arg.begin(), arg.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      use.arg = FieldArg::Index;
      std::from_chars(arg.data(), arg.data() + arg.size(), use.index);
    } else {
      use.arg = FieldArg::Key;
      use.key = *keys_.emplace_back(std::make_unique<std::string>(arg));
    }
  }
  if (use.id == FieldId::EvtRawarg) {
    for (const ParamInfo& param : event_.info().params())
      if (param.name == use.key) use.type = param.type;
  }
  const auto known = std::find(names_.begin(), names_.end(), field);
  use.slot = static_cast<uint32_t>(known - names_.begin());
  if (known == names_.end()) names_.emplace_back(field);
  return use;
}

std::string Scene::shown(std::string_view field) {
  play();
  const FieldUse use = use_of(field);
  const ValueList value = LiveFields(context_).read_for_output(use, arena_);
  if (!value.present || !is_printable(style_of(use))) return std::string(kNone);
  std::string out;
  append_text(out, value, style_of(use));
  return out;
}

std::string Scene::compared(std::string_view field) {
  play();
  const FieldUse use = use_of(field);
  const ValueList value = LiveFields(context_).read(use, arena_);
  if (!value.present) return std::string(kNone);
  std::string out;
  for (const Value& v : value.values()) {
    if (&v != value.data) out += '|';
    out += one_text(v, style_of(use));
  }
  return out;
}

std::string Scene::shorthand(std::string_view field) {
  play();
  uint64_t number = 0;
  return LiveFields(context_).shorthand(use_of(field), number) ? std::to_string(number) : std::string(kNone);
}

std::vector<ThreadRecord> shell_session() {
  std::vector<ThreadRecord> threads;
  const auto add = [&](int64_t id, int64_t parent, const char* comm, const char* exe, const char* path) -> ThreadRecord& {
    ThreadRecord thread;
    thread.tid = thread.pid = thread.vtid = thread.vpid = id;
    thread.sid = thread.vpgid = thread.pgid = id;
    thread.ptid = parent;
    thread.comm = comm;
    thread.exe = exe;
    thread.exepath = path;
    return threads.emplace_back(thread);
  };
  add(1, 0, "init", "/sbin/init", "/sbin/init");
  add(20, 1, "sshd", "sshd", "/usr/sbin/sshd").args = nul_list({"-D"});
  add(21, 20, "bash", "-bash", "/usr/bin/bash").env = nul_list({"HOME=/root", "EMPTY=", "PAD=  x  "});
  ThreadRecord& cat = add(22, 21, "cat", "cat", "/usr/bin/cat");
  cat.sid = 21;
  cat.cwd = "/home/u/";
  cat.args = nul_list({"-n", "/etc/shadow", "a b"});
  cat.env = nul_list({"PATH=/usr/bin", "HOME=/home/u"});
  cat.fdlimit = 200;
  cat.uid = cat.loginuid = 1000;
  cat.gid = 100;
  cat.tty = 34816;
  return threads;
}

}  // namespace fvm::testing
