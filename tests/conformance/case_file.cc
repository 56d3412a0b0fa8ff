// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/case_file.h"

#include <yaml-cpp/yaml.h>

#include <stdexcept>

namespace conformance {
namespace {

using Texts = std::vector<std::string>;

std::optional<std::string> text_of(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return std::nullopt;
  return node.as<std::string>();
}

Texts texts_of(const YAML::Node& node) {
  Texts texts;
  if (!node.IsDefined()) return texts;
  if (node.IsScalar()) texts.push_back(node.Scalar());
  if (node.IsSequence())
    for (const YAML::Node& item : node) texts.push_back(item.as<std::string>());
  return texts;
}

bool flag_of(const YAML::Node& node) { return node.IsDefined() && node.as<bool>(); }

ExpectedRule expected_rule(const YAML::Node& node) {
  ExpectedRule rule;
  rule.condition = text_of(node["condition"]);
  rule.output = text_of(node["output"]);
  rule.priority = text_of(node["priority"]);
  rule.desc = text_of(node["desc"]);
  if (node["enabled"]) rule.enabled = node["enabled"].as<bool>();
  if (node["tags"]) rule.tags = texts_of(node["tags"]);
  if (const YAML::Node codes = node["event_codes"]) {
    if (codes.IsScalar()) {
      rule.event_codes_text = codes.Scalar();
    } else {
      rule.event_codes = codes.as<std::vector<uint32_t>>();
    }
  }
  return rule;
}

void read_options(const YAML::Node& options, LoadCase& load) {
  load.extra_sources = texts_of(options["extra_sources"]);
  load.append_output = texts_of(options["append_output"]);
  load.min_priority = text_of(options["min_priority"]);
  if (!options["select"]) return;
  for (const YAML::Node& entry : options["select"]) {
    // Of `enable` and `disable` in one entry, `enable` wins.
    const bool enable = entry["enable"].IsDefined();
    const YAML::Node what = entry[enable ? "enable" : "disable"];
    load.select.push_back({enable, text_of(what["rule"]), text_of(what["tag"])});
  }
}

LoadCase load_case(const YAML::Node& node) {
  LoadCase load;
  load.name = node["name"].as<std::string>();
  load.files = texts_of(node["rules"]);
  if (node["options"]) read_options(node["options"], load);
  const YAML::Node expect = node["expect"];
  load.status = expect["status"].as<std::string>();
  load.code = text_of(expect["code"]);
  if (expect["warnings"]) load.warnings = texts_of(expect["warnings"]);
  if (expect["position"]) load.position = expect["position"].as<std::array<uint32_t, 3>>();
  if (expect["rules"])
    for (const auto& rule : expect["rules"]) load.rules[rule.first.as<std::string>()] = expected_rule(rule.second);
  if (expect["enabled_rules"]) load.enabled_rules = expect["enabled_rules"].as<size_t>();
  return load;
}

World world_of(const YAML::Node& common) {
  World world;
  for (const YAML::Node& node : common["ancestors"]) {
    world.lineage.push_back({node["pid"].as<int64_t>(), text_of(node["name"]).value_or(""), text_of(node["exe"]).value_or(""),
                             text_of(node["exepath"]).value_or(""), texts_of(node["args"])});
  }
  world.environment = texts_of(common["environment"]);
  world.time_zone = text_of(common["time_zone"]).value_or("UTC");
  return world;
}

SceneText scene_of(const YAML::Node& node) {
  SceneText scene;
  scene.description = text_of(node["description"]).value_or("");
  for (const auto& field : node["fields"]) {
    if (field.second.IsScalar() && field.second.Scalar() == "<missing>") continue;
    scene.fields[field.first.as<std::string>()] = texts_of(field.second);
  }
  return scene;
}

}  // namespace

CaseFile read_case_file(const std::string& path) {
  const YAML::Node root = YAML::LoadFile(path);
  CaseFile file;
  if (root.IsSequence()) {
    for (const YAML::Node& node : root) file.loads.push_back(load_case(node));
    return file;
  }
  if (!root.IsMap()) throw std::runtime_error(path + ": neither a list of load cases nor a mapping with scenes");
  if (root["common"]) file.world = world_of(root["common"]);
  for (const auto& scene : root["scenes"]) file.scenes[scene.first.as<std::string>()] = scene_of(scene.second);
  for (const YAML::Node& node : root["filters"]) {
    file.filters.push_back({node["scene"].as<std::string>(), node["filter"].as<std::string>(), node["expect"].as<std::string>(),
                            flag_of(node["bug"])});
  }
  for (const YAML::Node& node : root["formats"]) {
    file.formats.push_back({node["scene"].as<std::string>(), node["format"].as<std::string>(), node["mode"].as<std::string>(),
                            node["result"].as<std::string>(), text_of(node["text"]).value_or(""), flag_of(node["bug"])});
  }
  return file;
}

}  // namespace conformance
