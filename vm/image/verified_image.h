// SPDX-License-Identifier: Apache-2.0
//
// VerifiedImage: the token the machine demands. Only verify() can make one, so an unverified image can't be run by
// mistake.
#pragma once

#include <utility>

#include "vm/image/image_view.h"
#include "vm/image/sealed_image.h"

namespace fvm {

class VerifiedImage {
 public:
  VerifiedImage(VerifiedImage&&) noexcept = default;
  VerifiedImage& operator=(VerifiedImage&&) noexcept = default;

  /// Every reference in the image may be followed without a check.
  const ImageView& view() const { return view_; }

 private:
  friend class Verifier;
  VerifiedImage(SealedImage sealed, const ImageView& view) : sealed_(std::move(sealed)), view_(view) {}

  SealedImage sealed_;
  ImageView view_;  ///< into sealed_'s mapping, which stays where it is when sealed_ moves
};

}  // namespace fvm
