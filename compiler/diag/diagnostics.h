// SPDX-License-Identifier: Apache-2.0
//
// Diagnostics: what the compiler tells the author of the rules. Each one is a row of diagnostics.def; emit<diag::X>() checks the
// number and the types of the arguments and the format text when it is compiled. The collector keeps order of emission and
// decides nothing; what is shown and how severe it is decides policy.h, rendering is render_text.h and its neighbours.
//
//   diags.emit<diag::UnknownField>(range, name).suggest(range, "proc.name").at({12, 5, 80});
#pragma once

#include <fmt/core.h>

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "compiler/source/source_range.h"

namespace falcoc {

enum class Severity : uint8_t { Error, Warning };

enum class LoadCode : uint8_t {
  None,
#define FALCO_LOAD_CODE(name) name,
#include "compiler/diag/load_codes.def"
#undef FALCO_LOAD_CODE
};
/// The reference engine's spelling; empty for None.
std::string_view load_code_name(LoadCode code);

enum class DiagId : uint16_t {
#define FALCO_DIAG(id, Sym, ...) Sym = id,
#include "compiler/diag/diagnostics.def"
#undef FALCO_DIAG
};

struct DiagInfo {
  DiagId id;
  std::string_view symbol;
  Severity severity;
  std::string_view slug;
  LoadCode code;
  std::string_view text;
  std::string_view explanation;
  constexpr uint16_t number() const { return static_cast<uint16_t>(id); }
};

inline constexpr DiagInfo kDiagnostics[] = {
#define FALCO_DIAG(id, Sym, sev, slug, code, text, explanation, ...) \
  {DiagId::Sym, #Sym, Severity::sev, slug, LoadCode::code, text, explanation},
#include "compiler/diag/diagnostics.def"
#undef FALCO_DIAG
};

const DiagInfo& diag_info(DiagId id);
/// By "FC2003", "2003" or slug; null when there is none.
const DiagInfo* find_diag(std::string_view name);

/// The argument types of a row.
template <typename... T>
struct DiagArgs {
  static constexpr size_t kCount = sizeof...(T);
  using Format = fmt::format_string<const T&...>;
  template <typename... A>
  static constexpr bool takes() {
    if constexpr (sizeof...(A) != sizeof...(T)) {
      return false;
    } else {
      return (std::is_convertible_v<A, T> && ...);
    }
  }
  static std::string format(Format text, const T&... args) { return fmt::format(text, args...); }
};

namespace diag {
#define FALCO_DIAG(id, Sym, sev, slug, code, text, explanation, ...) \
  struct Sym {                                                       \
    static constexpr DiagId kId = DiagId::Sym;                       \
    using Args = DiagArgs<__VA_ARGS__>;                              \
    static constexpr Args::Format kText = text;                      \
  };
#include "compiler/diag/diagnostics.def"
#undef FALCO_DIAG
}  // namespace diag

/// Where the reference engine would report an error of a condition: sum of the YAML node's 0-based mark and the parser's
/// position (line and column from 1, offset from 0) in the expanded text.
struct ReferencePosition {
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t offset = 0;
  bool operator==(const ReferencePosition&) const = default;
};

/// Additional text of a diagnostic, with or without a place.
struct DiagNote {
  enum class Kind : uint8_t { Note, Help } kind = Kind::Note;
  std::string text;
  SourceRange range;
};

/// Text that would repair the place.
struct DiagSuggestion {
  SourceRange range;
  std::string replacement;
};

/// A repair that is sure to mean the same or what was meant; `falcoc lint --fix` applies it. Edits don't overlap.
struct DiagFix {
  std::string title;  ///< what it does, as an order: "use `contains`"
  std::vector<DiagSuggestion> edits;
};

struct Diagnostic {
  DiagId id{};
  Severity severity{};
  std::string message;
  SourceRange range;
  std::string label;   ///< short text beside the caret
  std::vector<DiagNote> notes;
  std::optional<DiagSuggestion> suggestion;
  std::optional<DiagFix> fix;
  std::optional<ReferencePosition> reference;

  LoadCode code() const { return diag_info(id).code; }
  Diagnostic& note(std::string text, SourceRange where = {});
  Diagnostic& help(std::string text);
  Diagnostic& labelled(std::string text);
  Diagnostic& suggest(SourceRange where, std::string replacement);
  Diagnostic& repair(std::string title, std::vector<DiagSuggestion> edits);
  Diagnostic& at(ReferencePosition position);
};

class Diagnostics {
 public:
  /// The reference stays valid as long as the collector.
  template <typename D, typename... A>
  Diagnostic& emit(SourceRange range, const A&... args) {
    static_assert(D::Args::template takes<A...>(), "arguments do not fit the row in diagnostics.def");
    return add(D::kId, range, D::Args::format(D::kText, args...));
  }

  const std::deque<Diagnostic>& all() const { return all_; }
  size_t error_count() const { return errors_; }
  size_t warning_count() const { return all_.size() - errors_; }
  bool has_errors() const { return errors_ != 0; }
  bool empty() const { return all_.empty(); }
  /// Moves everything of `other` behind what is here.
  void take(Diagnostics&& other);
  void add(Diagnostic diagnostic);

 private:
  Diagnostic& add(DiagId id, SourceRange range, std::string message);

  std::deque<Diagnostic> all_;
  size_t errors_ = 0;
};

/// The name nearest to `wanted` by edit distance, if near enough to be meant; empty otherwise.
std::string_view nearest_name(std::string_view wanted, const std::vector<std::string_view>& names);

}  // namespace falcoc
