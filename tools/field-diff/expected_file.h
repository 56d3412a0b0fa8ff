// SPDX-License-Identifier: Apache-2.0
//
// ExpectedFile: recorded field values, one JSON object a line, plain or gzip, in ascending order of evt.num.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <memory>
#include <string>

#include "capture/input_stream.h"
#include "vm/base/result.h"

namespace field_diff {

class ExpectedFile {
 public:
  static fvm::Result<ExpectedFile, std::string> open(const std::string& path);

  /// Goes to the next line; false at the end or when error() is set.
  bool next();
  const nlohmann::json& fields() const { return fields_; }
  uint64_t event_number() const { return event_number_; }
  const std::string& error() const { return error_; }  ///< empty: none

 private:
  explicit ExpectedFile(std::unique_ptr<fvm::InputStream> in) : in_(std::move(in)) {}
  bool read_line(std::string& line);
  bool fail(const std::string& why);

  std::unique_ptr<fvm::InputStream> in_;
  uint64_t line_number_ = 0;
  uint64_t event_number_ = 0;
  nlohmann::json fields_;
  std::string error_;
};

}  // namespace field_diff
