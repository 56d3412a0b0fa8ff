// SPDX-License-Identifier: Apache-2.0
//
// Documents, items, lists, macros and version requirements. Rules have their own file, rule_forms.cc.
#include "compiler/yaml/rule_items.h"

#include <algorithm>
#include <array>

#include "compiler/yaml/item_keys.h"
#include "compiler/yaml/item_reader.h"
#include "compiler/yaml/rule_forms.h"
#include "compiler/yaml/yaml_reader.h"

namespace falcoc {

namespace {

/// More errors than this help nobody.
constexpr size_t kMostErrors = 50;

bool is_list_name(std::string_view name) { return name.find_first_of("()\"' \t\r\n\b=,") == std::string_view::npos; }

bool is_macro_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (name.empty() || !letter(name[0])) return false;
  return std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9') || c == '_'; });
}

/// Whether a list or macro item extends an earlier one; false: error emitted.
bool read_append(const ItemReader& item, std::string_view kind, std::string_view key, bool& append) {
  append = false;
  if (!item.boolean("append", Need::Optional, append)) return false;
  if (append) item.context().diags.emit<diag::DeprecatedAppend>(item.key_range("append"));
  std::vector<OverrideEntry> overrides;
  if (!read_overrides(item, overrides)) return false;
  for (const OverrideEntry& entry : overrides) {
    if (append) {
      item.context().diags.emit<diag::OverrideWithAppend>(item.key_range("override"));
      return false;
    }
    if (entry.key != key) {
      item.context().diags.emit<diag::OverrideNotAllowed>(entry.range, entry.key, kind,
                                                          std::string_view(entry.append ? "append" : "replace"));
      return false;
    }
  }
  append = append || std::any_of(overrides.begin(), overrides.end(), [](const OverrideEntry& e) { return e.append; });
  return true;
}

bool read_list(const LoadContext& context, uint32_t node) {
  const ItemReader item(context, node, "this list");
  Collection& collection = context.collection;
  ScalarText name;
  std::vector<ScalarText> items;
  if (!item.text("list", Need::Required, name)) return false;
  if (!is_list_name(name.text.view())) context.diags.emit<diag::InvalidListName>(name.range, name.text.view());
  bool append = false;
  const bool decoded = item.scalars("items", Need::Required, items) && read_append(item, "list", "items", append);
  if (!decoded) {
    collection.broken.insert("list " + name.text.text());
    return false;
  }
  ListDecl* list = collection.find_list(name.text.view());
  if (append && list == nullptr) return report_no_target(context, "list", name);
  const uint32_t number = collection.next_number++;
  if (list == nullptr) {
    list = &collection.add_list(name.text.text());
    list->first = number;
  }
  if (!append && list->first != number) collection.note_replacement("list", list->name, list->name_range, name.range);
  list->visibility = number;
  if (append) {
    std::move(items.begin(), items.end(), std::back_inserter(list->items));
  } else {
    list->items = std::move(items);
    list->range = item.range();
    list->name_range = name.range;
  }
  item.warn_unknown_keys(item_key_names(ItemKind::List));
  return true;
}

bool read_macro(const LoadContext& context, uint32_t node) {
  const ItemReader item(context, node, "this macro");
  Collection& collection = context.collection;
  ScalarText name;
  ScalarText condition;
  if (!item.text("macro", Need::Required, name)) return false;
  if (!is_macro_name(name.text.view())) context.diags.emit<diag::InvalidMacroName>(name.range, name.text.view());
  bool append = false;
  const bool decoded = item.text("condition", Need::Required, condition) && read_append(item, "macro", "condition", append);
  if (!decoded) {
    collection.broken.insert("macro " + name.text.text());
    return false;
  }
  MacroDecl* macro = collection.find_macro(name.text.view());
  if (append && macro == nullptr) return report_no_target(context, "macro", name);
  const uint32_t number = collection.next_number++;
  if (macro == nullptr) {
    macro = &collection.add_macro(name.text.text());
    macro->first = number;
  }
  if (!append && macro->first != number) collection.note_replacement("macro", macro->name, macro->name_range, name.range);
  macro->visibility = number;
  if (append) {
    macro->condition.text.append(" ", condition.range);
    macro->condition.joints.push_back(static_cast<uint32_t>(macro->condition.text.size()));
    macro->condition.text.append(condition.text);
  } else {
    macro->condition = std::move(condition);
    macro->range = item.range();
    macro->name_range = name.range;
    macro->mark = item.mark();
  }
  item.warn_unknown_keys(item_key_names(ItemKind::Macro));
  return true;
}

std::string words(EngineVersion version) { return fmt::format("{}.{}.{}", version.major, version.minor, version.patch); }

bool read_engine_version(const LoadContext& context, uint32_t node) {
  const ItemReader item(context, node, "this item");
  constexpr std::string_view kKey = "required_engine_version";
  ScalarText value;
  if (!item.text(kKey, Need::Required, value)) return false;
  EngineVersion wanted;
  if (const std::optional<uint32_t> minor = parse_unsigned32(value.text.view())) {
    wanted.minor = *minor;
  } else if (const std::optional<EngineVersion> version = parse_version(value.text.view())) {
    wanted = *version;
  } else {
    context.diags.emit<diag::BadVersion>(value.range, value.text.view());
    return false;
  }
  if (wanted.major != kEngineVersion.major || wanted > kEngineVersion) {
    context.diags.emit<diag::EngineTooOld>(value.range, words(wanted), words(kEngineVersion));
    return false;
  }
  context.collection.required_engine = std::max(context.collection.required_engine, wanted);
  constexpr std::string_view kKeys[] = {kKey};
  item.warn_unknown_keys(kKeys);
  return true;
}

bool read_plugin(const ItemReader& entry, PluginRequirement& out) {
  const LoadContext& context = entry.context();
  ScalarText name;
  ScalarText version;
  if (!entry.text("name", Need::Required, name) || !entry.text("version", Need::Required, version)) return false;
  if (!parse_version(version.text.view())) {
    context.diags.emit<diag::BadPluginVersion>(version.range, version.text.view());
    return false;
  }
  for (const PluginRequirement::Plugin& other : out.any_of) {
    if (other.name != name.text.view()) continue;
    context.diags.emit<diag::PluginNamedTwice>(name.range, name.text.view());
    return false;
  }
  out.any_of.push_back({name.text.text(), version.text.text()});
  return true;
}

bool read_plugin_versions(const LoadContext& context, uint32_t node) {
  const ItemReader item(context, node, "this item");
  constexpr std::string_view kKey = "required_plugin_versions";
  const auto refuse = [&](uint32_t bad, std::string_view key) {
    const RawNode& raw = context.document[bad];
    context.diags.emit<diag::NotSequence>(range_of(context.sources, context.document, bad), key, describe(raw.kind));
    return false;
  };
  const auto refuse_entry = [&](uint32_t bad, std::string_view what) {
    context.diags.emit<diag::NotMapping>(range_of(context.sources, context.document, bad), what, describe(context.document[bad].kind));
    return false;
  };
  const uint32_t list = *item.find(kKey);
  if (context.document[list].kind != RawNode::Kind::Sequence) return refuse(list, kKey);
  for (const uint32_t child : context.document[list].children) {
    if (context.document[child].kind != RawNode::Kind::Mapping) return refuse_entry(child, "a plugin requirement");
    const ItemReader entry(context, child, "this plugin requirement");
    PluginRequirement requirement;
    requirement.range = entry.range();
    if (!read_plugin(entry, requirement)) return false;
    if (const std::optional<uint32_t> alternatives = entry.find("alternatives")) {
      if (context.document[*alternatives].kind != RawNode::Kind::Sequence) return refuse(*alternatives, "alternatives");
      for (const uint32_t alternative : context.document[*alternatives].children) {
        if (context.document[alternative].kind != RawNode::Kind::Mapping) return refuse_entry(alternative, "an alternative plugin");
        if (!read_plugin(ItemReader(context, alternative, "this alternative"), requirement)) return false;
      }
    }
    context.collection.plugins.push_back(std::move(requirement));
  }
  constexpr std::string_view kKeys[] = {kKey};
  item.warn_unknown_keys(kKeys);
  return true;
}

/// What a mapping at top level probably is; empty when unknown.
std::string_view kind_of_file(const ItemReader& top) {
  if (top.has("apiVersion") && top.has("kind")) return "a Kubernetes manifest";
  if (top.has("rules_files") || top.has("rules_file") || top.has("json_output") || top.has("engine") || top.has("load_plugins"))
    return "a Falco configuration file (falco.yaml)";
  if (top.has("customRules") || top.has("falcosidekick") || (top.has("falco") && top.has("image"))) return "a Helm values file";
  if (top.has("services") || top.has("x-common")) return "a Docker Compose file";
  if (top.has("detection") && top.has("logsource")) return "a Sigma rule";
  if (top.has("rule") || top.has("macro") || top.has("list")) return "a single item that lacks its leading `- `";
  if (top.has("artifacts") || top.has("registries")) return "a falcoctl configuration";
  return {};
}

bool check_top_level(const LoadContext& context) {
  const RawDocument& document = context.document;
  const RawNode& root = document[document.root];
  if (root.kind == RawNode::Kind::Sequence) return true;
  const SourceRange where = range_of(context.sources, document, document.root);
  if (root.kind == RawNode::Kind::Mapping) {
    const std::string_view kind = kind_of_file(ItemReader(context, document.root, "this file"));
    if (!kind.empty()) {
      context.diags.emit<diag::WrongKindOfFile>(where, kind);
      return false;
    }
  }
  context.diags.emit<diag::TopLevelNotSequence>(where, describe(root.kind));
  return false;
}

bool read_item(const LoadContext& context, uint32_t node) {
  const RawNode& raw = context.document[node];
  if (raw.kind == RawNode::Kind::Null) return true;
  if (raw.kind != RawNode::Kind::Mapping) {
    context.diags.emit<diag::ItemNotMapping>(range_of(context.sources, context.document, node), describe(raw.kind));
    return false;
  }
  struct Kind {
    std::string_view key;
    bool (*read)(const LoadContext&, uint32_t);
  };
  static constexpr Kind kKinds[] = {{"required_engine_version", read_engine_version},
                                    {"required_plugin_versions", read_plugin_versions},
                                    {"list", read_list},
                                    {"macro", read_macro},
                                    {"rule", read_rule}};
  const ItemReader item(context, node, "this item");
  for (const Kind& kind : kKinds)
    if (item.has(kind.key)) return kind.read(context, node);
  Diagnostic& warning = context.diags.emit<diag::UnknownItem>(item.range());
  std::vector<std::string_view> kinds;
  for (const Kind& kind : kKinds) kinds.push_back(kind.key);
  const std::vector<uint32_t>& children = context.document[node].children;
  for (size_t i = 0; i + 1 < children.size() && !warning.suggestion; i += 2) {
    if (const std::string_view near = nearest_name(context.document[children[i]].value, kinds); !near.empty())
      warning.suggest(range_of(context.sources, context.document, children[i]), std::string(near));
  }
  if (item.has("hosts") && (item.has("tasks") || item.has("roles"))) warning.note("this looks like an Ansible playbook");
  return true;
}

}  // namespace

bool report_no_target(const LoadContext& context, std::string_view kind, const ScalarText& name) {
  if (context.collection.broken.contains(std::string(kind) + " " + name.text.text())) return true;
  context.diags.emit<diag::AppendWithoutTarget>(name.range, kind, name.text.view());
  return false;
}

bool load_rules(const SourceManager& sources, uint32_t file, const LoadOptions& options, Collection& collection, Diagnostics& diags) {
  const size_t errors_before = diags.error_count();
  const std::optional<std::vector<RawDocument>> documents =
      options.recall != nullptr ? read_yaml_pieces(sources, file, *options.recall, diags) : read_yaml(sources, file, diags);
  if (!documents) return false;
  for (const RawDocument& document : *documents) {
    const LoadContext context{sources, document, options, collection, diags};
    if (!check_top_level(context)) return false;
    for (const uint32_t item : document[document.root].children) {
      read_item(context, item);
      if (diags.error_count() - errors_before >= kMostErrors) return false;
    }
  }
  return diags.error_count() == errors_before;
}

}  // namespace falcoc
