// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/regex_filter.h"

#include <re2/filtered_re2.h>

#include <algorithm>

#include "vm/ops/regex_options.h"

namespace fvm::ops {

struct RegexFilter::Impl {
  static constexpr int kLeastPieceBytes = 3;  // shorter ones are in most texts
  re2::FilteredRE2 filter{kLeastPieceBytes};
  std::vector<int> numbers;  ///< of the patterns, by RE2's own number; those that don't compile match nothing
  std::vector<std::string> pieces;
};

RegexFilter::RegexFilter() : impl_(std::make_unique<Impl>()) {}
RegexFilter::RegexFilter(std::span<const std::string_view> patterns) : RegexFilter() {
  for (size_t i = 0; i < patterns.size(); ++i) {
    int id = 0;
    const re2::StringPiece pattern(patterns[i].data(), patterns[i].size());
    if (impl_->filter.Add(pattern, regex_options(), &id) == RE2::NoError) impl_->numbers.push_back(static_cast<int>(i));
  }
  if (!impl_->numbers.empty()) impl_->filter.Compile(&impl_->pieces);
}
RegexFilter::~RegexFilter() = default;
RegexFilter::RegexFilter(RegexFilter&&) noexcept = default;
RegexFilter& RegexFilter::operator=(RegexFilter&&) noexcept = default;

const std::vector<std::string>& RegexFilter::pieces() const { return impl_->pieces; }

void RegexFilter::candidates(const std::vector<int>& pieces, std::vector<int>& patterns) const {
  patterns.clear();
  if (impl_->numbers.empty()) return;
  impl_->filter.AllPotentials(pieces, &patterns);
  std::ranges::transform(patterns, patterns.begin(), [&](int id) { return impl_->numbers[static_cast<size_t>(id)]; });
}

}  // namespace fvm::ops
