// SPDX-License-Identifier: Apache-2.0
//
// Fields as conditions and outputs name them: the look-up of vm/abi/field_name.h, and what a misspelt name may have meant.
// Knows nothing of conditions or rules.
#pragma once

#include <string_view>

#include "compiler/sema/checked_rules.h"
#include "vm/abi/field_name.h"

namespace falcoc {

using FieldResult = fvm::FieldNameResult;
using fvm::is_event_type_name;
using fvm::resolve_field;
using fvm::resolve_field_text;

/// The name that an unknown one was probably meant to be, or empty. Costs a walk over the names, hence apart.
std::string_view nearest_known_name(const FieldResult& result);

/// A near event or system call name, or empty.
std::string_view nearest_event_type(std::string_view name);

}  // namespace falcoc
