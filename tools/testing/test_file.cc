// SPDX-License-Identifier: Apache-2.0
#include "tools/testing/test_file.h"

#include <algorithm>
#include <filesystem>

#include "compiler/yaml/yaml_reader.h"
#include "tools/testing/stage.h"

namespace falcoc::testing {
namespace {

namespace fs = std::filesystem;

constexpr size_t kCases = 20'000;
constexpr std::string_view kFileKeys[] = {"rules", "cases"};
constexpr std::string_view kCaseKeys[] = {"name", "hit", "miss", "alerts", "near_misses", "also", "each", "capture"};
constexpr std::string_view kAlertKeys[] = {"rule", "output", "fields", "count"};

template <typename Known>
bool contains(const Known& known, std::string_view key) {
  return std::ranges::find(known, key) != std::end(known);
}

class Reader {
 public:
  Reader(TestFile& out, Diagnostics& diags) : out_(out), diags_(diags) {}

  bool read(const Tree& root) {
    if (!root.is_map()) return shape(root, "a file of tests", "a map with `cases`");
    if (!check_keys(root, "a file of tests", kFileKeys)) return false;
    if (!read_rules(root)) return false;
    const Tree* cases = root.find("cases");
    if (cases == nullptr || !cases->is_list()) return shape(cases != nullptr ? *cases : root, "`cases`", "a list");
    const Tree shared = scene_of(root);
    return std::ranges::all_of(cases->items, [&](const Tree& item) { return read_case(item, shared, nullptr, false); });
  }

 private:
  bool shape(const Tree& where, std::string_view what, std::string_view wanted) {
    diags_.emit<diag::TestShape>(where.range, what, wanted);
    return false;
  }

  template <typename Known>
  bool check_keys(const Tree& map, std::string_view what, const Known& known) {
    std::vector<std::string_view> all(std::begin(known), std::end(known));
    all.insert(all.end(), std::begin(kSceneKeys), std::end(kSceneKeys));
    for (const Tree& key : map.keys) {
      if (contains(all, key.text)) continue;
      unknown_key(key, what, all, diags_);
      return false;
    }
    return true;
  }

  static Tree scene_of(const Tree& map) {
    Tree out = Tree::map();
    out.range = map.range;
    for (size_t i = 0; i < map.size(); ++i) {
      if (!contains(kSceneKeys, map.keys[i].text)) continue;
      out.keys.push_back(map.keys[i]);
      out.items.push_back(map.items[i]);
    }
    return out;
  }

  bool read_rules(const Tree& root) {
    const fs::path folder = fs::path(out_.path).parent_path();
    const Tree* rules = root.find("rules");
    if (rules == nullptr) {
      if (folder.filename() != "tests")
        return shape(root, "a file of tests", "in a folder `tests` beside its rules, or name them under `rules`");
      out_.rules.push_back((folder / "..").lexically_normal().string());
      return true;
    }
    const std::vector<Tree> one{*rules};
    for (const Tree& path : rules->is_list() ? rules->items : one) {
      if (!path.is_scalar() || path.text.empty()) return shape(path, "`rules`", "a path or a list of paths");
      out_.rules.push_back((folder / path.text).lexically_normal().string());
    }
    return true;
  }

  bool read_alert(const Tree& tree, WantedAlert& out) {
    out.range = tree.range;
    if (tree.is_scalar()) return out.rule = tree.text, true;
    if (!tree.is_map()) return shape(tree, "an expected alert", "the name of a rule, or a map with `rule`");
    for (size_t i = 0; i < tree.size(); ++i) {
      const std::string& key = tree.keys[i].text;
      const Tree& value = tree.items[i];
      if (key == "rule" && value.is_scalar()) {
        out.rule = value.text;
        out.range = value.range;
      } else if (key == "output" && !value.is_map()) {
        const std::vector<Tree> one{value};
        for (const Tree& text : value.is_list() ? value.items : one) out.outputs.push_back(text.text);
      } else if (key == "fields" && value.is_map()) {
        for (size_t k = 0; k < value.size(); ++k) out.fields.emplace_back(value.keys[k].text, value.items[k].text);
      } else if (key == "count" && number_of(value.text).value_or(-1) >= 0) {
        out.count = static_cast<uint64_t>(*number_of(value.text));
      } else if (contains(kAlertKeys, key)) {
        return shape(value, "`" + key + "`", key == "fields" ? "a map" : key == "count" ? "a number" : "a text");
      } else {
        unknown_key(tree.keys[i], "an expected alert", {std::begin(kAlertKeys), std::end(kAlertKeys)}, diags_);
        return false;
      }
    }
    return !out.rule.empty() || shape(tree, "an expected alert", "a map with `rule`");
  }

