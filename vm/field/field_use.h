// SPDX-License-Identifier: Apache-2.0
//
// FieldUse: a field with its argument, as the image stores it and getters receive it. Two uses that are equal are one slot:
// the machine reads each slot at most once per event.
#pragma once

#include <cstdint>
#include <string_view>

#include "vm/abi/tables.h"

namespace fvm {

/// Whether a field's value depends on the events it was read at before: reading it once more or less changes it.
constexpr bool has_memory(FieldId id) {
  switch (id) {
    case FieldId::EvtDeltatime:
    case FieldId::EvtDeltatimeS:
    case FieldId::EvtDeltatimeNs:
    case FieldId::ThreadExectime:
    case FieldId::ThreadTotexectime:
    case FieldId::UtilCnt: return true;
    default: return false;
  }
}

/// Fields of the leader of a session or process group, which is looked up by number: it may come and go without a change of the
/// process that the field is about.
constexpr bool is_of_leader(FieldId id) {
  switch (id) {
    case FieldId::ProcSname:
    case FieldId::ProcSidExe:
    case FieldId::ProcSidExepath:
    case FieldId::ProcVpgidName:
    case FieldId::ProcVpgidExe:
    case FieldId::ProcVpgidExepath:
    case FieldId::ProcPgidName:
    case FieldId::ProcPgidExe:
    case FieldId::ProcPgidExepath: return true;
    default: return false;
  }
}

/// Fields whose values all follow from the same few facts, and so are asked about together.
enum class FieldFamily : uint8_t {
  None,
  DescriptorName,  ///< from a text and a small number, see LiveFields::family_key
  Image,           ///< from what the thread took from its last exec; this one and the next ones: see LiveFields::shorthand
  ParentImage,     ///< the same of its parent
  OpenMode,        ///< from the flags that a file is opened with
};
inline constexpr size_t kFieldFamilies = 5;
constexpr FieldFamily family_of(FieldId id) {
  switch (id) {
    case FieldId::ProcName:
    case FieldId::ProcExe:
    case FieldId::ProcExepath:
    case FieldId::ProcCmdline:
    case FieldId::ProcArgs:
    case FieldId::ProcExeline:
    case FieldId::ProcCmdnargs:
    case FieldId::ProcCmdlenargs: return FieldFamily::Image;
    case FieldId::EvtIsOpenRead:
    case FieldId::EvtIsOpenWrite: return FieldFamily::OpenMode;
    case FieldId::ProcPname:
    case FieldId::ProcPexe:
    case FieldId::ProcPexepath:
    case FieldId::ProcPcmdline: return FieldFamily::ParentImage;
    case FieldId::FdName:
    case FieldId::FdDirectory:
    case FieldId::FdFilename: return FieldFamily::DescriptorName;
    default: return FieldFamily::None;
  }
}

struct FieldUse {
  FieldId id{};
  FieldArg arg = FieldArg::None;
  TypeId type{};           ///< declared value type; differs from the row only for evt.rawarg
  int64_t index = 0;       ///< FieldArg::Index
  std::string_view key;    ///< FieldArg::Key; borrowed from the image
  uint32_t slot = 0;       ///< number of this use within the image; getters with memory (evt.deltatime) key it by slot
};

}  // namespace fvm
