// SPDX-License-Identifier: Apache-2.0
//
// Lays finished sections out as bytes: header, sections in order, zero padding, digest. Pure function of its arguments.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/emit/image_tables.h"

namespace falcoc {

/// Size of the file that write_image() would make; may exceed what the format can hold.
uint64_t image_bytes(const ImageTables& tables);

/// The caller has checked image_bytes() against limits::kImageBytes.
std::vector<uint8_t> write_image(const ImageTables& tables, uint32_t flags, const fvm::Digest128& sources_digest);

}  // namespace falcoc
