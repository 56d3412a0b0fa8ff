// SPDX-License-Identifier: Apache-2.0
#include "compiler/yaml/rule_forms.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/yaml/exception_ops.h"
#include "compiler/yaml/item_keys.h"

namespace falcoc {

namespace {

class RuleReader {
 public:
  RuleReader(const LoadContext& context, uint32_t node) : context_(context), item_(context, node, "this rule") {}

  bool read() {
    if (!item_.text("rule", Need::Required, name_)) return false;
    if (!read_form()) {
      context_.collection.broken.insert("rule " + name_.text.text());
      return false;
    }
    item_.warn_unknown_keys(item_key_names(ItemKind::Rule));
    return true;
  }

 private:
  bool read_form() {
    bool append = false;
    if (!item_.boolean("append", Need::Optional, append)) return false;
    std::vector<OverrideEntry> overrides;
    if (!read_overrides(item_, overrides)) return false;
    if (!overrides.empty()) {
      if (append) {
        context_.diags.emit<diag::OverrideWithAppend>(item_.key_range("override"));
        return false;
      }
      return override_form(overrides);
    }
    if (append) return append_form();
    if (!item_.has("condition") && !item_.has("output") && !item_.has("desc") && !item_.has("priority")) return enabled_only_form();
    return definition_form();
  }

  RuleDecl* target() { return context_.collection.find_rule(name_.text.view()); }

  // The item's source, when it says one: null counts as none here, other shapes are errors.
  bool read_source(std::string& source) {
    if (item_.kind("source") == RawNode::Kind::Null) return true;
    return item_.string("source", Need::Optional, source);
  }

  bool same_source(const RuleDecl& rule, const std::string& source) {
    if (source.empty() || source == rule.source) return true;
    context_.diags.emit<diag::SourceConflict>(item_.key_range("source"), rule.name, rule.source, source)
        .note("first defined here", rule.name_range);
    return false;
  }

  bool is_known_source(const std::string& source) const {
    const std::vector<std::string>& extra = context_.options.extra_sources;
    return source == "syscall" || std::find(extra.begin(), extra.end(), source) != extra.end();
  }

  bool read_priority(Need need, Priority& out) {
    ScalarText text;
    if (!item_.text("priority", need, text)) return false;
    if (!item_.has("priority")) return true;
    const std::optional<Priority> parsed = parse_priority(text.text.view());
    if (!parsed) {
      Diagnostic& error = context_.diags.emit<diag::BadPriority>(text.range, text.text.view());
      const std::string_view near = nearest_priority(text.text.text());
      if (near.empty()) {
        error.help(fmt::format("priorities are {}", fmt::join(kPriorityNames, ", ")));
      } else {
        error.suggest(text.range, std::string(near));
      }
      return false;
    }
    out = *parsed;
    return true;
  }