  bool read_alerts(const Tree* tree, std::vector<WantedAlert>& out) {
    if (tree == nullptr) return true;
    const std::vector<Tree> one{*tree};
    for (const Tree& item : tree->is_list() ? tree->items : one)
      if (!read_alert(item, out.emplace_back())) return false;
    return true;
  }

  bool read_expectations(const Tree& tree, TestCase& test) {
    if (!read_alerts(tree.find("hit"), test.hits) || !read_alerts(tree.find("miss"), test.misses)) return false;
    const Tree* alerts = tree.find("alerts");
    if (alerts == nullptr) return true;
    test.is_exact = true;
    return (alerts->is_scalar() && alerts->text == "none") || read_alerts(alerts, test.hits);
  }

  /// `parent`: of a variant. `misses`: what the parent hits must not be hit.
  bool read_case(const Tree& tree, const Tree& shared, const TestCase* parent, bool misses) {
    if (!tree.is_map()) return shape(tree, "a case", "a map");
    if (!check_keys(tree, "a case", kCaseKeys)) return false;
    if (const Tree* each = tree.find("each")) {
      if (!each->is_list()) return shape(*each, "`each`", "a list");
      for (const Tree& value : each->items) {
        Tree one = tree;
        one.erase("each");
        substitute(one, "$each", value.text);
        if (tree.find("name") != nullptr) one.at("name").text += " [" + value.text + "]";
        if (!read_case(one, shared, parent, misses)) return false;
      }
      return true;
    }
    if (out_.cases.size() >= kCases) return shape(tree, "a file of tests", "at most 20000 cases");

    TestCase test;
    test.range = tree.range;
    const Tree* name = tree.find("name");
    if (name != nullptr && name->is_scalar()) {
      test.name = name->text;
      test.range = name->range;
    } else {
      return shape(tree, "a case", "a map with a `name`");
    }
    if (parent != nullptr) {
      test.name = parent->name + ": " + test.name;
      (misses ? test.misses : test.hits) = parent->hits;
      if (!misses) test.misses = parent->misses;
      for (WantedAlert& alert : test.misses) alert.outputs.clear(), alert.fields.clear(), alert.count.reset();
      test.capture = parent->capture;
      test.capture_range = parent->capture_range;
    }
    test.scene = laid_over(shared, scene_of(tree));
    if (const Tree* capture = tree.find("capture")) {
      if (!capture->is_scalar()) return shape(*capture, "`capture`", "a path");
      test.capture = (fs::path(out_.path).parent_path() / capture->text).lexically_normal().string();
      test.capture_range = capture->range;
    }
    if (!read_expectations(tree, test)) return false;
    if (test.hits.empty() && test.misses.empty() && !test.is_exact) {
      diags_.emit<diag::NothingExpected>(test.range, std::string_view(test.name));
      return false;
    }
    if (test.capture.empty() && test.scene.find("events") == nullptr)
      return shape(tree, "a case", "a map with `events` or a `capture`");
    out_.cases.push_back(test);
    for (const bool near : {false, true}) {
      const std::string_view key = near ? "near_misses" : "also";
      const Tree* variants = tree.find(key);
      if (variants == nullptr) continue;
      if (parent != nullptr) return shape(*variants, "a variant", "a case without variants of its own");
      if (!variants->is_list()) return shape(*variants, "`" + std::string(key) + "`", "a list of cases");
      for (const Tree& variant : variants->items)
        if (!read_case(variant, test.scene, &test, near)) return false;
    }
    return true;
  }

  TestFile& out_;
  Diagnostics& diags_;
};

}  // namespace

std::optional<TestFile> read_test_file(const SourceManager& sources, uint32_t file, Diagnostics& diags) {
  const auto documents = read_yaml(sources, file, diags);
  if (!documents) return std::nullopt;
  TestFile out;
  out.path = sources.name(file);
  if (documents->size() != 1) {
    diags.emit<diag::TestShape>({file, 0, 0}, std::string_view("a file of tests"),
                                std::string_view("one YAML document"));
    return std::nullopt;
  }
  const RawDocument& document = documents->front();
  if (!Reader(out, diags).read(read_tree(sources, document, document.root))) return std::nullopt;
  return out;
}

std::vector<std::string> test_paths(const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  for (const std::string& argument : arguments) {
    std::error_code ignored;
    const fs::path inner = fs::path(argument) / "tests";
    out.push_back(fs::is_directory(inner, ignored) ? inner.string() : argument);
  }
  return out;
}

}  // namespace falcoc::testing
