// SPDX-License-Identifier: Apache-2.0
//
// First pass over an image: identity, size, digest, and a section table whose sections tile the file exactly.
#include "vm/image/image_view.h"

#include <algorithm>
#include <cstring>

#include "vm/abi/fingerprint.h"
#include "vm/base/hash.h"

namespace fvm {
namespace {

Err<VerifyError> header_error(VerifyCode code, size_t offset) { return {VerifyError{code, true, {}, offset}}; }

constexpr uint64_t align8(uint64_t n) { return (n + 7) & ~uint64_t{7}; }

bool all_zero(Bytes bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t b) { return b == 0; });
}

}  // namespace

Digest128 content_digest(Bytes image) {
  const size_t begin = offsetof(ImageHeader, digest);
  const size_t end = begin + sizeof(Digest128);
  const auto hash = hash128({image.first(begin), image.subspan(end)});
  Digest128 digest;
  std::copy(hash.begin(), hash.end(), digest.bytes);
  return digest;
}

Result<ImageView, VerifyError> ImageView::open(Bytes bytes) {
  // What the file is comes first: a damaged or foreign file should be called that, not "wrong digest".
  if (bytes.size() < sizeof kImageMagic || std::memcmp(bytes.data(), kImageMagic, sizeof kImageMagic) != 0) {
    return header_error(VerifyCode::BadMagic, 0);
  }
  if (bytes.size() < sizeof(ImageHeader)) return header_error(VerifyCode::TooShort, bytes.size());
  FALCO_CHECK(reinterpret_cast<uintptr_t>(bytes.data()) % 8 == 0);
  const ImageView view(bytes);
  const ImageHeader& h = view.header();

  if (h.version != kImageVersion) return header_error(VerifyCode::OtherVersion, offsetof(ImageHeader, version));
  constexpr size_t kPrints = offsetof(ImageHeader, fingerprints);
  const Fingerprints& f = h.fingerprints;
  if (f.events != kFingerprints.events) return header_error(VerifyCode::OtherEvents, kPrints);
  if (f.fields != kFingerprints.fields) return header_error(VerifyCode::OtherFields, kPrints + 8);
  if (f.opcodes != kFingerprints.opcodes) return header_error(VerifyCode::OtherOpcodes, kPrints + 16);
  if (f.types != kFingerprints.types) return header_error(VerifyCode::OtherTypes, kPrints + 24);
  if (f.cmp_ops != kFingerprints.cmp_ops) return header_error(VerifyCode::OtherCmpOps, kPrints + 32);
  if (f.transformers != kFingerprints.transformers) return header_error(VerifyCode::OtherTransformers, kPrints + 40);

  if (h.file_bytes != bytes.size()) return header_error(VerifyCode::WrongSize, offsetof(ImageHeader, file_bytes));
  if (h.digest != content_digest(bytes)) return header_error(VerifyCode::WrongDigest, offsetof(ImageHeader, digest));
  if ((h.flags & ~kImageStripped) != 0) return header_error(VerifyCode::BadHeader, offsetof(ImageHeader, flags));
  if (h.section_count != kSectionCount) return header_error(VerifyCode::BadCount, offsetof(ImageHeader, section_count));
  if (h.zero != 0) return header_error(VerifyCode::BadHeader, offsetof(ImageHeader, zero));

  uint64_t expected = align8(sizeof(ImageHeader));
  for (size_t i = 0; i < kSectionCount; ++i) {
    const SectionRec& s = h.sections[i];
    const uint64_t end = uint64_t{s.offset} + s.bytes;
    const bool sound = s.offset == expected && end <= bytes.size() && s.bytes % kSections[i].record_bytes == 0;
    const size_t at = offsetof(ImageHeader, sections) + i * sizeof(SectionRec);
    if (!sound) return Err{VerifyError{VerifyCode::BadLayout, false, static_cast<SectionId>(i), at}};
    expected = align8(end);
    const uint64_t gap_end = std::min<uint64_t>(expected, bytes.size());
    if (!all_zero(bytes.subspan(end, gap_end - end))) {
      return Err{VerifyError{VerifyCode::BadPadding, false, static_cast<SectionId>(i), end}};
    }
  }
  if (expected != bytes.size()) return header_error(VerifyCode::WrongSize, offsetof(ImageHeader, file_bytes));
  return view;
}

}  // namespace fvm
