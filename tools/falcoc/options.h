// SPDX-License-Identifier: Apache-2.0
//
// The command line of falcoc as a value. parse_options() is the only user of CLI11.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/listing/table_listing.h"

namespace falcoc::tool {

/// Exit codes of both programs.
enum ExitCode : int { kOk = 0, kBadRules = 1, kUsage = 2, kOutsideWorld = 3 };

enum class Command : uint8_t { Compile, Verify, Disasm, List, Dump, Explain, Cost };
enum class MessageFormat : uint8_t { Text, Json };

struct Options {
  Command command = Command::Compile;
  std::vector<std::string> rules;      ///< files and folders, in load order
  std::string image;                   ///< verify, disasm
  std::string subject;                 ///< list: what; explain: which diagnostic
  std::string stage;                   ///< dump
  std::string out;                     ///< empty: check only
  std::vector<std::string> only_tags, without_tags, without_names;
  std::string priority = "debug";
  MessageFormat format = MessageFormat::Text;
  listing::Format list_format = listing::Format::Text;
  std::optional<uint64_t> max_cost;    ///< cost
  std::string profile;                 ///< cost: file to weigh with; empty: none
  bool warnings_are_errors = false;
  bool strip = false;
};

/// nullopt: the caller is to exit with `exit_code` (help, version or a usage error already printed).
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace falcoc::tool
