// SPDX-License-Identifier: Apache-2.0
//
// Generated scenes as a file of tests: one hit in full, everything else as what differs from it.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "tools/testing/generate.h"

namespace falcoc::testing {
namespace {

namespace fs = std::filesystem;

constexpr size_t kLineBytes = 130;

/// What has to be laid over `base` to get `wanted`.
Tree difference(const Tree& base, const Tree& wanted) {
  Tree out = Tree::map();
  for (size_t i = 0; i < wanted.size(); ++i) {
    const std::string& key = wanted.keys[i].text;
    const Tree* before = base.find(key);
    if (before == nullptr) {
      out.at(key) = wanted.items[i];
    } else if (!(*before == wanted.items[i])) {
      out.at(key) =
          before->is_map() && wanted.items[i].is_map() ? difference(*before, wanted.items[i]) : wanted.items[i];
    }
  }
  for (const Tree& key : base.keys)
    if (wanted.find(key.text) == nullptr) out.at(key.text) = Tree();
  return out;
}

/// Whether `EVENT: VALUE` gives this parameter and nothing else: of programs that are started it would give the name,
/// too.
bool is_main(std::string_view event, std::string_view param) {
  if (has_param(event, "comm")) return false;
  return param == main_param_of(event) || (param == "path" && takes_path(event));
}

/// `open: {name: /etc/shadow}` as `open: /etc/shadow`, `execve: {}` as `execve`.
Tree shortened(const Tree& scene) {
  Tree out = scene;
  Tree* events = out.find("events");
  if (events == nullptr) return out;
  for (Tree& event : events->items) {
    if (!event.is_map() || !event.items.front().is_map()) continue;
    const Tree params = event.items.front();
    if (params.size() == 0) {
      event = event.keys.front();
    } else if (params.size() == 1 && is_main(event.keys.front().text, params.keys.front().text)) {
      event.items.front() = params.items.front();
    }
  }
  return out;
}

/// A list in flow style, broken into lines.
std::string wrapped(const std::vector<std::string>& texts, size_t indent) {
  std::string out = "[";
  size_t column = indent;
  for (size_t i = 0; i < texts.size(); ++i) {
    std::string word = flow_text(Tree::scalar(texts[i]));
    if (i + 1 < texts.size()) word += ",";
    if (column + word.size() + 1 > kLineBytes) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (i != 0) {
      out += " ";
    }
    out += word;
    column += word.size() + 1;
  }
  return out + "]";
}

class Printer {
 public:
  Printer(uint32_t rule, Player& player)
      : rules_(player.rules().rules()), tree_(player.trees()[rule]), rule_(rules_.rules[rule]) {}

  std::string print(const Generated& g, const std::vector<std::string>& paths) {
    const auto to = [&] { return std::back_inserter(out_); };
    fmt::format_to(to(),
                   "# Made from the rule by `falcoc test --generate`: say what the cases mean, and drop those that "
                   "mean nothing.\n{}cases:\n",
                   paths.empty() ? std::string() : "rules: " + wrapped(paths, 8) + "\n");
    if (!g.hit) {
      out_ +=
          "  []\n# No event was found that the rule alerts on. Fields that only several events together set are not "
          "tried.\n";
      return out_;
    }
    fmt::format_to(to(), "  - name: {}\n    hit: {}\n", word(rule_.name), word(rule_.name));
    const Tree hit = shortened(*g.hit);
    for (size_t i = 0; i < hit.size(); ++i)
      fmt::format_to(to(), "    {}: {}\n", hit.keys[i].text, flow_text(hit.items[i]));
    if (!g.hits.empty() || !g.hit_elements.empty()) out_ += "    also:\n";
    for (const GeneratedScene& s : g.hits)
      variant((s.holds ? "by " : "without ") + predicate(s.leaf), difference(*g.hit, s.scene));
    for (const ElementScenes& e : g.hit_elements) elements(e, *g.hit);
    if (!g.misses.empty() || !g.miss_elements.empty()) out_ += "    near_misses:\n";
    for (const GeneratedScene& s : g.misses)
      variant((s.holds ? "with " : "without ") + predicate(s.leaf), difference(*g.hit, s.scene));
    for (const ElementScenes& e : g.miss_elements) elements(e, *g.hit);
    for (const uint32_t leaf : g.without_hit)
      fmt::format_to(to(), "# no hit was found that this decides: {}\n", predicate(leaf));
    for (const uint32_t leaf : g.without_miss)
      fmt::format_to(to(), "# no near miss was found that this decides: {}\n", predicate(leaf));
    return out_;
  }

 private:
  static std::string word(const std::string& text) { return flow_text(Tree::scalar(text)); }
  std::string predicate(uint32_t leaf) const { return predicate_text(rules_, tree_.leaves()[leaf].expr); }
  void variant(const std::string& name, const Tree& all_changes) {
    const Tree changes = shortened(all_changes);
    out_ += "      - {name: " + word(name);
    for (size_t i = 0; i < changes.size(); ++i) {
      const std::string part = changes.keys[i].text + ": " + flow_text(changes.items[i]);
      out_ += ",\n         " + part;
    }
    out_ += "}\n";
  }

  void elements(const ElementScenes& e, const Tree& hit) {
    const Tree changes = shortened(difference(hit, e.scene));
    out_ +=
        "      - name: " + word("each of " + predicate(e.leaf)) + "\n        each: " + wrapped(e.elements, 15) + "\n";
    for (size_t i = 0; i < changes.size(); ++i)
      out_ += "        " + changes.keys[i].text + ": " + flow_text(changes.items[i]) + "\n";
  }

  const CheckedRules& rules_;
  const RuleTree& tree_;
  const CheckedRule& rule_;
  std::string out_;
};

}  // namespace

std::vector<std::string> rules_seen_from(const std::string& file, const std::vector<std::string>& rules) {
  const auto full = [](const fs::path& path) {
    std::error_code error;
    const fs::path absolute = fs::absolute(path, error);
    return (error ? path : absolute).lexically_normal();
  };
  const fs::path folder = full(file).parent_path();
  std::vector<std::string> out;
  for (const std::string& path : rules) {
    const fs::path seen = full(path).lexically_relative(folder);
    out.push_back(seen.empty() ? full(path).string() : seen.string());
  }
  const bool found_alone = folder.filename() == "tests" && out.size() == 1 && (out[0] == ".." || out[0] == "../");
  return found_alone ? std::vector<std::string>() : out;
}

std::string generated_text(uint32_t rule, Player& player, const std::vector<std::string>& rules) {
  const Generated g = generate(rule, player);
  return Printer(rule, player).print(g, rules);
}

}  // namespace falcoc::testing
