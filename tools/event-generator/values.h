// SPDX-License-Identifier: Apache-2.0
//
// What the alert of an act must say: values of fields, from the act's row of acts.def.
//
//   values ::= value ("; " value)*        value ::= FIELD "=" [TEXT]      without TEXT: nothing is said of that field
//
// From the command follow proc.name, proc.cmdline, proc.pname and container.id, from the steps the fields that show
// their operands; the column `values` adds to that and replaces. user.name, unless it stands there, is whoever runs the
// generator. Knows nothing of alerts.
#pragma once

#include <map>
#include <string>

#include "tools/event-generator/acts.h"

namespace event_generator {

/// Field -> value; @dir, @scratch, @pid and @ppid stand for what they are in acts.def.
using Values = std::map<std::string, std::string>;

Values values_of(const Act& act);

}  // namespace event_generator
