// SPDX-License-Identifier: Apache-2.0
//
// Which system calls rules ask for among those that have no event of their own: they share the generic event, whose
// name is the call's. Read off the program of that event, so it holds for what runs. Cold. Does not know events or
// state.
#pragma once

#include "vm/event/event_set.h"
#include "vm/exec/predicate.h"
#include "vm/image/image_view.h"

namespace fvm {

/// Calls whose generic event some rule, active or not, might match if they come as one. Never too few. `predicates` are
/// those of the image.
SyscallSet generic_calls(const ImageView& image, const PredicateTable& predicates);

}  // namespace fvm
