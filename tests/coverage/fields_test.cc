// SPDX-License-Identifier: Apache-2.0
//
// fields/*.txt: what fields yield in made-up captures, through reader, state and getters. A field without a case that
// asserts a value in each of its argument forms, or without one that says when it has none, fails by name.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "field_cases.h"
#include "play.h"
#include "vm/alert/value_text.h"
#include "vm/field/field_memory.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

/// How an argument is written.
enum class ArgForm { Plain, Index, Bracket, Suffix };

ArgForm form_of(std::string_view text, const FieldInfo& field) {
  if (text.size() == field.name.size()) return ArgForm::Plain;
  if (text[field.name.size()] == '.') return ArgForm::Suffix;
  const std::string_view inside = text.substr(field.name.size() + 1, text.size() - field.name.size() - 2);
  const bool digits = inside.find_first_not_of("0123456789") == std::string_view::npos;
  return digits ? ArgForm::Index : ArgForm::Bracket;
}

std::vector<ArgForm> forms_of(const FieldInfo& field) {
  std::vector<ArgForm> forms;
  if (field.arg == ArgKind::None || field.has(FALCO_FF_ARG_OPTIONAL)) forms.push_back(ArgForm::Plain);
  switch (field.arg) {
    case ArgKind::None:
      break;
    case ArgKind::Index:
      forms.push_back(ArgForm::Index);
      break;
    case ArgKind::Key:
      forms.push_back(ArgForm::Bracket);
      break;
    case ArgKind::IndexOrKey:
      forms.insert(forms.end(), {ArgForm::Index, ArgForm::Bracket});
      break;
    case ArgKind::Suffix:
    case ArgKind::EventName:
      forms.push_back(ArgForm::Suffix);
      break;
    case ArgKind::KeyOrSuffix:
      forms.insert(forms.end(), {ArgForm::Bracket, ArgForm::Suffix});
      break;
    case ArgKind::EventParam:
      forms.push_back(ArgForm::Suffix);
      if (field.type != TypeId::DYN) forms.push_back(ArgForm::Index);
      break;
  }
  return forms;
}

const std::array<std::string, 4> kFormNames = {"without argument", "[N]", "[KEY]", ".NAME"};

struct Cover {
  std::set<std::pair<FieldId, ArgForm>> valued;
  std::set<FieldId> missing, always, never;
};

void check_case(const FieldCase& c, const EvalContext& context, Cover& cover) {
  INFO(c.place << ": " << c.field);
  const NamedField field(c.field);
  bool value = false;
  switch (c.form) {
    case FieldCase::Form::None:
      CHECK(field.shown(context) == kNoValue);
      CHECK(field.compared(context) == kNoValue);
      break;
    case FieldCase::Form::Shown:
      CHECK(field.shown(context) == c.expected);
      value = c.expected != kNoValue;
      break;
    case FieldCase::Form::Compared:
      CHECK(field.compared(context) == c.expected);
      value = c.expected != kNoValue;
      break;
    case FieldCase::Form::Json: {
      Arena arena;
      const ValueList list = LiveFields(context).read_for_output(field.use(), arena);
      CHECK(to_line(to_json(list, style_of(field.use()))) == c.expected);
      value = c.expected != "null";
      break;
    }
  }
  if (value) {
    cover.valued.emplace(field.use().id, form_of(c.field, field_info(field.use().id)));
  } else {
    cover.missing.insert(field.use().id);
  }
}

void play_scene(const FieldScene& scene, const FieldCaseFile& promises, Cover& cover) {
  INFO("scene " << scene.name);
  FieldMemory memory;
  size_t next = 0;
  play(scene.capture.bytes(), [&](const PlayedEvent& played) {
    while (next < scene.steps.size() && scene.steps[next].ts_ns < played.event.ts_ns) {
      CHECK_MESSAGE(scene.steps[next].cases.empty(), scene.steps[next].place << ": this event is never shown");
      ++next;
    }
    if (played.hidden) return;
    REQUIRE(next < scene.steps.size());
    const SceneStep& step = scene.steps[next++];
    REQUIRE(step.ts_ns == played.event.ts_ns);
    EvalContext context = played.context;
    context.memory = &memory;
    for (const FieldCase& c : step.cases) check_case(c, context, cover);
    INFO(step.place);
    context.memory = nullptr;  // what is looked at here doesn't count for the cases
    for (const std::string& name : promises.always) CHECK_MESSAGE(NamedField(name).compared(context) != kNoValue, name);
    for (const std::string& name : promises.never) {
      CHECK_MESSAGE(NamedField(name).compared(context) == kNoValue, name);
      CHECK_MESSAGE(NamedField(name).shown(context) == kNoValue, name);
    }
  });
  for (; next < scene.steps.size(); ++next)
    CHECK_MESSAGE(scene.steps[next].cases.empty(), scene.steps[next].place << ": this event is never shown");
}

}  // namespace

TEST_CASE("each field yields what its cases say") {
  FieldCaseFile all;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(FALCO_SOURCE_DIR "/tests/coverage/fields"))
    if (entry.path().extension() == ".txt") files.push_back(entry.path().string());
  std::sort(files.begin(), files.end());
  for (const std::string& path : files) {
    FieldCaseFile file = read_field_cases(path);
    std::move(file.scenes.begin(), file.scenes.end(), std::back_inserter(all.scenes));
    all.always.insert(all.always.end(), file.always.begin(), file.always.end());
    all.never.insert(all.never.end(), file.never.begin(), file.never.end());
  }
  Cover cover;
  for (const std::string& name : all.always) cover.always.insert(NamedField(name).use().id);
  for (const std::string& name : all.never) cover.never.insert(NamedField(name).use().id);
  size_t cases = 0;
  for (const FieldScene& scene : all.scenes) {
    play_scene(scene, all, cover);
    for (const SceneStep& step : scene.steps) cases += step.cases.size();
  }

  for (size_t i = 0; i < kFieldCount; ++i) {
    const auto id = static_cast<FieldId>(i);
    const FieldInfo& field = kFields[i];
    if (cover.never.contains(id)) {
      for (const ArgForm form : forms_of(field))
        CHECK_MESSAGE(!cover.valued.contains({id, form}), field.name << " is said never to have a value");
      continue;
    }
    for (const ArgForm form : forms_of(field)) {
      CHECK_MESSAGE(cover.valued.contains({id, form}),
                    "no case asserts a value of " << field.name << " " << kFormNames[static_cast<size_t>(form)]);
    }
    CHECK_MESSAGE((cover.missing.contains(id) || cover.always.contains(id)),
                  "no case says when " << field.name << " has no value, nor that it always has one");
  }
  MESSAGE(cases << " cases in " << all.scenes.size() << " scenes");
}
