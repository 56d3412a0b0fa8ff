// SPDX-License-Identifier: Apache-2.0
//
// The check that makes a length table trustworthy. Knows the wire widths of that table, nothing about events' meaning.
#include "vm/event/decoder.h"

namespace fvm {

namespace {

/// Prefix sums of `count` lengths into `starts`; the total, which may exceed what `starts` can hold only if it also
/// exceeds every record (so the caller refuses it).
template <typename Length>
uint64_t sum_lengths(const uint8_t* lens, size_t count, uint32_t* starts) {
  uint64_t at = 0;
  for (size_t i = 0; i < count; ++i) {
    at += load<Length>(lens + i * sizeof(Length));
    starts[i + 1] = static_cast<uint32_t>(at);
  }
  return at;
}

}  // namespace

DecodeError Decoder::decode(const RawEvent& raw, EventView& out) {
  if (static_cast<size_t>(raw.code) >= kEventCount) return DecodeError::UnknownCode;
  if (raw.nparams > limits::kEventParams) return DecodeError::TooManyParams;
  const size_t width = raw.large_lens ? 4 : 2;
  if (raw.lens.size() < raw.nparams * width) return DecodeError::ShortLengthTable;

  out.starts_[0] = 0;
  const uint64_t total = raw.large_lens ? sum_lengths<uint32_t>(raw.lens.data(), raw.nparams, out.starts_.data())
                                        : sum_lengths<uint16_t>(raw.lens.data(), raw.nparams, out.starts_.data());
  if (total > raw.data.size() || total > UINT32_MAX) {
    out.nparams = 0;
    return DecodeError::ParamsBeyondRecord;
  }
  out.ts_ns = raw.ts_ns;
  out.tid = raw.tid;
  out.code = raw.code;
  out.cpu = raw.cpu;
  out.nparams = static_cast<uint16_t>(raw.nparams);
  out.state_only = raw.state_only;
  out.data_ = raw.data.data();
  return DecodeError::None;
}

}  // namespace fvm
