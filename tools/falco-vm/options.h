// SPDX-License-Identifier: Apache-2.0
//
// The command line of falco-vm as a value. parse_options() is the only user of CLI11.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace falco_vm {

/// Exit codes of both programs.
enum ExitCode : int { kOk = 0, kBadImage = 1, kUsage = 2, kOutsideWorld = 3 };

struct Options {
  std::string ruleset;
  std::string capture;    ///< empty: live, from the kernel module
  std::string device;     ///< of the kernel module
  uint32_t ring_mb = 8;   ///< ring buffer of each CPU; a power of two
  uint32_t snaplen = 80;  ///< bytes of data of reads and writes that the kernel module keeps
  bool json = false;
  bool all_matches = false;
  bool buffered = false;
  std::vector<std::string> only_tags;
  std::vector<std::string> without_tags;
  std::vector<std::string> without_names;
  std::string priority = "debug";
  uint64_t max_seconds = 0;  ///< of event time, live of the clock; 0 = no limit
  std::string output = "-";
  std::string write_file;        ///< a capture to write; empty: none
  bool write_matched = false;    ///< only what rules matched, and what state needs
  bool stats = false;
  std::string stats_file;  ///< empty: standard error
  bool profile = false;
  std::string profile_file;                ///< empty: standard error
  uint32_t profile_every = 512;            ///< see ProfilerOptions::every
  bool list_events = false;                ///< print the table of events, as JSON with `json`, and do nothing else
  bool markdown = false;                   ///< of --list-events
  std::vector<std::string> without_steps;  ///< parts that only save time, to do without, for comparing; see kSteps
  std::string explain;                     ///< not empty: RULE or RULE@EVENT, instead of alerts
  std::string print_format;                ///< not empty: print events instead of running rules
};

/// What --disable accepts.
inline constexpr const char* kSteps[] = {"interest", "classes", "matchers", "memo", "processes"};

/// nullopt: the caller is to exit with `exit_code` (help, version or a usage error already printed).
std::optional<Options> parse_options(int argc, char** argv, int& exit_code);

}  // namespace falco_vm
