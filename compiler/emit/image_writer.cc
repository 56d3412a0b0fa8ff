// SPDX-License-Identifier: Apache-2.0
//
// The layout; see the picture in vm/abi/image_format.h.
#include "compiler/emit/image_writer.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "vm/abi/fingerprint.h"
#include "vm/base/bytes.h"
#include "vm/base/hash.h"

namespace falcoc {
namespace {

using fvm::Bytes;
using fvm::SectionId;

template <typename T>
Bytes bytes_of(const std::vector<T>& records) {
  return {reinterpret_cast<const uint8_t*>(records.data()), records.size() * sizeof(T)};
}
Bytes bytes_of(const TextPool& pool) { return fvm::as_bytes(pool.bytes()); }

/// One case per section: a section without contents does not compile.
Bytes section_bytes(const ImageTables& t, SectionId id) {
  switch (id) {
    case SectionId::Strings:
      return bytes_of(t.strings);
    case SectionId::Constants:
      return bytes_of(t.constants);
    case SectionId::Operands:
      return bytes_of(t.operands);
    case SectionId::Fields:
      return bytes_of(t.fields);
    case SectionId::Terms:
      return bytes_of(t.terms);
    case SectionId::TermArgs:
      return bytes_of(t.term_args);
    case SectionId::Predicates:
      return bytes_of(t.predicates);
    case SectionId::Code:
      return bytes_of(t.code);
    case SectionId::Programs:
      return bytes_of(t.programs);
    case SectionId::Dispatch:
      return bytes_of(t.dispatch);
    case SectionId::RuleText:
      return bytes_of(t.rule_text);
    case SectionId::Rules:
      return bytes_of(t.rules);
    case SectionId::Tags:
      return bytes_of(t.tags);
    case SectionId::OutputParts:
      return bytes_of(t.output_parts);
    case SectionId::OutputFields:
      return bytes_of(t.output_fields);
    case SectionId::Interest:
      return bytes_of(t.interest);
    case SectionId::MapText:
      return bytes_of(t.map_text);
    case SectionId::SourceMap:
      return bytes_of(t.source_map);
  }
  return {};
}

constexpr uint64_t align8(uint64_t n) { return (n + 7) & ~uint64_t{7}; }

}  // namespace

uint64_t image_bytes(const ImageTables& tables) {
  uint64_t size = align8(sizeof(fvm::ImageHeader));
  for (size_t i = 0; i < fvm::kSectionCount; ++i)
    size += align8(section_bytes(tables, static_cast<SectionId>(i)).size());
  return size;
}

std::vector<uint8_t> write_image(const ImageTables& tables, uint32_t flags, const fvm::Digest128& sources_digest) {
  std::vector<uint8_t> out(image_bytes(tables));
  fvm::ImageHeader header{};
  std::ranges::copy(fvm::kImageMagic, header.magic);
  header.version = fvm::kImageVersion;
  header.flags = flags;
  header.file_bytes = out.size();
  header.fingerprints = fvm::kFingerprints;
  header.sources_digest = sources_digest;
  header.section_count = fvm::kSectionCount;
  size_t offset = align8(sizeof header);
  for (size_t i = 0; i < fvm::kSectionCount; ++i) {
    const Bytes section = section_bytes(tables, static_cast<SectionId>(i));
    header.sections[i] = {static_cast<uint32_t>(offset), static_cast<uint32_t>(section.size())};
    std::ranges::copy(section, out.begin() + static_cast<std::ptrdiff_t>(offset));
    offset += align8(section.size());
  }
  std::memcpy(out.data(), &header, sizeof header);

  constexpr size_t kDigest = offsetof(fvm::ImageHeader, digest);
  const Bytes all(out);
  const auto digest = fvm::hash128({all.first(kDigest), all.subspan(kDigest + sizeof(fvm::Digest128))});
  std::ranges::copy(digest, out.begin() + kDigest);
  return out;
}

}  // namespace falcoc
