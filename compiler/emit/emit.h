// SPDX-License-Identifier: Apache-2.0
//
// From checked rules to image bytes: lower, run the passes, generate code, lay out. Deterministic: the same rules and
// options give the same bytes. Knows nothing of YAML and ANTLR, and doesn't verify what it wrote: that is the caller's
// next step, with the verifier the host will use.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/opt/passes.h"
#include "compiler/sema/checked_rules.h"
#include "vm/abi/image_format.h"
#include "vm/base/result.h"

namespace falcoc {

/// A place in the sources for people.
struct Place {
  std::string file;
  uint32_t line = 0;    ///< from 1; 0 = unknown
  uint32_t column = 0;  ///< from 1
};
/// Answered by whoever owns the sources. Not called for unknown ranges.
using PlaceOf = std::function<Place(const SourceRange&)>;

struct EmitOptions {
  bool strip = false;                   ///< no source map
  std::vector<std::string> passes_off;  ///< names from pass_names()
  fvm::Digest128 sources_digest{};      ///< digest_sources(); recorded as it is
};

struct EmitStats {
  size_t rules = 0;       ///< rules in the image
  size_t enabled = 0;     ///< of them compiled
  size_t predicates = 0;  ///< distinct
  size_t programs = 0;
  size_t instructions = 0;
  size_t bytes = 0;
};

struct CompiledImage {
  std::vector<uint8_t> bytes;
  EmitStats stats;
};

//   FALCO_EMIT_ERROR(Sym, "words")
#define FALCO_EMIT_ERRORS(FALCO_EMIT_ERROR)                                                     \
  FALCO_EMIT_ERROR(TooManyRules, "there are more rules than an image can hold")                 \
  FALCO_EMIT_ERROR(TooManyRegexes, "there are more regular expressions than an image can hold") \
  FALCO_EMIT_ERROR(TooBig, "the compiled rules are bigger than an image can be")                \
  FALCO_EMIT_ERROR(TooDeep, "the condition is nested too deep")                                 \
  FALCO_EMIT_ERROR(TermTooDeep, "a transformer expression is nested too deep or too long")

struct EmitError {
  enum class Code : uint8_t {
#define FALCO_EMIT_ERROR(Sym, words) Sym,
    FALCO_EMIT_ERRORS(FALCO_EMIT_ERROR)
#undef FALCO_EMIT_ERROR
  };
  Code code{};
  SourceRange range;  ///< the rule, where one is to blame
};
std::string_view words(EmitError::Code code);

/// `place_of` may be empty; then there is no source map, as with `strip`.
fvm::Result<CompiledImage, EmitError> emit(const CheckedRules& rules, const EmitOptions& options,
                                           const PlaceOf& place_of);

/// Text form of the graph after lowering (`optimized` false) or after the passes, for `dump --stage=ir|opt`.
std::string dump_ir(const CheckedRules& rules, const EmitOptions& options, bool optimized);

/// Digest of the texts of all rules files in load order.
fvm::Digest128 digest_sources(const std::vector<std::string_view>& texts);

}  // namespace falcoc
