// SPDX-License-Identifier: Apache-2.0
//
// Transformers: pure functions from evaluated arguments to a value. Results live in the event's arena or borrow from the
// arguments. A missing argument makes the result missing. Which calls are legal was decided by the compiler; a call with
// arguments of another kind gives missing here.
#pragma once

#include <span>
#include <string_view>

#include "vm/abi/tables.h"
#include "vm/base/arena.h"
#include "vm/ops/value.h"

namespace fvm::ops {

/// An evaluated argument. `is_list`: a list field, a literal list or a list-valued call, whatever the number of values.
struct TransformArg {
  ValueList values;
  bool is_list = false;
};

/// `selector`: the character of `getopt(…)[c]`, otherwise empty.
///   tolower toupper basename b64   element by element for a list
///   len                            elements of a list; bytes of a scalar
///   join                           args: separator, list
///   concat                         args: two or more scalars
///   getopt                         args: list of words, option string
ValueList apply(Transformer transformer, std::span<const TransformArg> args, std::string_view selector, Arena& arena);

/// A literal list `(a, b)`: the values of its elements in order; missing if an element is missing.
ValueList gather(std::span<const ValueList> elements, Arena& arena);

/// A present value of one.
ValueList single(const Value& value, Arena& arena);

}  // namespace fvm::ops
