// SPDX-License-Identifier: Apache-2.0
//
// Event times as text. Local forms use the zone offset in force now, not the one of the event's date, as the reference
// engine does. The offset is read once.
#pragma once

#include <cstdint>
#include <string>

namespace fvm {

enum class ClockForm : uint8_t {
  Time,       ///< HH:MM:SS.nnnnnnnnn, local
  TimeS,      ///< HH:MM:SS, local
  Datetime,   ///< YYYY-MM-DD HH:MM:SS.nnnnnnnnn, local
  DatetimeS,  ///< YYYY-MM-DD HH:MM:SS, local
  Iso8601,    ///< YYYY-MM-DDTHH:MM:SS.nnnnnnnnn+0000, UTC
  Zulu,       ///< YYYY-MM-DDTHH:MM:SS.nnnnnnnnnZ, UTC
};

inline constexpr size_t kClockTextBytes = 48;

/// Writes to `out`, which has kClockTextBytes; returns the length.
size_t format_clock(uint64_t ts_ns, ClockForm form, char* out);
std::string clock_text(uint64_t ts_ns, ClockForm form);

}  // namespace fvm
