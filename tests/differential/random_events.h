// SPDX-License-Identifier: Apache-2.0
//
// RandomEvent: a field source that makes up a value for every field from a seed: the same question gets the same answer for
// the same event. Values come from small pools, so that rules meet them. Fields that the event's code decides tell the truth.
#pragma once

#include <span>
#include <string_view>

#include "vm/base/arena.h"
#include "vm/field/field_use.h"
#include "vm/ops/value.h"

namespace differential {

inline constexpr std::string_view kTexts[] = {"",         "cat",          "CAT",         "bash",     "sshd",       "/etc/shadow", "/etc/passwd",
                                              "/usr/bin", "/usr/bin/cat", "a.txt",       "Zm9v",     "-ab",        "x y",         "/etc//shadow",
                                              "caf\xc3\xa9", "bad\xff",   "a\"b",        "O_RDONLY|O_CREAT"};
inline constexpr int64_t kNumbers[] = {0, 1, 2, 22, 80, 443, 1000, 54321, -1, -2};
inline constexpr std::string_view kAddresses[] = {"10.0.0.1", "10.0.0.2", "142.251.111.147", "127.0.0.1", "::1", "2001:db8::1"};

class RandomEvent {
 public:
  RandomEvent(fvm::EventCode code, uint64_t seed) : code_(code), seed_(seed) {}

  fvm::EventCode code() const { return code_; }
  fvm::ValueList read(const fvm::FieldUse& use, fvm::Arena& arena) const;
  fvm::ValueList read_for_output(const fvm::FieldUse& use, fvm::Arena& arena) const { return read(use, arena); }

 private:
  fvm::EventCode code_;
  uint64_t seed_;
};

/// Codes that occur: no unused rows, no events of other sources.
bool occurs(fvm::EventCode code);

}  // namespace differential
