// SPDX-License-Identifier: Apache-2.0
//
// A climb: while predicates are in the way of what is wanted, change what one of them looks at, and keep the change if
// fewer are in the way afterwards. Ways that lead nowhere become heavier, so that another branch is tried.
#include "tools/testing/generate.h"

#include <algorithm>

#include "tools/testing/scene_edits.h"

namespace falcoc::testing {
namespace {

constexpr size_t kSteps = 60;
constexpr size_t kRounds = 6;  ///< of a climb that is stuck
constexpr uint32_t kStuckWeight = 20;
constexpr size_t kEventTypes = 12;  ///< to begin with
constexpr size_t kJoined = 8;       ///< texts that are joined to what is there
constexpr size_t kPlays = 20'000;   ///< of one rule

/// Ordinary events first.
constexpr std::string_view kPreferred[] = {"execve",    "openat",   "open",    "connect", "dup2",  "unlinkat",
                                           "renameat2", "fchmodat", "mkdirat", "chmod",   "ptrace"};

class Search {
 public:
  using Way = std::function<std::vector<uint32_t>(const Truths&)>;

  Search(uint32_t rule, Player& player)
      : rule_(rule), player_(player), rules_(player.rules().rules()), tree_(player.trees()[rule]) {}

  Generated run() {
    Generated out;
    for (const std::string_view event : events()) {
      forget_weights();
      out.hit = climb(scene_of_event(event), [&](const Truths& t) { return tree_.in_the_way(t, true, weights_); });
      if (out.hit) break;
    }
    if (!out.hit) return out;
    known_.push_back(*out.hit);
    for (uint32_t leaf = 0; leaf < tree_.leaves().size(); ++leaf) {
      if (!tree_.leaves()[leaf].is_fixed) add_scenes(leaf, out);
    }
    return out;
  }

 private:
  std::vector<std::string_view> events() const {
    std::vector<std::string_view> all;
    const fvm::EventInfo* infos = fvm::kEvents;
    for (size_t code = 0; code < fvm::kEventCount; ++code) {
      if (!rules_.rules[rule_].events[code] || infos[code].has(FALCO_EF_UNUSED | FALCO_EF_OLD_VERSION)) continue;
      const auto today = event_of(infos[code].name);
      if (today && static_cast<size_t>(*today) == code) all.push_back(infos[code].name);
    }
    std::stable_partition(all.begin(), all.end(), [](std::string_view name) {
      return std::ranges::find(kPreferred, name) != std::end(kPreferred);
    });
    if (all.size() > kEventTypes) all.resize(kEventTypes);
    // A call without an event of its own is known by its number only: by the names in the condition.
    for (const RuleTree::Leaf& leaf : tree_.leaves())
      for (const ConstId id : rules_.expr(leaf.expr).constants)
        if (event_of(rules_.constant(id).text) == fvm::EventCode::GENERIC_X) all.push_back(rules_.constant(id).text);
    return all;
  }

  void forget_weights() { weights_.assign(tree_.leaves().size(), 1); }

  std::optional<EventTrace> play(const Tree& scene) {
    if (++plays_ > kPlays) return std::nullopt;
    Diagnostics ignored;
    const auto stage = read_stage(scene, ignored);
    if (!stage) return std::nullopt;
    const SceneRun run = player_.play(*stage, {rule_});
    const auto& events = run.traces.at(rule_);
    if (events.empty()) return std::nullopt;
    // The machine is the judge.
    if (run.alerted(rule_) != tree_.holds(events.back().truths)) return std::nullopt;
    return events.back();
  }

  size_t weight(const std::vector<uint32_t>& way) const {
    size_t sum = 0;
    for (const uint32_t leaf : way) sum += weights_[leaf];
    return sum;
  }

  /// Several predicates may be about one text: the new one joined to what is there.
  void add_joined(const Tree& scene, uint32_t leaf, std::vector<std::string>& texts) {
    Diagnostics ignored;
    const auto stage = read_stage(scene, ignored);
    if (!stage) return;
    const SceneRun run = player_.play(*stage, {rule_}, true);
    const auto left = run.left_sides.find(rule_);
    if (left == run.left_sides.end() || left->second[leaf].empty() || left->second[leaf] == "<NA>") return;
    const std::string now = left->second[leaf];
    const size_t slash = now.rfind('/') + 1;  // 0 without one
    const size_t alone = std::min<size_t>(texts.size(), kJoined);
    for (size_t i = 0; i < alone; ++i) {
      const std::string text = texts[i];
      for (std::string joined : {now + text, text + now, now.substr(0, slash) + text + now.substr(slash),
                                 now + " " + text, text + " " + now})
        texts.push_back(std::move(joined));
    }
  }

  /// Changes what `leaf` looks at so that less is in the way.
  bool improve(Tree& scene, Truths& truths, uint32_t leaf, const Way& way) {
    const Expr& check = rules_.expr(tree_.leaves()[leaf].expr);
    const size_t before = weight(way(truths));
    std::vector<std::string> texts = texts_for(rules_, check, truths[leaf] == 0);
    add_joined(scene, leaf, texts);
    for (const Place& place : places_of(rules_, check, scene)) {
      for (const std::string& text : texts) {
        Tree changed = scene;
        place(changed, text);
        if (changed == scene) continue;
        const auto trace = play(changed);
        if (!trace || weight(way(trace->truths)) >= before) continue;
        scene = std::move(changed);
        truths = trace->truths;
        return true;
      }
    }
    return false;
  }

