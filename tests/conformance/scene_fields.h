// SPDX-License-Identifier: Apache-2.0
//
// SceneFields: a field source that answers from a scene's texts, and derives what a scene implies: ancestors, single
// arguments and variables, both ends of a connection, raw and rendered event arguments (from evt.args), forms of the event's time.
// Stands in for the VM's getters; knows nothing of rules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/case_file.h"
#include "vm/base/arena.h"
#include "vm/field/field_use.h"
#include "vm/ops/value.h"

namespace conformance {

class SceneFields {
 public:
  /// `first_ts_ns`: time of the capture's first event. Borrows world and scene.
  SceneFields(const World& world, const SceneText& scene, uint64_t first_ts_ns);

  fvm::EventCode code() const { return code_; }
  uint64_t ts_ns() const { return ts_ns_; }

  fvm::ValueList read(const fvm::FieldUse& use, fvm::Arena& arena) const;
  fvm::ValueList read_for_output(const fvm::FieldUse& use, fvm::Arena& arena) const;

 private:
  using Texts = std::optional<std::vector<std::string>>;  ///< nullopt: missing

  /// An argument as evt.args prints it.
  struct Arg {
    const fvm::ParamInfo* param;
    std::string raw;
    std::optional<std::string> resolved;
  };
  void split_args();
  const Arg* find_arg(std::string_view name) const;
  const Arg* first_arg(std::initializer_list<std::string_view> names) const;

  Texts listed(std::string_view field) const;
  Texts texts(const fvm::FieldUse& use) const;
  Texts time_texts(fvm::FieldId field) const;
  Texts socket_texts(fvm::FieldId field) const;
  Texts process_texts(const fvm::FieldUse& use) const;
  Texts event_arg(const fvm::FieldUse& use) const;
  Texts raw_arg(const fvm::FieldUse& use) const;
  Texts ancestors(const fvm::FieldUse& use) const;
  Texts local_end(std::string_view server_side, std::string_view client_side, bool local) const;
  std::string ancestor_text(fvm::FieldId field, const ProcessText& process) const;
  std::string variable(std::string_view name) const;
  std::string buffer_bytes() const;

  const World& world_;
  const SceneText& scene_;
  uint64_t first_ts_ns_;
  uint64_t ts_ns_ = 0;
  fvm::EventCode code_{};
  bool has_process_ = false;
  std::vector<Arg> args_;
};

}  // namespace conformance
