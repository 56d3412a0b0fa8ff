// SPDX-License-Identifier: Apache-2.0
//
// The verifier's inside: one pass per section group, run in the order declared. A pass may rely on what earlier ones
// proved. Included by verifier*.cc only.
#pragma once

#include <optional>
#include <vector>

#include "vm/image/verifier.h"

namespace fvm {

class Verifier {
 public:
  static Result<VerifiedImage, VerifyError> verify(SealedImage image);

 private:
  explicit Verifier(const ImageView& view) : view_(view) {}

  void verify_constants();
  void verify_fields();
  void verify_terms();
  void verify_predicates();
  void verify_regexes();
  void verify_code();
  void verify_dispatch();
  void verify_rules();
  void verify_source_map();

  bool call_sound(const TermRec& call) const;
  bool predicate_sound(const PredicateRec& predicate) const;
  bool output_part_sound(const OutputPartRec& part) const;

  TypeId term_type(uint32_t term) const { return static_cast<TypeId>(view_.terms()[term].type); }
  bool term_is_list(uint32_t term) const { return (view_.terms()[term].flags & kTermIsList) != 0; }

  /// Runs that tile their section: each non-empty one begins where the one before ended. Then walking all runs of a
  /// section costs no more than walking the section, however the author arranged them.
  struct Tiling {
    uint64_t next = 0;
    bool take(RunRef run, size_t total) {
      if (run.count == 0) return run.first == 0;
      if (run.first != next || run.count > total - next) return false;
      next += run.count;
      return true;
    }
  };

  /// The first failure wins.
  void fail(VerifyCode code, SectionId section, size_t index) {
    if (!error_) error_ = VerifyError{code, false, section, view_.offset_of(section, index)};
  }

  const ImageView view_;
  std::optional<VerifyError> error_;
  std::vector<uint8_t> term_domains_;  ///< per term: the domains of its fields, one bit each
};

}  // namespace fvm
