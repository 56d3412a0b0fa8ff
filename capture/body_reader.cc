// SPDX-License-Identifier: Apache-2.0
//
// Every read is checked against the block first and the stream second: a lying length never reaches the next block.
#include "capture/body_reader.h"

namespace fvm {

std::string BodyReader::counted(size_t max_bytes, std::string_view what) {
  const size_t n = number<uint16_t>();
  if (n > max_bytes) {
    corrupt(std::string(what) + " is " + std::to_string(n) + " bytes long, more than " + std::to_string(max_bytes));
    return {};
  }
  return std::string(as_text(bytes(n)));
}

std::string BodyReader::text(size_t max_bytes, std::string_view what) {
  std::string s = counted(max_bytes, what);
  const size_t nul = s.find('\0');
  if (nul != std::string::npos) s.resize(nul);
  return s;
}

void BodyReader::skip(uint64_t n) {
  if (!ok()) return;
  if (n > left_) return corrupt("an entry says it is longer than its block");
  left_ -= n;
  if (!in_.skip(n)) fail(SourceError::Kind::Truncated, "the capture ends inside it");
}

const uint8_t* BodyReader::take(size_t n) {
  if (!ok()) return nullptr;
  if (n > left_) {
    corrupt("an entry runs beyond the end of its block");
    return nullptr;
  }
  if (!in_.fill(n)) {
    fail(SourceError::Kind::Truncated, "the capture ends inside it");
    return nullptr;
  }
  const uint8_t* p = in_.data();
  in_.consume(n);
  left_ -= n;
  return p;
}

void BodyReader::fail(SourceError::Kind kind, std::string why) {
  if (!ok()) return;
  kind_ = kind;
  why_ = std::move(why);
}

}  // namespace fvm
