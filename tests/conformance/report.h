// SPDX-License-Identifier: Apache-2.0
//
// Report: counts cases and prints each failure as `FAIL name: expected …, got …`.
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
  size_t passed() const { return passed_; }
  size_t failed() const { return failed_; }

 private:
  size_t passed_ = 0;
  size_t failed_ = 0;
};

}  // namespace conformance
