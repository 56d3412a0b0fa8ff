// SPDX-License-Identifier: Apache-2.0
//
// Evaluation and formatting cases: each runs through the naive evaluator and through compiler, image, verifier and machine,
// with passes on and off. All must give the recorded result.
#pragma once

#include "tests/conformance/case_file.h"
#include "tests/conformance/report.h"

namespace conformance {

void run_eval_cases(const CaseFile& file, Report& report);

}  // namespace conformance
