// SPDX-License-Identifier: Apache-2.0
//
// SealedImage: bytes that can no longer change. A file is read once, with a bound, into a memfd that is then sealed
// against writing, shrinking and growing, and mapped read-only and private: what the verifier saw is what runs,
// whatever happens to the file. (A private mapping of the file itself would show later writes to it.) Knows nothing of
// the format; see verifier.h.
#pragma once

#include <cstdint>
#include <string>

#include "vm/base/bytes.h"
#include "vm/base/result.h"

namespace fvm {

//   FALCO_IMAGE_FILE_ERROR(Sym, "words")
#define FALCO_IMAGE_FILE_ERRORS(FALCO_IMAGE_FILE_ERROR)                         \
  FALCO_IMAGE_FILE_ERROR(CantOpen, "can't open")                                \
  FALCO_IMAGE_FILE_ERROR(Directory, "is a directory")                           \
  FALCO_IMAGE_FILE_ERROR(NotRegular, "is not a regular file")                   \
  FALCO_IMAGE_FILE_ERROR(Empty, "is empty")                                     \
  FALCO_IMAGE_FILE_ERROR(TooBig, "is bigger than a compiled rules file can be") \
  FALCO_IMAGE_FILE_ERROR(CantRead, "can't read")                                \
  FALCO_IMAGE_FILE_ERROR(CantSeal, "can't make a sealed copy of")

struct ImageFileError {
  enum class Code : uint8_t {
#define FALCO_IMAGE_FILE_ERROR(Sym, words) Sym,
    FALCO_IMAGE_FILE_ERRORS(FALCO_IMAGE_FILE_ERROR)
#undef FALCO_IMAGE_FILE_ERROR
  };
  Code code{};
  int system_errno = 0;  ///< 0 when the system had no complaint
};

/// "rules.fbc: is a directory"
std::string describe(const ImageFileError& error, const std::string& path);

class SealedImage {
 public:
  static Result<SealedImage, ImageFileError> from_file(const std::string& path);
  static Result<SealedImage, ImageFileError> from_bytes(Bytes bytes);

  SealedImage(SealedImage&& other) noexcept;
  SealedImage& operator=(SealedImage&& other) noexcept;
  ~SealedImage();

  /// Page-aligned; lives as long as this object, also when it is moved.
  Bytes bytes() const { return {data_, size_}; }

 private:
  SealedImage(const uint8_t* data, size_t size) : data_(data), size_(size) {}
  const uint8_t* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace fvm
