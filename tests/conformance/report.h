// SPDX-License-Identifier: Apache-2.0
//
// Report: counts cases and prints each failure as `FAIL name: expected …, got …`.
// A case that is marked as a known defect of the reference records what we do not copy. Where we answer something else, it
// neither passes nor fails: it is printed as `DIFFERS` and counted apart; docs/compatibility.md says why.
#pragma once

#include <cstdio>
#include <string>

namespace conformance {

class Report {
 public:
  void pass() { ++passed_; }
  void fail(const std::string& name, const std::string& expected, const std::string& got) {
    ++failed_;
    std::printf("FAIL %s\n     expected %s\n     got      %s\n", name.c_str(), expected.c_str(), got.c_str());
  }
  void judge(const std::string& name, const std::string& expected, const std::string& got) {
    if (expected == got) {
      pass();
    } else {
      fail(name, expected, got);
    }
  }
  /// A case whose recorded result is a known defect. `corrects`: `got` is a correction of it, not a malfunction.
  void judge_defect(const std::string& name, const std::string& recorded, const std::string& got, bool corrects) {
    if (recorded == got || !corrects) return judge(name, recorded, got);
    ++differs_;
    std::printf("DIFFERS %s\n     recorded %s, a known defect of the reference\n     got      %s\n", name.c_str(), recorded.c_str(), got.c_str());
  }
  size_t passed() const { return passed_; }
  size_t differs() const { return differs_; }
  size_t failed() const { return failed_; }

 private:
  size_t passed_ = 0;
  size_t failed_ = 0;
  size_t differs_ = 0;
};

}  // namespace conformance
