// SPDX-License-Identifier: Apache-2.0
//
// Conditions -> branches. And, or and not become jumps; every test jumps straight to what its outcome decides.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "compiler/emit/code_builder.h"
#include "compiler/opt/passes.h"

namespace falcoc {

/// Gives the image's number of a predicate when code first uses it.
using NumberPredicate = std::function<ImagePredicate(ir::PredicateId)>;

/// The program that decides the rules one after the other; nothing when it would exceed `max_instructions`.
std::optional<std::vector<fvm::Instr>> generate(const EventProgram& program, const ir::Module& module,
                                                const NumberPredicate& number, size_t max_instructions);

}  // namespace falcoc
