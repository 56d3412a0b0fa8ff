// SPDX-License-Identifier: Apache-2.0
//
// Event code -> handler, from handlers.def.

#include <array>

#include "vm/state/state_core.h"

namespace fvm {
namespace {

constexpr std::array<Handler, kEventCount> make_handlers() {
  std::array<Handler, kEventCount> table{};
#define FALCO_HANDLER(Sym, function) table[static_cast<size_t>(EventCode::Sym)] = function;
#include "vm/state/handlers.def"
#undef FALCO_HANDLER
  return table;
}
constexpr std::array<Handler, kEventCount> kHandlers = make_handlers();

}  // namespace

Handler handler_of(EventCode code) { return kHandlers[static_cast<size_t>(code)]; }

}  // namespace fvm
