// SPDX-License-Identifier: Apache-2.0
#include "vm/field/clock_text.h"

#include <cstdio>
#include <ctime>

namespace fvm {
namespace {

int64_t local_offset_s() {
  static const int64_t offset_s = [] {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    return localtime_r(&now, &local) != nullptr ? static_cast<int64_t>(local.tm_gmtoff) : int64_t{0};
  }();
  return offset_s;
}

}  // namespace

size_t format_clock(uint64_t ts_ns, ClockForm form, char* out) {
  const bool utc = form == ClockForm::Iso8601 || form == ClockForm::Zulu;
  const auto seconds = static_cast<std::time_t>(ts_ns / 1'000'000'000) + (utc ? 0 : local_offset_s());
  const auto ns = static_cast<unsigned>(ts_ns % 1'000'000'000);
  std::tm t{};
  if (gmtime_r(&seconds, &t) == nullptr) return 0;
  int n = 0;
  if (form != ClockForm::Time && form != ClockForm::TimeS) {
    n = std::snprintf(out, kClockTextBytes, "%04d-%02d-%02d%c", t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, utc ? 'T' : ' ');
  }
  n += std::snprintf(out + n, kClockTextBytes - static_cast<size_t>(n), "%02d:%02d:%02d", t.tm_hour, t.tm_min, t.tm_sec);
  if (form != ClockForm::TimeS && form != ClockForm::DatetimeS) {
    n += std::snprintf(out + n, kClockTextBytes - static_cast<size_t>(n), ".%09u", ns);
  }
  if (form == ClockForm::Iso8601) n += std::snprintf(out + n, kClockTextBytes - static_cast<size_t>(n), "+0000");
  if (form == ClockForm::Zulu) n += std::snprintf(out + n, kClockTextBytes - static_cast<size_t>(n), "Z");
  return static_cast<size_t>(n);
}

std::string clock_text(uint64_t ts_ns, ClockForm form) {
  char buffer[kClockTextBytes];
  return {buffer, format_clock(ts_ns, form, buffer)};
}

}  // namespace fvm
