// SPDX-License-Identifier: Apache-2.0
//
// The verifier decides whether an image is safe to run. It assumes a hostile author who can compute digests; see the
// proof in verifier.cc. There is no way around it: the machine takes a VerifiedImage, and only this makes one.
#pragma once

#include "vm/base/result.h"
#include "vm/image/sealed_image.h"
#include "vm/image/verified_image.h"
#include "vm/image/verify_error.h"

namespace fvm {

[[nodiscard]] Result<VerifiedImage, VerifyError> verify(SealedImage image);

}  // namespace fvm
