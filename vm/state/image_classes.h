// SPDX-License-Identifier: Apache-2.0
//
// ImageClasses: numbers for process images. Images with the same texts get the same number while one of them is
// remembered, so that what rules have decided for one process holds for the next that runs the same command. Remembers
// a few images, by the hash of their texts; compares the texts themselves. Knows no threads and no rules.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "vm/state/thread.h"

namespace fvm {

class ImageClasses {
 public:
  /// Where images with these texts have their place, and the number of the one there if it has the same: names, paths,
  /// arguments and command line; not the environment. Otherwise a new number.
  struct Found {
    size_t place;
    uint64_t number;
  };
  Found find(const ExecImage& image) const;
  /// Remembers an image for the next ones with its texts.
  void remember(const Found& found, std::shared_ptr<const ExecImage> image) { places_[found.place] = std::move(image); }
  void clear() { places_.fill(nullptr); }

 private:
  static constexpr size_t kPlaces = 256;
  std::array<std::shared_ptr<const ExecImage>, kPlaces> places_;
};

}  // namespace fvm
