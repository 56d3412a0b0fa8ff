// SPDX-License-Identifier: Apache-2.0
//
// Reading a field. `EvalContext` is all a getter may see; getters can't write state. A getter exists for every row of
// fields.def (`get_<Sym>`); a forgotten one fails to link. Values borrow from the event, from state, or from `arena`.
//
// The machine is a template over a field source so that tests can feed it made-up values; LiveFields is the real one.
#pragma once

#include <cstdint>

#include "vm/base/arena.h"
#include "vm/event/event_view.h"
#include "vm/field/field_use.h"
#include "vm/ops/value.h"

namespace fvm {

class FieldMemory;
class State;
struct Thread;
struct Fd;

/// One event together with what state says about it. Made by State::update(); valid until the next event.
struct EvalContext {
  const EventView* event = nullptr;
  const State* state = nullptr;
  const Thread* thread = nullptr;  ///< null: the event has no thread
  const Fd* fd = nullptr;          ///< the event's descriptor record; null: none
  int64_t fd_num = -1;             ///< fd.num
  bool fd_name_changed = false;
  bool has_fd_fields = false;      ///< the event's row has a descriptor flag and there is a thread
  FieldMemory* memory = nullptr;   ///< set by whoever evaluates a ruleset; null: every evaluation is a first one
};

/// Which process it is, and in which state: equal ones show the same values of all fields of the domains Process, Lineage,
/// Container and Host.
struct ProcessState {
  int64_t tid = 0;
  uint64_t number = 0;
  bool operator==(const ProcessState&) const = default;
};

class LiveFields {
 public:
  explicit LiveFields(const EvalContext& context) : context_(context) {}
  /// What the field yields in a condition. Ancestor and Endpoint fields give all candidate values (see Quant).
  ValueList read(const FieldUse& use, Arena& arena) const;
  /// What the field yields in output, where it differs: filter-only fields are missing, proc.aname joins all ancestors ...
  ValueList read_for_output(const FieldUse& use, Arena& arena) const;
  /// A number that stands for what read() would give: equal numbers for one use mean equal values, also in other events. For
  /// values that follow from a few bytes of the event, or from what a process took from its last exec; false for all others.
  bool shorthand(const FieldUse& use, uint64_t& number) const {
    switch (family_of(use.id)) {
      case FieldFamily::Image: return image_shorthand(context_.thread, number);
      case FieldFamily::ParentImage: return ancestor_shorthand(1, number);
      case FieldFamily::OpenMode: return open_mode_shorthand(number);
      case FieldFamily::DescriptorName:
      case FieldFamily::None: break;
    }
    if (use.id == FieldId::EvtArg) return argument_shorthand(use, context_, number);
    return use.arg == FieldArg::Index && is_of_ancestor_image(use.id) && ancestor_shorthand(use.index, number);
  }
  /// False: the event is of no process, or about a container.
  bool process_state(ProcessState& process) const;
  /// What all fields of DescriptorName follow from: equal texts and tags mean equal values of each. False: not for this event.
  bool family_key(FieldFamily family, Arena& arena, std::string_view& text, uint8_t& tag) const;

 private:
  static constexpr bool is_of_ancestor_image(FieldId id) {
    return id == FieldId::ProcAname || id == FieldId::ProcAexe || id == FieldId::ProcAexepath || id == FieldId::ProcAcmdline ||
           id == FieldId::ProcAargs;
  }
  bool open_mode_shorthand(uint64_t& number) const;
  bool image_shorthand(const Thread* of, uint64_t& number) const;
  bool ancestor_shorthand(int64_t n, uint64_t& number) const;
  static bool argument_shorthand(const FieldUse& use, const EvalContext& context, uint64_t& number);

  const EvalContext& context_;
};

}  // namespace fvm
