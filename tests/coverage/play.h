// SPDX-License-Identifier: Apache-2.0
//
// Plays a capture through reader, upgrader, decoder and state, and lets a test look at the fields of each event.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "vm/abi/field_name.h"
#include "vm/event/event_view.h"
#include "vm/field/field_reader.h"
#include "vm/source/event_source.h"
#include "vm/state/state.h"

namespace fvm::testing {

/// One event as it came out. `context` is valid until the next one; of a hidden event it holds event and state only.
struct PlayedEvent {
  const EventView& event;
  const EvalContext& context;
  bool hidden;
};

/// Calls `look` for each event; fails the test where the capture can't be read to its end.
SourceStats play(Bytes capture, const std::function<void(const PlayedEvent&)>& look);

/// A field as the rules language writes it. Owns the argument that its use borrows.
class NamedField {
 public:
  explicit NamedField(std::string_view name);
  const FieldUse& use() const { return use_; }
  /// What it prints; "<none>" without a value. A list prints as (a,b).
  std::string shown(const EvalContext& context) const;
  /// What a condition sees: all values joined by `|`, "<none>" without a value.
  std::string compared(const EvalContext& context) const;

 private:
  FieldName name_;
  FieldUse use_;
};

inline constexpr std::string_view kNoValue = "<none>";

}  // namespace fvm::testing
