// SPDX-License-Identifier: Apache-2.0
//
// Load cases: what the compiler says about rules files, compared with what the reference engine said.
#pragma once

#include "tests/conformance/case_file.h"
#include "tests/conformance/report.h"

namespace conformance {

void run_load_cases(const CaseFile& file, Report& report);

}  // namespace conformance
