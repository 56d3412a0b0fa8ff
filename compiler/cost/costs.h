// SPDX-License-Identifier: Apache-2.0
//
// costs.def as arrays. Knows neither rules nor conditions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "vm/abi/tables.h"

namespace falcoc {

/// Length of the texts that operators are priced for: a long path, a usual command line.
inline constexpr size_t kAssumedTextBytes = 256;

inline constexpr uint64_t kStepCost = 0
#define FALCO_STEP_COST(ns) +(ns)
#include "compiler/cost/costs.def"
    ;
inline constexpr uint64_t kNumberCost = 0
#define FALCO_NUMBER_COST(ns) +(ns)
#include "compiler/cost/costs.def"
    ;
inline constexpr uint64_t kNetworkCost = 0
#define FALCO_NETWORK_COST(ns) +(ns)
#include "compiler/cost/costs.def"
    ;

namespace detail {
constexpr std::array<uint64_t, std::size(fvm::kCmpOps)> make_op_costs() {
  std::array<uint64_t, std::size(fvm::kCmpOps)> costs{};
#define FALCO_OP_COST(Sym, ns) costs[static_cast<size_t>(fvm::CmpOp::Sym)] = ns;
#include "compiler/cost/costs.def"
  return costs;
}
constexpr std::array<uint64_t, std::size(fvm::kTransformers)> make_transformer_costs() {
  std::array<uint64_t, std::size(fvm::kTransformers)> costs{};
#define FALCO_TRANSFORMER_COST(Sym, ns) costs[static_cast<size_t>(fvm::Transformer::Sym)] = ns;
#include "compiler/cost/costs.def"
  return costs;
}
constexpr std::array<uint64_t, std::size(fvm::kFields)> make_field_costs() {
  std::array<uint64_t, std::size(fvm::kFields)> costs{};
#define FALCO_OTHER_FIELD_COST(ns) costs.fill(ns);
#include "compiler/cost/costs.def"
#define FALCO_FIELD_COST(Sym, ns) costs[static_cast<size_t>(fvm::FieldId::Sym)] = ns;
#include "compiler/cost/costs.def"
  return costs;
}
constexpr size_t kQuants = 4;
constexpr std::array<uint64_t, kQuants> make_value_counts() {
  std::array<uint64_t, kQuants> counts{};
#define FALCO_VALUES(Sym, count) counts[static_cast<size_t>(fvm::Quant::Sym)] = count;
#include "compiler/cost/costs.def"
  return counts;
}
template <size_t kSize>
constexpr bool all_priced(const std::array<uint64_t, kSize>& costs) {
  for (const uint64_t cost : costs) {
    if (cost == 0) return false;
  }
  return true;
}
}  // namespace detail

inline constexpr auto kOpCosts = detail::make_op_costs();
inline constexpr auto kTransformerCosts = detail::make_transformer_costs();
inline constexpr auto kFieldCosts = detail::make_field_costs();
inline constexpr auto kAssumedValues = detail::make_value_counts();
static_assert(detail::all_priced(kOpCosts) && detail::all_priced(kTransformerCosts));
static_assert(detail::all_priced(kFieldCosts) && detail::all_priced(kAssumedValues));

}  // namespace falcoc
