// SPDX-License-Identifier: Apache-2.0
//
// The part of the machine that doesn't depend on where field values come from.
#include "vm/exec/interpreter.h"

#include <algorithm>

namespace fvm {
namespace {

/// What a transformer may write to the arena, at most, for these arguments.
size_t output_bound(Transformer transformer, std::span<const ops::TransformArg> args) {
  size_t bytes = 0;
  size_t values = 0;
  for (const ops::TransformArg& arg : args) {
    values += arg.values.count;
    for (const Value& value : arg.values.values()) {
      if (value.kind() == Kind::Text || value.kind() == Kind::Bytes) bytes += value.as_bytes().size();
    }
  }
  const auto separator = [&] {
    const ValueList& first = args[0].values;
    return first.count == 1 && first.data[0].kind() == Kind::Text ? first.data[0].as_text().size() : 0;
  };
  switch (transformer) {
    case Transformer::Join:
      return bytes + separator() * values;
    case Transformer::Getopt:
      return bytes + 2 * bytes * sizeof(Value);  // a letter and an argument per byte
    case Transformer::Len:
    case Transformer::Val:
      return 0;
    case Transformer::ToLower:
    case Transformer::ToUpper:
    case Transformer::B64:
    case Transformer::Basename:
    case Transformer::Concat:
      break;
  }
  return bytes + values * sizeof(Value);
}

}  // namespace

Machine::Machine(const VerifiedImage& image, const MachineOptions& options)
    : options_(options),
      view_(image.view()),
      code_(view_.code()),
      programs_(view_.programs()),
      dispatch_(view_.dispatch()),
      predicates_(view_),
      active_(installed_rules(view_)),
      graph_(view_, options.decision_nodes),
      answer_(DecisionGraph::words_of(view_.predicates().size())),
      known_(view_.predicates().size(), 0),
      slots_(view_.fields().size()),
      calls_(view_.terms().size()) {
  const auto fields = view_.fields();
  uses_.reserve(fields.size());
  for (uint32_t slot = 0; slot < fields.size(); ++slot) {
    const FieldRec& f = fields[slot];
    uses_.push_back({static_cast<FieldId>(f.field), static_cast<FieldArg>(f.arg), static_cast<TypeId>(f.type), f.index,
                     view_.string(f.key), slot});
  }
  terms_.reserve(view_.terms().size());
  for (const TermRec& t : view_.terms()) {
    terms_.push_back({static_cast<TermKind>(t.kind), static_cast<Transformer>(t.transformer),
                      (t.flags & kTermIsList) != 0, t.slot, view_.args(t), view_.string(t.text),
                      Value::text(view_.string(t.text))});
  }
  if (!options.ready || !options.classes) return;
  if (options.matchers) make_matchers();
  graph_.make_starts();
}

/// Of the left sides that may be asked so much at once.
void Machine::make_matchers() {
  std::vector<size_t> texts(terms_.size());  // predicates with one, by left side
  for (uint32_t id = 0; id < predicates_.size(); ++id) {
    const Predicate& p = predicates_[id];
    if (p.quant == Quant::One && !p.constants.empty() && p.constants[0].kind() == Kind::Text) ++texts[p.lhs];
  }
  for (uint32_t term = 0; term < texts.size(); ++term)
    if (texts[term] >= kWorthMatching) matcher_of(term);
}

void Machine::begin_event() {
  text_overruns_ = text_overruns();
  text_bytes_ = 0;
  arena_.reset();
  if (event_ == kEventNumbers) {
    std::fill(known_.begin(), known_.end(), 0);
    std::fill(slots_.begin(), slots_.end(), Memo{});
    std::fill(calls_.begin(), calls_.end(), Memo{});
    event_ = 0;
  }
  ++event_;
}

/// The truth of everything that the node asks about `lhs`.
uint32_t Machine::answer(uint32_t at, const ValueList& lhs) {
  const DecisionGraph::Node& node = graph_[at];
  const std::span<const uint32_t> asked = graph_.asked(node);
  if (node.count <= DecisionGraph::kFew) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < asked.size(); ++i) bits |= holds(predicates_[asked[i]], lhs) ? 1u << i : 0u;
    return graph_.follow(at, bits);
  }
  const std::span<uint64_t> words(answer_.data(), DecisionGraph::words_of(asked.size()));
  std::ranges::fill(words, 0);
  find_truths(asked, lhs, 0, words, 0);
  return graph_.follow_many(at, words);
}

/// Sets bit first + i for each predicate i that holds for `lhs`. `number`, unless 0, stands for the value.
void Machine::find_truths(std::span<const uint32_t> predicates, const ValueList& lhs, uint64_t number, std::span<uint64_t> words,
                          size_t first) {
  if (!lhs.present) return;
  const auto set = [&](size_t i) { words[(first + i) / 64] |= uint64_t{1} << ((first + i) % 64); };
  const bool is_text = lhs.count == 1 && lhs.data[0].kind() == Kind::Text;
  if (!options_.matchers || !is_text || predicates.size() < kWorthMatching) {
    for (size_t i = 0; i < predicates.size(); ++i)
      if (holds(predicates_[predicates[i]], lhs)) set(i);
    return;
  }
  // Both in ascending order; few hold. Of the term's predicates only some are asked.
  const auto set_if = [&](uint32_t predicate, auto&& is_true) {
    const auto asked = std::lower_bound(predicates.begin(), predicates.end(), predicate);
    if (asked == predicates.end() || *asked != predicate || !is_true()) return;
    set(static_cast<size_t>(asked - predicates.begin()));
  };
  TextMatcher& matcher = matcher_of(predicates_[predicates[0]].lhs);
  if (number != 0) {
    for (const uint32_t predicate : matcher.match_numbered(number, lhs, predicates_)) set_if(predicate, [] { return true; });
    return;
  }
  matcher.match(lhs.data[0].as_text(), [&](uint32_t predicate, bool sure) {
    set_if(predicate, [&] { return sure || holds(predicates_[predicate], lhs); });
  });
}

/// Made when it is first needed, unless options said otherwise: many left sides are not asked about often enough.
TextMatcher& Machine::matcher_of(uint32_t term) {
  if (matchers_.empty()) matchers_.resize(terms_.size());
  std::unique_ptr<TextMatcher>& matcher = matchers_[term];
  if (!matcher) matcher = std::make_unique<TextMatcher>(predicates_, term);
  return *matcher;
}

ValueList Machine::apply(const Term& term, std::span<const ops::TransformArg> args, size_t& text_bytes,
                         Arena& arena) const {
  text_bytes += output_bound(term.transformer, args);
  if (text_bytes > limits::kTermTextBytes) return ValueList::missing();
  return ops::apply(term.transformer, args, term.text, arena);
}

}  // namespace fvm
