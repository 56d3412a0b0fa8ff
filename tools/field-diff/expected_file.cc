// SPDX-License-Identifier: Apache-2.0
#include "tools/field-diff/expected_file.h"

#include <cstring>
#include <utility>

namespace field_diff {
namespace {

constexpr size_t kLineBytes = 16u << 20;  ///< one event; the longest recorded ones have some 100 KB

}  // namespace

fvm::Result<ExpectedFile, std::string> ExpectedFile::open(const std::string& path) {
  auto source = fvm::open_file(path);
  if (!source) return fvm::Err{path + ": " + source.error().message};
  return ExpectedFile(std::make_unique<fvm::InputStream>(std::move(*source)));
}

/// False at the end, or when reading failed: then error_ is set.
bool ExpectedFile::read_line(std::string& line) {
  line.clear();
  while (true) {
    if (in_->available() == 0 && !in_->fill(1)) {
      if (in_->error()) return fail(in_->error()->message);
      return !line.empty();
    }
    const auto* start = reinterpret_cast<const char*>(in_->data());
    const void* newline = std::memchr(start, '\n', in_->available());
    const size_t bytes = newline ? static_cast<size_t>(static_cast<const char*>(newline) - start) : in_->available();
    line.append(start, bytes);
    in_->consume(bytes + (newline ? 1 : 0));
    if (newline) return true;
    if (line.size() > kLineBytes) return fail("the line is too long");
  }
}

bool ExpectedFile::next() {
  if (!error_.empty()) return false;
  std::string line;
  do {
    if (!read_line(line)) return false;
    ++line_number_;
  } while (line.empty());
  fields_ = nlohmann::json::parse(line, nullptr, false);
  if (!fields_.is_object()) return fail("not a JSON object");
  const auto number = fields_.find("evt.num");
  if (number == fields_.end() || !number->is_number_unsigned()) return fail("`evt.num` is missing");
  const auto before = event_number_;
  event_number_ = number->get<uint64_t>();
  if (event_number_ <= before) return fail("`evt.num` does not ascend");
  return true;
}

bool ExpectedFile::fail(const std::string& why) {
  error_ = why + " (line " + std::to_string(line_number_) + ")";
  return false;
}

}  // namespace field_diff