  // The words of 2017 were matched as prefixes: `warn`, `crit`, `err`.
  static std::string_view nearest_priority(std::string word) {
    std::transform(word.begin(), word.end(), word.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    std::vector<std::string_view> names = {"emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug", "info"};
    if (word.size() >= 3)
      for (const std::string_view name : names)
        if (name.starts_with(word)) return name;
    const std::string_view near = nearest_name(word, names);
    // The names are literals; what points into them outlives the vector.
    return near;
  }

  bool read_tags(std::vector<std::string>& out) {
    std::vector<ScalarText> scalars;
    if (!item_.scalars("tags", Need::Optional, scalars)) return false;
    std::set<std::string> tags;
    for (const ScalarText& tag : scalars) tags.insert(tag.text.text());
    if (item_.has("tags")) out.assign(tags.begin(), tags.end());
    return true;
  }

  bool finish_exceptions(std::vector<ExceptionItem>& items, const RuleDecl& rule, std::vector<ExceptionDecl>& out) {
    std::set<std::string_view> names;
    for (ExceptionItem& item : items) {
      if (!finish_exception(context_, item, rule.source_known)) return false;
      if (!names.insert(item.decl.name).second)
        context_.diags.emit<diag::ExceptionNameNotUnique>(item.decl.name_range, rule.name, item.decl.name);
    }
    out.clear();
    for (ExceptionItem& item : items) out.push_back(std::move(item.decl));
    return true;
  }

  bool definition_form() {
    RuleDecl rule;
    rule.name = name_.text.text();
    rule.name_range = name_.range;
    rule.range = item_.range();
    rule.mark = item_.mark();
    std::vector<ExceptionItem> exceptions;
    const bool decoded = item_.text("condition", Need::Required, rule.condition) && item_.text("output", Need::Required, rule.output) &&
                         item_.string("desc", Need::Required, rule.desc) && read_priority(Need::Required, rule.priority) &&
                         item_.string("source", Need::Optional, rule.source) &&
                         item_.boolean("enabled", Need::Optional, rule.enabled) &&
                         item_.boolean("warn_evttypes", Need::Optional, rule.warn_evttypes) &&
                         item_.boolean("skip-if-unknown-filter", Need::Optional, rule.skip_if_unknown_filter) &&
                         item_.boolean("capture", Need::Optional, rule.capture) &&
                         item_.unsigned32("capture_duration", Need::Optional, rule.capture_duration_ms) && read_tags(rule.tags) &&
                         read_exceptions(item_, false, exceptions);
    if (!decoded) return false;
    rule.output.text = rule.output.text.trimmed();
    RuleDecl* earlier = target();
    if (earlier != nullptr && !same_source(*earlier, rule.source)) return false;
    rule.source_known = is_known_source(rule.source);
    if (!rule.source_known) context_.diags.emit<diag::UnknownSource>(item_.key_range("source"), rule.name, rule.source);
    if (!finish_exceptions(exceptions, rule, rule.exceptions)) return false;
    rule.visibility = context_.collection.next_number++;
    rule.first = earlier == nullptr ? rule.visibility : earlier->first;
    if (earlier == nullptr) {
      earlier = &context_.collection.add_rule(rule.name);
    } else {
      context_.collection.note_replacement("rule", rule.name, earlier->name_range, rule.name_range);
    }
    *earlier = std::move(rule);
    return true;
  }

  bool append_form() {
    context_.diags.emit<diag::DeprecatedAppend>(item_.key_range("append"));
    ScalarText condition;
    std::vector<ExceptionItem> exceptions;
    std::string source;
    if (!item_.text("condition", Need::Optional, condition) || !read_exceptions(item_, true, exceptions) || !read_source(source)) return false;
    RuleDecl* rule = target();
    if (rule == nullptr) return report_no_target(context_, "rule", name_);
    if (!item_.has("condition") && exceptions.empty()) {
      context_.diags.emit<diag::AppendNothing>(name_.range, name_.text.view());
      return false;
    }
    if (!same_source(*rule, source)) return false;
    if (!append_exceptions(context_, std::move(exceptions), *rule)) return false;
    if (item_.has("condition")) append_text(rule->condition, condition);
    rule->visibility = context_.collection.next_number++;
    return true;
  }

  static void append_text(ScalarText& to, const ScalarText& more) {
    to.text.append(" ", more.range);
    to.joints.push_back(static_cast<uint32_t>(to.text.size()));
    to.text.append(more.text);
  }

  bool enabled_only_form() {
    bool enabled = true;
    if (!item_.has("enabled")) {
      context_.diags.emit<diag::MissingKey>(name_.range, "this rule", "condition")
          .note("a rule has condition, output, desc and priority; only `enabled` can stand alone");
      return false;
    }
    if (!item_.boolean("enabled", Need::Required, enabled)) return false;
    context_.diags.emit<diag::DeprecatedEnabledOnly>(name_.range);
    RuleDecl* rule = target();
    if (rule == nullptr) return report_no_target(context_, "rule", name_);
    rule->enabled = enabled;
    return true;
  }

  bool check_overrides(const std::vector<OverrideEntry>& overrides) {
    for (const OverrideEntry& entry : overrides) {
      const ItemKey* key = find_item_key(ItemKind::Rule, entry.key);
      const bool allowed = key != nullptr && (entry.append ? key->can_append : key->can_replace);
      if (!allowed) {
        context_.diags.emit<diag::OverrideNotAllowed>(entry.range, entry.key, "rule",
                                                      std::string_view(entry.append ? "append" : "replace"));
        return false;
      }
      if (!item_.has(entry.key)) {
        context_.diags.emit<diag::OverrideKeyAbsent>(entry.range, entry.key);
        return false;
      }
    }
    for (const ItemKey& key : kItemKeys) {
      if (key.item != ItemKind::Rule) continue;
      const bool listed = std::any_of(overrides.begin(), overrides.end(), [&](const OverrideEntry& e) { return e.key == key.name; });
      if (!key.can_replace || listed || !item_.has(key.name)) continue;
      context_.diags.emit<diag::OverrideKeyUnlisted>(item_.key_range(key.name), key.name);
      return false;
    }
    return true;
  }

  // Decodes every value first, so that a bad item leaves the rule as it was.
  bool override_form(const std::vector<OverrideEntry>& overrides) {
    if (!check_overrides(overrides)) return false;
    const auto op = [&](std::string_view key) {
      const auto found = std::find_if(overrides.begin(), overrides.end(), [&](const OverrideEntry& e) { return e.key == key; });
      return found == overrides.end() ? nullptr : &*found;
    };
    RuleDecl* found = target();
    if (found == nullptr) return report_no_target(context_, "rule", name_);
    RuleDecl rule = *found;
    std::string source;
    if (!read_source(source)) return false;
    // The reference compares sources only where it touches the condition.
    if (op("condition") != nullptr && !same_source(rule, source)) return false;
    const bool decoded = override_text("condition", op("condition"), rule.condition) && override_text("output", op("output"), rule.output) &&
                         override_desc(op("desc"), rule.desc) && override_tags(op("tags"), rule.tags) &&
                         override_exceptions(op("exceptions"), rule) && read_priority(Need::Optional, rule.priority) &&
                         item_.boolean("enabled", Need::Optional, rule.enabled) &&
                         item_.boolean("warn_evttypes", Need::Optional, rule.warn_evttypes) &&
                         item_.boolean("skip-if-unknown-filter", Need::Optional, rule.skip_if_unknown_filter) &&
                         item_.boolean("capture", Need::Optional, rule.capture) &&
                         item_.unsigned32("capture_duration", Need::Optional, rule.capture_duration_ms);
    if (!decoded) return false;
    rule.visibility = context_.collection.next_number++;
    *found = std::move(rule);
    return true;
  }

  // Errors in replaced text point at the new text; the reference position stays that of the definition.
  bool override_text(std::string_view key, const OverrideEntry* entry, ScalarText& out) {
    ScalarText value;
    if (entry == nullptr) return true;
    if (!item_.text(key, Need::Required, value)) return false;
    if (entry->append) {
      append_text(out, value);
    } else {
      out.text = std::move(value.text);
      out.range = value.range;
      out.joints.clear();
    }
    return true;
  }

  bool override_desc(const OverrideEntry* entry, std::string& out) {
    std::string value;
    if (entry == nullptr) return true;
    if (!item_.string("desc", Need::Required, value)) return false;
    out = entry->append ? out + " " + value : value;
    return true;
  }

  bool override_tags(const OverrideEntry* entry, std::vector<std::string>& out) {
    std::vector<std::string> value;
    if (entry == nullptr) return true;
    if (!read_tags(value)) return false;
    if (entry->append) value.insert(value.end(), out.begin(), out.end());
    std::sort(value.begin(), value.end());
    value.erase(std::unique(value.begin(), value.end()), value.end());
    out = std::move(value);
    return true;
  }

  bool override_exceptions(const OverrideEntry* entry, RuleDecl& rule) {
    std::vector<ExceptionItem> items;
    if (entry == nullptr) return true;
    if (!read_exceptions(item_, entry->append, items)) return false;
    if (entry->append) return append_exceptions(context_, std::move(items), rule);
    return finish_exceptions(items, rule, rule.exceptions);
  }

  const LoadContext& context_;
  ItemReader item_;
  ScalarText name_;
};

}  // namespace

bool read_overrides(const ItemReader& item, std::vector<OverrideEntry>& out) {
  const std::optional<uint32_t> node = item.find("override");
  if (!node) return true;
  const LoadContext& context = item.context();
  const RawNode& raw = context.document[*node];
  if (raw.kind == RawNode::Kind::Sequence) {
    context.diags.emit<diag::OverrideNotMapping>(range_of(context.sources, context.document, *node));
    return false;
  }
  if (raw.kind != RawNode::Kind::Mapping) return true;
  for (size_t i = 0; i + 1 < raw.children.size(); i += 2) {
    const RawNode& key = context.document[raw.children[i]];
    const RawNode& value = context.document[raw.children[i + 1]];
    const SourceRange where = range_of(context.sources, context.document, raw.children[i + 1]);
    if (value.kind != RawNode::Kind::Scalar || (value.value != "append" && value.value != "replace")) {
      context.diags
          .emit<diag::OverrideBadOperation>(where, value.kind == RawNode::Kind::Scalar ? value.value : describe(value.kind))
          .help("it is `append` or `replace`");
      return false;
    }
    const bool known = std::any_of(out.begin(), out.end(), [&](const OverrideEntry& e) { return e.key == key.value; });
    if (!known) out.push_back({key.value, value.value == "append", where});
  }
  return true;
}

bool read_rule(const LoadContext& context, uint32_t node) { return RuleReader(context, node).read(); }

}  // namespace falcoc
