// SPDX-License-Identifier: Apache-2.0
//
// The textual part of the language, before any parsing: exceptions are assembled around the condition, list names are replaced
// by their items. Spaces and parentheses are exactly those of the reference, because error positions and a few meanings
// (a list name inside quotes, an empty list beside a comma) depend on them.
#include <string_view>

#include "compiler/yaml/collection.h"
#include "compiler/yaml/exception_ops.h"
#include "vm/abi/limits.h"

namespace falcoc {

namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kDelimiters = " \t\r\n(),=";
/// Names inside items (`"x l y"`) may lead on to further lists; a handful of steps is already absurd.
constexpr int kMaxRescans = 8;

bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }
bool is_delimiter(char c) { return kDelimiters.find(c) != std::string_view::npos; }

class ListExpander {
 public:
  ListExpander(const Collection& collection, ListUse& use) : collection_(collection), use_(use) {}

  /// Replaces the names of lists number `first_list` and later. false: the text became too long.
  bool expand(const MappedText& text, uint32_t first_list, int depth, MappedText& out) {
    const std::string_view all = text.view();
    size_t copied = 0;
    for (size_t at = 0; at < all.size();) {
      if (is_delimiter(all[at])) {
        ++at;
        continue;
      }
      size_t token_end = all.find_first_of(kDelimiters, at);
      if (token_end == std::string_view::npos) token_end = all.size();
      const ListDecl* list = collection_.find_list(all.substr(at, token_end - at));
      const uint32_t index = list == nullptr ? 0 : static_cast<uint32_t>(list - collection_.lists.data());
      if (list == nullptr || index < first_list) {
        at = token_end;
        continue;
      }
      mark_used(index);
      MappedText items;
      if (!join_items(*list, index, depth, items)) return false;
      size_t begin = at;
      size_t end = token_end;
      while (begin > copied && is_blank(all[begin - 1])) --begin;
      while (end < all.size() && is_blank(all[end])) ++end;
      if (items.empty()) {
        if (begin > copied && all[begin - 1] == ',') {
          --begin;
        } else if (end < all.size() && all[end] == ',') {
          ++end;
        }
      }
      const SourceRange site = text.map(at, token_end);
      out.append(text, copied, begin);
      if (!out.empty()) out.append(" ", site);
      out.append_at(items, site);
      out.append(" ", site);
      if (!fits(out)) return false;
      copied = end;
      at = end;
    }
    out.append(text, copied, all.size());
    return fits(out);
  }

 private:
  bool fits(const MappedText& text) const { return text.size() <= fvm::limits::kConditionBytes; }

  void mark_used(uint32_t root) {
    std::vector<uint32_t> todo{root};
    while (!todo.empty()) {
      const uint32_t list = todo.back();
      todo.pop_back();
      if (use_.used[list]) continue;
      use_.used[list] = true;
      todo.insert(todo.end(), collection_.lists[list].inner.begin(), collection_.lists[list].inner.end());
    }
  }

  bool join_items(const ListDecl& list, uint32_t index, int depth, MappedText& out) {
    for (const ListItemRef ref : list.expanded) {
      const ScalarText& item = collection_.item(ref);
      if (!out.empty()) out.append(", ", item.range);
      const MappedText quoted = quote_if_spaced(item);
      // Whole items that name lists are resolved already; only a name within an item is left to find.
      if (depth < kMaxRescans && quoted.view().find_first_of(kDelimiters) != std::string_view::npos) {
        MappedText rescanned;
        if (!expand(quoted, index + 1, depth + 1, rescanned)) return false;
        out.append(rescanned);
      } else {
        out.append(quoted);
      }
      if (!fits(out)) return false;
    }
    return true;
  }

  const Collection& collection_;
  ListUse& use_;
};

std::optional<MappedText> too_long(SourceRange range, Diagnostics& diags) {
  diags.emit<diag::ConditionTooLong>(range, fvm::limits::kConditionBytes);
  return std::nullopt;
}

}  // namespace

std::optional<MappedText> expand_lists_in(const Collection& collection, const MappedText& text, ListUse& use, Diagnostics& diags) {
  MappedText out;
  if (!ListExpander(collection, use).expand(text, 0, 0, out)) return too_long(text.map(0, text.size()), diags);
  use.expanded_bytes += out.size();
  if (use.expanded_bytes > fvm::limits::kAllConditionBytes) return too_long(text.map(0, text.size()), diags);
  return out;
}

std::optional<MappedText> expand_condition(const Collection& collection, const MacroDecl& macro, ListUse& use, Diagnostics& diags) {
  return expand_lists_in(collection, macro.condition.text, use, diags);
}

std::optional<MappedText> expand_condition(const Collection& collection, const RuleDecl& rule, ListUse& use, Diagnostics& diags) {
  if (!check_exception_shapes(rule, diags)) return std::nullopt;
  if (rule.exceptions.empty()) return expand_lists_in(collection, rule.condition.text, use, diags);
  MappedText assembled("(", rule.condition.range);
  assembled.append(rule.condition.text);
  assembled.append(")", rule.condition.range);
  for (const ExceptionDecl& exception : rule.exceptions) {
    const MappedText text = exception_text(exception);
    if (text.empty()) continue;
    assembled.append(" and not ", exception.name_range);
    assembled.append_at(text, exception.name_range);
    if (assembled.size() > fvm::limits::kConditionBytes) return too_long(rule.condition.range, diags);
  }
  return expand_lists_in(collection, assembled, use, diags);
}

}  // namespace falcoc
