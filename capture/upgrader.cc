// SPDX-License-Identifier: Apache-2.0
//
// While steps are chained an event is a list of borrowed parameters; its bytes are put together once, at the end.
#include "capture/upgrader.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string_view>

#include "vm/base/check.h"

namespace fvm {

namespace {

constexpr uint8_t kZeros[16] = {};
constexpr uint8_t kOnes[4] = {0xff, 0xff, 0xff, 0xff};

Bytes zero_of(TypeId type) {
  if (type == TypeId::UID || type == TypeId::GID) return kOnes;
  return Bytes(kZeros).first(type_info(type).size_bytes);
}

/// A longer value keeps its low bytes.
Bytes fit(Bytes value, TypeId type) {
  const size_t size = type_info(type).size_bytes;
  return size != 0 && value.size() > size ? value.first(size) : value;
}

/// Codes come in pairs: even the enter event, odd the exit event.
size_t exit_of(EventCode enter) { return static_cast<size_t>(enter) | 1u; }
size_t enter_of(EventCode exit) { return static_cast<size_t>(exit) & ~size_t{1}; }
bool is_exec(EventCode exit) { return event_info(exit).name.starts_with("execve"); }

/// Calls that don't come back: nobody waits for their exit event.
bool returns(EventCode enter, std::span<const Bytes> params) {
  if (enter != EventCode::GENERIC_E || params.empty() || params[0].size() != sizeof(uint16_t)) return true;
  constexpr std::string_view kOneWay[] = {"exit", "exit_group", "rt_sigreturn", "sigreturn", "restart_syscall"};
  const uint16_t number = load<uint16_t>(params[0].data());
  return number >= kSyscallCount || std::find(std::begin(kOneWay), std::end(kOneWay), kSyscalls[number].name) == std::end(kOneWay);
}

void split(const RawEvent& event, std::span<Bytes> params) {
  const uint8_t* data = event.data.data();
  for (size_t i = 0; i < event.nparams; ++i) {
    const size_t n =
        event.large_lens ? load<uint32_t>(event.lens.data() + 4 * i) : load<uint16_t>(event.lens.data() + 2 * i);
    params[i] = {data, n};
    data += n;
  }
}

}  // namespace

Upgrader::Upgrader() : buffer_(new uint8_t[kBufferBytes]) {}

Upgrader::Outcome Upgrader::upgrade_slowly(RawEvent& event, bool surplus_only, SourceStats& stats) {
  const uint32_t table_count = event_info(event.code).param_count;
  if (surplus_only) {
    // Not managed: fewer parameters are fine, more come from a newer writer.
    if (event.nparams > table_count) {
      event.nparams = table_count;
      event.lens = event.lens.first(table_count * (event.large_lens ? size_t{4} : size_t{2}));
    }
    return Outcome::Current;
  }
  if (event.nparams > table_count || event.data.size() > limits::kPlainEventBytes) return Outcome::Refused;

  work_.code = event.code;
  work_.count = event.nparams;
  looked_for_enter_ = false;
  bool is_split = false, changed = false;
  for (size_t round = 0; round < limits::kUpgradeRounds; ++round) {
    const EventInfo& info = event_info(work_.code);
    if (info.has(FALCO_EF_UNUSED)) return Outcome::Refused;
    const bool old = info.has(FALCO_EF_OLD_VERSION);
    const bool managed = info.has(FALCO_EF_CONVERTER_MANAGED);
    if (!managed && old) return info.dir == Dir::Enter ? Outcome::Absorbed : Outcome::Refused;

    bool finished = !managed || (info.dir == Dir::Exit && !old && work_.count == info.param_count);
    if (!finished) {
      const UpgradeRule* rule = find_upgrade(work_.code, work_.count);
      if (!rule) return Outcome::Refused;
      if (!is_split) split(event, work_.params);
      is_split = true;
      switch (rule->action) {
        case UpgradeAction::Store:
        case UpgradeAction::StoreAndPass:
          store_enter(event.tid, stats);
          if (rule->action == UpgradeAction::Store) return Outcome::Absorbed;
          finished = true;
          break;
        case UpgradeAction::Pass:
          finished = true;
          break;
        case UpgradeAction::Append:
        case UpgradeAction::Rebuild:
          apply(*rule, event.tid, stats);
          changed = true;
          break;
      }
    }
    if (finished) {
      if (!changed) return Outcome::Current;
      ++stats.upgraded;
      return write(event) ? Outcome::Current : Outcome::Refused;
    }
  }
  return Outcome::Refused;
}

void Upgrader::store_enter(int64_t tid, SourceStats& stats) {
  const auto params = std::span<const Bytes>(work_.params).first(work_.count);
  const auto replaced = enters_.put(tid, work_.code, params);
  stats.enters_evicted = enters_.evicted();
  stored_.set(static_cast<size_t>(work_.code));
  // The thread is in its next call, so the one before has ended unseen.
  if (replaced && taken_[static_cast<size_t>(*replaced)]) ++stats.exits_missing[exit_of(*replaced)];
  if (!returns(work_.code, params)) enters_.forget_event(tid);
}

/// The enter event of the exit event at hand; null when the thread has none, or one of another call.
EnterStore::Slot* Upgrader::take_enter(int64_t tid, SourceStats& stats) {
  EnterStore::Slot* enter = enters_.find(tid);
  if (enter && exit_of(enter->code()) == static_cast<size_t>(work_.code)) return enter;
  if (enter) {
    // A call whose exit was lost. The thread has moved on, so the stored event is of no use to anybody.
    ++stats.wrong_partners;
    ++stats.exits_missing[exit_of(enter->code())];
    enters_.free(*enter);
  }
  // A thread other than the leader that executes a program comes back as the leader, so execs prove nothing.
  if (stored_[enter_of(work_.code)] && enters_.knows(tid) && !is_exec(work_.code)) ++stats.enters_missing[static_cast<size_t>(work_.code)];
  return nullptr;
}

void Upgrader::apply(const UpgradeRule& rule, int64_t tid, SourceStats& stats) {
  // An event may go through several rules; the first that looks for the enter event uses it up.
  EnterStore::Slot* enter = nullptr;
  if (rule.wants_enter() && !looked_for_enter_) {
    enter = take_enter(tid, stats);
    looked_for_enter_ = true;
  }

  const std::span<const ParamInfo> types = event_info(rule.new_code).params();
  const bool appends = rule.action == UpgradeAction::Append;
  Bytes* out = appends ? work_.params.data() : rebuilt_.data();
  size_t at = appends ? work_.count : 0;
  for (const UpgradeItem item : rule.items()) {
    const TypeId type = types[at].type;
    Bytes value;
    switch (item.source) {
      case ItemSource::Old:
        value = fit(work_.params[item.index], type);
        break;
      case ItemSource::EnterOrZero:
      case ItemSource::EnterOrEmpty:
        if (enter && item.index < enter->count()) {
          value = fit(enter->param(item.index), type);
        } else if (item.source == ItemSource::EnterOrZero) {
          value = zero_of(type);
        }
        break;
      case ItemSource::Zero:
        value = zero_of(type);
        break;
      case ItemSource::Empty:
        break;
      case ItemSource::ContainerJson:
        value = container_json();
        break;
    }
    out[at++] = value;
  }
  if (enter) {
    taken_.set(static_cast<size_t>(enter->code()));
    enters_.free(*enter);
  }
  if (!appends) std::copy(rebuilt_.begin(), rebuilt_.begin() + static_cast<ptrdiff_t>(at), work_.params.begin());
  work_.code = rule.new_code;
  work_.count = static_cast<uint32_t>(at);
}

/// Container id, type, name and image of the oldest container event as the text its successors carry. Nothing is
/// escaped: that is how the text has always been made.
Bytes Upgrader::container_json() {
  const Bytes type = work_.params[1];
  json_ = "{\"id\":\"";
  json_ += until_nul(work_.params[0]);
  json_ += "\",\"type\":" + std::to_string(type.size() == 4 ? load<uint32_t>(type.data()) : 0) + ",\"name\":\"";
  json_ += until_nul(work_.params[2]);
  json_ += "\",\"image\":\"";
  json_ += until_nul(work_.params[3]);
  json_ += "\"}";
  return {reinterpret_cast<const uint8_t*>(json_.c_str()), json_.size() + 1};
}

/// Puts the parameters together and lets `event` borrow them. False: a parameter doesn't fit its length entry.
bool Upgrader::write(RawEvent& event) {
  const bool large = event_info(work_.code).has(FALCO_EF_LARGE_PAYLOAD);
  const size_t lens_bytes = work_.count * (large ? sizeof(uint32_t) : sizeof(uint16_t));
  FALCO_DCHECK(has_room());
  uint8_t* const lens = buffer_.get() + used_;
  uint8_t* data = lens + lens_bytes;
  for (size_t i = 0; i < work_.count; ++i) {
    const Bytes p = work_.params[i];
    if (large) {
      const uint32_t n = static_cast<uint32_t>(p.size());
      std::memcpy(lens + i * sizeof n, &n, sizeof n);
    } else {
      if (p.size() > UINT16_MAX) return false;
      const uint16_t n = static_cast<uint16_t>(p.size());
      std::memcpy(lens + i * sizeof n, &n, sizeof n);
    }
    if (!p.empty()) std::memcpy(data, p.data(), p.size());
    data += p.size();
  }
  event.code = work_.code;
  event.nparams = work_.count;
  event.large_lens = large;
  event.lens = {lens, lens_bytes};
  event.data = {lens + lens_bytes, data};
  used_ += static_cast<size_t>(data - lens);
  return true;
}

}  // namespace fvm
