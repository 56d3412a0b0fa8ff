// SPDX-License-Identifier: Apache-2.0
//
// Loss: what of a stream of events was not seen, or not seen whole, by event code; and which rules it can have kept
// from reporting something. LossCounts are running totals, so a live source takes the difference of two for an
// interval; LossLedger knows the rules. Both are cold: the hot path only counts. Do not know sources, engines or text
// for people.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "vm/exec/rule_reach.h"
#include "vm/exec/rule_selection.h"
#include "vm/source/event_source.h"

namespace fvm {

//   FALCO_LOSS(Sym, "key in JSON", "words")          what can be wrong with one event
#define FALCO_LOSSES(FALCO_LOSS)                                  \
  FALCO_LOSS(Dropped, "dropped", "not recorded")                  \
  FALCO_LOSS(ExitMissing, "exits_missing", "never finished")      \
  FALCO_LOSS(Refused, "records_refused", "record unusable")       \
  FALCO_LOSS(EnterMissing, "enters_missing", "arguments missing") \
  FALCO_LOSS(UnknownThread, "unknown_thread", "thread unknown")   \
  FALCO_LOSS(UnknownDescriptor, "unknown_descriptor", "descriptor unknown")

// Reasons that are not about the events a rule decides. A stale record is one that a lost event would have changed.
#define FALCO_INDIRECT_LOSSES(FALCO_LOSS)                                                 \
  FALCO_LOSS(StaleThreads, "stale_process_state", "process records outdated")             \
  FALCO_LOSS(StaleDescriptors, "stale_descriptor_state", "descriptor records outdated")   \
  FALCO_LOSS(ContainersUnreadable, "containers_unreadable", "container records unusable") \
  FALCO_LOSS(Unnamed, "events_of_unknown_type", "lost without a trace of their type")

enum class LossKind : uint8_t {
#define FALCO_LOSS(Sym, key, words) Sym,
  FALCO_LOSSES(FALCO_LOSS) FALCO_INDIRECT_LOSSES(FALCO_LOSS)
#undef FALCO_LOSS
};

struct LossInfo {
  std::string_view key;
  std::string_view words;
};
inline constexpr LossInfo kLosses[] = {
#define FALCO_LOSS(Sym, key, words) {key, words},
    FALCO_LOSSES(FALCO_LOSS) FALCO_INDIRECT_LOSSES(FALCO_LOSS)
#undef FALCO_LOSS
};
inline constexpr size_t kLossKinds = sizeof(kLosses) / sizeof(kLosses[0]);
#define FALCO_LOSS(Sym, key, words) +1
inline constexpr size_t kEventLossKinds = 0 FALCO_LOSSES(FALCO_LOSS);  ///< the kinds that are counted by event code
#undef FALCO_LOSS
constexpr const LossInfo& loss_info(LossKind kind) { return kLosses[static_cast<size_t>(kind)]; }

/// Running totals.
struct LossCounts {
  std::array<CountByCode, kEventLossKinds> by_code{};
  uint64_t thread_records = 0;      ///< refused, evicted or cut by the ceilings of state
  uint64_t descriptor_records = 0;  ///< the same
  uint64_t container_records = 0;   ///< metadata that could not be read
  uint64_t unnamed = 0;  ///< losses that can concern any event: drop notices, unreadable records, an early end

  CountByCode& of(LossKind kind) { return by_code[static_cast<size_t>(kind)]; }
  const CountByCode& of(LossKind kind) const { return by_code[static_cast<size_t>(kind)]; }
  /// Losses of events with this code, over all kinds.
  uint64_t of_event(size_t code) const;
  uint64_t of_all_events() const;
  uint64_t of_kind(LossKind kind) const;  ///< over all events; of the kinds counted by code
  uint64_t lost_events() const;           ///< events that nobody saw, of known type
  bool any() const;
  /// What was added after `earlier`, which these counts grew from.
  LossCounts since(const LossCounts& earlier) const;
};

/// A rule that loss may have kept from reporting something, and how much of which kind it was.
struct BlindedRule {
  uint32_t rule = 0;
  std::array<uint64_t, kLossKinds> reasons{};

  uint64_t of(LossKind kind) const { return reasons[static_cast<size_t>(kind)]; }
  /// An event that the rule decides was lost or incomplete. Otherwise only what it knows of processes or descriptors
  /// may be outdated.
  bool directly() const;
};

class LossLedger {
 public:
  explicit LossLedger(const ImageView& image) : reach_(rule_reach(image)) {}

  /// The active rules that `lost` may have blinded, in installation order; none when nothing is lost. Rather one too
  /// many: a loss that can be any event blinds every rule.
  std::vector<BlindedRule> blinded(const LossCounts& lost, const ActiveRules& active) const;

 private:
  std::vector<RuleReach> reach_;
};

}  // namespace fvm
