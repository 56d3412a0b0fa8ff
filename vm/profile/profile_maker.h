// SPDX-License-Identifier: Apache-2.0
//
// ProfileMaker: a profiler's sums -> estimates for all events, with names. Cold.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vm/profile/rule_profiler.h"

namespace fvm {

class ProfileMaker {
 public:
  ProfileMaker(const RuleProfiler& profiler, double ns_per_tick);
  Profile make();

 private:
  struct Estimate {
    double ns = 0;
    double variance = 0;
  };
  Estimate estimate(const RuleProfiler::Sums& sums, const RuleProfiler::Sums& all, double events) const;
  void add_code(size_t code);
  void add_tests();
  void add_rule_facts();

  const RuleProfiler& from_;
  const ImageView& image_;
  double ns_per_tick_;
  Profile out_;
  std::vector<double> rule_variance_;
  double variance_ = 0;
  std::vector<std::map<std::string_view, Profile::OnEvent>> on_events_;  ///< per rule
  std::map<std::string_view, Profile::EventType> types_;
  struct Scale {
    double events = 0;
    double weight = 0;
    double ns = 0;
    double traced_ticks = 0;
  };
  std::vector<Scale> scales_;  ///< per program
};

}  // namespace fvm
