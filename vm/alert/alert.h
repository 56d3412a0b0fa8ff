// SPDX-License-Identifier: Apache-2.0
//
// Alert: what a matched rule tells the world. render_line() gives the one line of it, text or JSON, as Falco prints it key for
// key; AlertSink takes such lines. Facts: rules language reference 5.3, 5.4.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fvm {

struct Alert {
  uint64_t ts_ns = 0;
  std::string_view rule;
  std::string_view source;
  std::string_view priority;
  std::string message;
  std::vector<std::string_view> tags;  ///< sorted
  nlohmann::json fields;               ///< object; the time field is added when rendering
};

/// Text: `TIME: PRIORITY MESSAGE`, escaped as the inside of a JSON string. No newline at the end.
std::string render_text(const Alert& alert);
/// JSON: one object, keys sorted.
std::string render_json(const Alert& alert, std::string_view hostname);

class AlertSink {
 public:
  virtual ~AlertSink() = default;
  /// `line` without its newline. False: the sink can take no more (full disk, closed pipe).
  virtual bool write(std::string_view line) = 0;
};

}  // namespace fvm
