// SPDX-License-Identifier: Apache-2.0
//
// The block frame and the table of block types. Every block:
//
//   offset size
//      0    4   type (blocks.def)
//      4    4   L, length of the whole block
//      8  L-12  body, padded with zeros to a multiple of 4
//    L-4    4   L again
#pragma once

#include <cstddef>
#include <cstdint>

#include "vm/abi/tables.h"

namespace fvm {

inline constexpr size_t kBlockHeaderBytes = 8;
inline constexpr size_t kBlockTrailerBytes = 4;
inline constexpr size_t kBlockFrameBytes = kBlockHeaderBytes + kBlockTrailerBytes;
/// Bodies that are lists end when fewer bytes remain: what is left is padding.
inline constexpr size_t kListPaddingBytes = 4;

inline constexpr uint32_t kSectionBlock = 0x0A0D0D0A;  ///< the row of blocks.def, which reads the same in both byte orders
inline constexpr uint32_t kSectionMagic = 0x1A2B3C4D;
inline constexpr uint16_t kSectionMajor = 1;
inline constexpr size_t kSectionBodyBytes = 16;
inline constexpr size_t kMachineBodyBytes = 180;
inline constexpr size_t kMachineHostnameBytes = 128;

/// Header of an event: ts u64, tid i64, len u32, code u16, and from version 2 on nparams u32.
inline constexpr size_t kEventHeaderBytesV1 = 22;
inline constexpr size_t kEventHeaderBytes = 26;
inline constexpr uint32_t kEventFlagStateOnly = 1;

enum class BlockKind : uint8_t { Unknown, Section, Machine, Threads, Fds, Interfaces, Users, Event };

struct BlockInfo {
  BlockKind kind = BlockKind::Unknown;
  uint8_t version = 0;
  bool has_flags = false;
  bool large = false;
};

constexpr BlockInfo block_info(uint32_t type) {
  switch (type) {
#define FALCO_BLOCK(id, Kind, version, flags, large) \
  case id:                                           \
    return {BlockKind::Kind, version, flags, large};
#include "capture/blocks.def"
#undef FALCO_BLOCK
    default:
      return {};
  }
}

/// The id that today's writers give such a block. The oldest files had ids of their own: 0x8...ABCD.
constexpr uint32_t newest_block(BlockKind kind, bool has_flags = false, bool large = false) {
  constexpr uint32_t kOldestIds = 0x80000000;
  uint32_t id = 0;
  int newest = 0;
  const auto look_at = [&](uint32_t row_id, const BlockInfo& row) {
    if (row.kind != kind || row.has_flags != has_flags || row.large != large || row_id >= kOldestIds || row.version <= newest) return;
    id = row_id;
    newest = row.version;
  };
#define FALCO_BLOCK(id, Kind, version, flags, large) look_at(id, {BlockKind::Kind, version, flags, large});
#include "capture/blocks.def"
#undef FALCO_BLOCK
  return id;
}
static_assert(newest_block(BlockKind::Threads) == 0x215 && newest_block(BlockKind::Event, true, true) == 0x222);

/// Bytes of an event from what its header says: an old writer made two events, in version 1, 3 bytes longer than they are.
constexpr uint32_t event_length(uint32_t said_bytes, EventCode code, int version) {
  constexpr uint32_t kSlipBytes = 3;
  const bool slipped = version < 2 && (code == EventCode::NOTIFICATION_E || code == EventCode::INFRASTRUCTURE_EVENT_E);
  return slipped && said_bytes >= kSlipBytes ? said_bytes - kSlipBytes : said_bytes;
}

}  // namespace fvm