  std::optional<Tree> climb(Tree scene, const Way& way) {
    const auto start = play(scene);
    if (!start) return std::nullopt;
    Truths truths = start->truths;
    size_t stuck = 0;
    for (size_t step = 0; step < kSteps; ++step) {
      const std::vector<uint32_t> now = way(truths);
      if (now.empty()) return scene;
      if (std::ranges::any_of(now, [&](uint32_t leaf) { return improve(scene, truths, leaf, way); })) continue;
      if (++stuck == kRounds) return std::nullopt;
      for (const uint32_t leaf : now) weights_[leaf] += kStuckWeight;
    }
    return std::nullopt;
  }

  /// A scene in which `leaf` decides and the rule alerts or not; from those that are known on.
  std::optional<Tree> deciding(uint32_t leaf, bool alerts) {
    const Way way = [&](const Truths& t) { return tree_.in_the_way_of(leaf, t, alerts, weights_); };
    // The nearest ones first.
    std::vector<std::pair<size_t, size_t>> order;
    forget_weights();
    for (size_t i = 0; i < known_.size(); ++i)
      if (const auto trace = play(known_[i])) order.emplace_back(weight(way(trace->truths)), i);
    std::ranges::sort(order);
    if (order.size() > 3) order.resize(3);
    for (const auto& [distance, i] : order) {
      forget_weights();
      if (auto scene = climb(known_[i], way)) return scene;
    }
    return std::nullopt;
  }

  /// A scene in which the rule is silent and `leaf` comes out otherwise, whether that decides or not.
  std::optional<Tree> turned(uint32_t leaf, const Tree& scene) {
    const auto before = play(scene);
    if (!before) return std::nullopt;
    const Expr& check = rules_.expr(tree_.leaves()[leaf].expr);
    for (const Place& place : places_of(rules_, check, scene)) {
      for (const std::string& text : texts_for(rules_, check, before->truths[leaf] == 0)) {
        Tree changed = scene;
        place(changed, text);
        const auto after = play(changed);
        if (after && after->truths[leaf] != before->truths[leaf] && !tree_.holds(after->truths)) return changed;
      }
    }
    return std::nullopt;
  }

  bool is_known(const Tree& scene) const { return std::ranges::find(known_, scene) != known_.end(); }

  void add_scenes(uint32_t leaf, Generated& out) {
    const auto holds_in = [&](const Tree& scene) {
      const auto trace = play(scene);
      return trace && trace->truths[leaf] != 0;
    };
    const auto hit = deciding(leaf, true);
    const bool holds_in_hit = hit && holds_in(*hit);
    if (hit && !is_known(*hit)) {
      out.hits.push_back({leaf, holds_in_hit, *hit});
      known_.push_back(*hit);
    }
    if (!hit) out.without_hit.push_back(leaf);
    const auto miss = deciding(leaf, false);
    if (miss) {
      out.misses.push_back({leaf, holds_in(*miss), *miss});
    } else {
      if (!tree_.leaves()[leaf].is_event_type) out.without_miss.push_back(leaf);
      if (const auto silent = turned(leaf, hit ? *hit : known_.front()))
        out.misses.push_back({leaf, holds_in(*silent), *silent});
    }
    if (holds_in_hit) add_elements(leaf, *hit, out.hit_elements);
    if (miss && !holds_in_hit) add_elements(leaf, *miss, out.miss_elements);
  }

  /// The predicate holds in `scene` by one element of its list; the others one after the other.
  void add_elements(uint32_t leaf, const Tree& scene, std::vector<ElementScenes>& out) {
    const Expr& check = rules_.expr(tree_.leaves()[leaf].expr);
    if (check.constants.size() < 2) return;
    const auto now = play(scene);
    if (!now) return;
    ElementScenes best;
    for (const Place& place : places_of(rules_, check, scene)) {
      ElementScenes here;
      here.leaf = leaf;
      here.scene = scene;
      place(here.scene, "$each");
      for (uint32_t k = 0; k < check.constants.size(); ++k) {
        const Constant& c = rules_.constant(check.constants[k]);
        const std::string& text = c.kind == fvm::Kind::Text ? c.text : c.spelling;
        Tree one = here.scene;
        substitute(one, "$each", text);
        const auto trace = play(one);
        const NeededElement wanted{leaf, k};
        if (trace && trace->truths == now->truths && std::ranges::find(trace->needed, wanted) != trace->needed.end())
          here.elements.push_back(text);
      }
      if (here.elements.size() > best.elements.size()) best = std::move(here);
    }
    if (!best.elements.empty()) out.push_back(std::move(best));
  }

  uint32_t rule_;
  Player& player_;
  const CheckedRules& rules_;
  const RuleTree& tree_;
  std::vector<uint32_t> weights_;
  std::vector<Tree> known_;
  size_t plays_ = 0;
};

}  // namespace

Generated generate(uint32_t rule, Player& player) { return Search(rule, player).run(); }

}  // namespace falcoc::testing
