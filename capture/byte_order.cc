// SPDX-License-Identifier: Apache-2.0
#include "capture/byte_order.h"

#include "vm/abi/dyn_layout.h"
#include "vm/abi/limits.h"

namespace fvm {

namespace {

constexpr uint8_t kFamilyUnix = 1, kFamilyInet = 2, kFamilyInet6 = 10;

/// Reverses `count` bytes at `at` if they lie within the value.
void swap_at(uint8_t* value, size_t bytes, size_t at, size_t count) {
  if (at + count <= bytes) std::reverse(value + at, value + at + count);
}

void swap_number(uint8_t* value, size_t bytes) {
  if (bytes == 2 || bytes == 4 || bytes == 8) std::reverse(value, value + bytes);
}

/// Family, then what the family has; addresses stay as they are.
void swap_address(uint8_t* value, size_t bytes, bool pair) {
  if (bytes == 0) return;
  const size_t address_bytes = value[0] == kFamilyInet ? 4 : 16;
  switch (value[0]) {
    case kFamilyInet:
    case kFamilyInet6:
      swap_at(value, bytes, 1 + address_bytes, 2);
      if (pair) swap_at(value, bytes, 1 + 2 * address_bytes + 2, 2);
      break;
    case kFamilyUnix:
      if (pair) {
        swap_at(value, bytes, 1, 8);
        swap_at(value, bytes, 9, 8);
      }
      break;
    default:
      break;
  }
}

/// u16 count, then (i64 descriptor, u16 bits) each.
void swap_fd_list(uint8_t* value, size_t bytes) {
  constexpr size_t kEntryBytes = 10;
  swap_at(value, bytes, 0, 2);
  for (size_t at = 2; at + kEntryBytes <= bytes; at += kEntryBytes) {
    swap_at(value, bytes, at, 8);
    swap_at(value, bytes, at + 8, 2);
  }
}

bool is_number(TypeId type) {
  switch (kind_of(type)) {
    case Kind::Int:
    case Kind::Uint:
    case Kind::Bool:
    case Kind::Double:
      return true;
    default:
      return type == TypeId::SIGSET;
  }
}

/// The length table at `lens` and the parameters behind it, up to `end`.
void swap_params(const EventInfo& info, uint32_t count, uint8_t* lens, const uint8_t* end) {
  const size_t width = info.has(FALCO_EF_LARGE_PAYLOAD) ? sizeof(uint32_t) : sizeof(uint16_t);
  if (count > static_cast<size_t>(end - lens) / width) return;
  uint8_t* data = lens + count * width;
  bool lies = false;
  for (uint32_t i = 0; i < count; ++i) {
    uint8_t* length = lens + i * width;
    std::reverse(length, length + width);
    const size_t bytes = width == sizeof(uint32_t) ? load<uint32_t>(length) : load<uint16_t>(length);
    lies = lies || bytes > static_cast<size_t>(end - data);
    if (lies) continue;  // the lengths are swapped on, for the reader to see it
    if (i < info.param_count) swap_param(info.params()[i], data, bytes);
    data += bytes;
  }
}

}  // namespace

void swap_param(const ParamInfo& param, uint8_t* value, size_t bytes) {
  switch (param.type) {
    case TypeId::SOCKADDR:
      return swap_address(value, bytes, false);
    case TypeId::SOCKTUPLE:
      return swap_address(value, bytes, true);
    case TypeId::FDLIST:
      return swap_fd_list(value, bytes);
    case TypeId::DYN:
      if (bytes > 1 && is_number(dyn_layout(param.table, value[0]))) swap_number(value + 1, bytes - 1);
      return;
    default:
      if (is_number(param.type)) swap_number(value, bytes);
  }
}

const uint8_t* swap_event_block(const uint8_t* block, uint32_t length_bytes, BlockInfo info, Arena& arena) {
  auto* copy = reinterpret_cast<uint8_t*>(arena.alloc(length_bytes));
  std::memcpy(copy, block, length_bytes);
  uint8_t* const trailer = copy + length_bytes - kBlockTrailerBytes;
  swap_number(copy, 4);
  swap_number(copy + 4, 4);
  swap_number(trailer, 4);

  uint8_t* at = copy + kBlockHeaderBytes;
  const size_t prefix_bytes = sizeof(uint16_t) + (info.has_flags ? sizeof(uint32_t) : 0);
  const size_t header_bytes = info.version >= 2 ? kEventHeaderBytes : kEventHeaderBytesV1;
  if (static_cast<size_t>(trailer - at) < prefix_bytes + header_bytes) return copy;
  swap_number(at, sizeof(uint16_t));  // cpu
  if (info.has_flags) swap_number(at + sizeof(uint16_t), sizeof(uint32_t));
  at += prefix_bytes;
  swap_number(at, 8);        // ts
  swap_number(at + 8, 8);    // tid
  swap_number(at + 16, 4);   // len
  swap_number(at + 20, 2);   // code
  if (info.version >= 2) swap_number(at + kEventHeaderBytesV1, 4);

  const uint16_t code = load<uint16_t>(at + 20);
  if (code >= kEventCount) return copy;
  const uint32_t event_bytes = event_length(load<uint32_t>(at + 16), static_cast<EventCode>(code), info.version);
  if (event_bytes < header_bytes || event_bytes > static_cast<size_t>(trailer - at)) return copy;
  const EventInfo& row = kEvents[code];
  uint8_t* lens = at + header_bytes;
  const uint8_t* end = at + event_bytes;
  const uint32_t count = info.version >= 2 ? load<uint32_t>(at + kEventHeaderBytesV1)
                                           : inferred_count<true>(lens, static_cast<size_t>(end - lens), row.param_count).value_or(0);
  swap_params(row, count, lens, end);
  return copy;
}

}  // namespace fvm
