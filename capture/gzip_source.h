// SPDX-License-Identifier: Apache-2.0
//
// GzipSource: the inflated bytes of a gzip source of one or several members. The only user of zlib.
#pragma once

#include <memory>

#include "capture/byte_source.h"

namespace fvm {

/// First bytes of every gzip member; nothing else marks a compressed capture.
inline constexpr uint8_t kGzipMagic[2] = {0x1f, 0x8b};

/// `prefix`: bytes already taken from `inner` ; they are copied and come first.
std::unique_ptr<ByteSource> gzip_source(std::unique_ptr<ByteSource> inner, Bytes prefix);

}  // namespace fvm
