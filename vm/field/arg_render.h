// SPDX-License-Identifier: Apache-2.0
//
// Event parameters as text: the one renderer behind evt.arg, evt.args, evt.info and evt.res. `raw` is the recorded value,
// `resolved` what state and the name tables know about it ("" for nothing): `fd=3(<f>/etc/passwd)`.
#pragma once

#include <string_view>

#include "vm/base/arena.h"
#include "vm/field/field_reader.h"

namespace fvm {

struct ParamText {
  std::string_view raw;
  std::string_view resolved;
  std::string_view best() const { return resolved.empty() ? raw : resolved; }
};

/// How many parameters can be shown: recorded ones that the event's row knows.
size_t shown_params(const EventView& event);

/// Parameter `index`, below shown_params().
ParamText render_param(const EvalContext& context, size_t index, Arena& arena);

/// `name=raw(resolved) ...` for all parameters; "" for generic system calls.
std::string_view render_args(const EvalContext& context, Arena& arena);

}  // namespace fvm
