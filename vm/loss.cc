// SPDX-License-Identifier: Apache-2.0
#include "vm/loss.h"

#include <algorithm>
#include <numeric>

namespace fvm {
namespace {

uint64_t sum(const CountByCode& counts) { return std::accumulate(counts.begin(), counts.end(), uint64_t{0}); }

bool changes_descriptors(const EventInfo& event) { return event.has(FALCO_EF_CREATES_FD | FALCO_EF_DESTROYS_FD); }
/// Clones, execs, changes of identity or folder ...: what later events of the process are judged by.
bool changes_threads(const EventInfo& event) {
  return event.has(FALCO_EF_MODIFIES_STATE) && !changes_descriptors(event);
}

struct Stale {
  uint64_t threads;
  uint64_t descriptors;
};

/// Records that are no longer right because the event that changed them was lost, or came without what it said.
Stale stale_records(const LossCounts& lost) {
  Stale stale{lost.thread_records, lost.descriptor_records};
  for (size_t code = 0; code < kEventCount; ++code) {
    uint64_t events = 0;
    for (const LossKind kind : {LossKind::Dropped, LossKind::ExitMissing, LossKind::Refused, LossKind::EnterMissing})
      events += lost.of(kind)[code];
    if (changes_threads(kEvents[code])) stale.threads += events;
    if (changes_descriptors(kEvents[code])) stale.descriptors += events;
  }
  return stale;
}

/// What of an event a loss takes away; a rule that needs nothing of it judges rightly. kAll: the event itself is gone.
uint8_t taken_by(LossKind kind, const EventInfo& event) {
  switch (kind) {
    case LossKind::EnterMissing:
      return need::kArguments | (changes_threads(event) ? need::kThread : 0);
    case LossKind::UnknownThread:
      return need::kThread | need::kDescriptor;
    case LossKind::UnknownDescriptor:
      return need::kDescriptor;
    default:
      return need::kAll;
  }
}

}  // namespace

uint64_t LossCounts::of_event(size_t code) const {
  uint64_t total = 0;
  for (const CountByCode& counts : by_code) total += counts[code];
  return total;
}

uint64_t LossCounts::of_all_events() const {
  uint64_t total = 0;
  for (const CountByCode& counts : by_code) total += sum(counts);
  return total;
}

uint64_t LossCounts::of_kind(LossKind kind) const { return sum(of(kind)); }

uint64_t LossCounts::lost_events() const {
  return of_kind(LossKind::Dropped) + of_kind(LossKind::ExitMissing) + of_kind(LossKind::Refused);
}

bool LossCounts::any() const {
  return of_all_events() + thread_records + descriptor_records + container_records + unnamed != 0;
}

LossCounts LossCounts::since(const LossCounts& earlier) const {
  LossCounts grown = *this;
  for (size_t kind = 0; kind < kEventLossKinds; ++kind) {
    for (size_t code = 0; code < kEventCount; ++code) grown.by_code[kind][code] -= earlier.by_code[kind][code];
  }
  grown.thread_records -= earlier.thread_records;
  grown.descriptor_records -= earlier.descriptor_records;
  grown.container_records -= earlier.container_records;
  grown.unnamed -= earlier.unnamed;
  return grown;
}

bool BlindedRule::directly() const {
  const bool event = std::any_of(reasons.begin(), reasons.begin() + kEventLossKinds, [](uint64_t n) { return n != 0; });
  return event || of(LossKind::Unnamed) != 0;
}

std::vector<BlindedRule> LossLedger::blinded(const LossCounts& lost, const ActiveRules& active) const {
  std::vector<BlindedRule> found;
  if (!lost.any()) return found;
  const Stale stale = stale_records(lost);
  struct Loss {
    LossKind kind;
    size_t code;
    uint64_t count;
    uint8_t taken;
  };
  std::vector<Loss> losses;
  for (size_t i = 0; i < kEventLossKinds; ++i) {
    const auto kind = static_cast<LossKind>(i);
    for (size_t code = 0; code < kEventCount; ++code) {
      const uint64_t count = lost.by_code[i][code];
      if (count != 0) losses.push_back({kind, code, count, taken_by(kind, kEvents[code])});
    }
  }
  for (uint32_t rule = 0; rule < reach_.size(); ++rule) {
    const RuleReach& reach = reach_[rule];
    if (!active.test(rule) || reach.events.none()) continue;
    BlindedRule blind{rule};
    const auto add = [&blind](LossKind kind, uint64_t count) { blind.reasons[static_cast<size_t>(kind)] += count; };
    for (const Loss& loss : losses) {
      const bool is_needed = loss.taken == need::kAll || (loss.taken & reach.needs) != 0;
      if (is_needed && reach.events[loss.code]) add(loss.kind, loss.count);
    }
    if ((reach.needs & need::kThread) != 0) add(LossKind::StaleThreads, stale.threads);
    if ((reach.needs & need::kDescriptor) != 0) add(LossKind::StaleDescriptors, stale.descriptors);
    if ((reach.needs & need::kContainer) != 0) add(LossKind::ContainersUnreadable, lost.container_records);
    add(LossKind::Unnamed, lost.unnamed);
    if (std::any_of(blind.reasons.begin(), blind.reasons.end(), [](uint64_t n) { return n != 0; }))
      found.push_back(blind);
  }
  return found;
}

}  // namespace fvm
