// SPDX-License-Identifier: Apache-2.0
#include "tools/listing/names.h"

#include <cstdint>
#include <span>

namespace listing {
namespace {

struct Named {
  uint32_t value;
  std::string_view name;
};

#define FLAG(name) \
  { FALCO_EF_##name, #name }
constexpr Named kEventFlags[] = {FLAG(CREATES_FD),    FLAG(DESTROYS_FD),   FLAG(USES_FD),
                                 FLAG(READS_FROM_FD), FLAG(WRITES_TO_FD),  FLAG(MODIFIES_STATE),
                                 FLAG(UNUSED),        FLAG(WAITS),         FLAG(SKIPPARSERESET),
                                 FLAG(OLD_VERSION),   FLAG(LARGE_PAYLOAD), FLAG(CONVERTER_MANAGED)};
#undef FLAG

#define CATEGORY(name) \
  { FALCO_EC_##name, #name }
constexpr Named kCategories[] = {CATEGORY(OTHER),     CATEGORY(FILE),     CATEGORY(NET),      CATEGORY(IPC),
                                 CATEGORY(MEMORY),    CATEGORY(PROCESS),  CATEGORY(SLEEP),    CATEGORY(SYSTEM),
                                 CATEGORY(SIGNAL),    CATEGORY(USER),     CATEGORY(TIME),     CATEGORY(PROCESSING),
                                 CATEGORY(IO_READ),   CATEGORY(IO_WRITE), CATEGORY(IO_OTHER), CATEGORY(WAIT),
                                 CATEGORY(SCHEDULER), CATEGORY(INTERNAL)};
constexpr Named kOrigins[] = {CATEGORY(SYSCALL), CATEGORY(TRACEPOINT), CATEGORY(PLUGIN), CATEGORY(METAEVENT),
                              CATEGORY(ITER)};
#undef CATEGORY

constexpr Named kFieldRemarks[] = {{FALCO_FF_LIST, "list"},
                                   {FALCO_FF_PRINT_ONLY, "output only"},
                                   {FALCO_FF_FILTER_ONLY, "conditions only"},
                                   {FALCO_FF_DEPRECATED, "deprecated"},
                                   {FALCO_FF_HIDDEN, "hidden"},
                                   {FALCO_FF_NO_TRANSFORMER, "no transformers"},
                                   {FALCO_FF_NO_RHS, "not on the right side"},
                                   {FALCO_FF_METADATA, "from metadata"}};

std::vector<std::string_view> set_names(std::span<const Named> names, uint32_t bits) {
  std::vector<std::string_view> set;
  for (const Named& n : names) {
    if ((bits & n.value) != 0) set.push_back(n.name);
  }
  return set;
}

}  // namespace

std::vector<std::string_view> event_flags(const fvm::EventInfo& event) { return set_names(kEventFlags, event.flags); }
std::vector<std::string_view> origins(const fvm::EventInfo& event) { return set_names(kOrigins, event.category); }

std::string_view category(const fvm::EventInfo& event) {
  const uint32_t base = event.category & ~uint32_t{FALCO_EC_ORIGIN_MASK};
  for (const Named& n : kCategories) {
    if (n.value == base) return n.name;
  }
  return "UNKNOWN";
}

std::string_view format_name(fvm::Format format) {
  switch (format) {
    case fvm::Format::NA:
      return "NA";
    case fvm::Format::DEC:
      return "DEC";
    case fvm::Format::HEX:
      return "HEX";
    case fvm::Format::OCT:
      return "OCT";
    case fvm::Format::PADDED_DEC:
      return "PADDED_DEC";
    case fvm::Format::ID:
      return "ID";
    case fvm::Format::DIR:
      return "DIR";
  }
  return "";
}

std::string_view table_name(fvm::EnumTable table) {
  switch (table) {
    case fvm::EnumTable::None:
      return "";
#define FALCO_ENUM_TABLE(name) \
  case fvm::EnumTable::name:   \
    return #name;
#define FALCO_ENUM(name, value, text)
#include "vm/abi/enums.def"
#undef FALCO_ENUM
#undef FALCO_ENUM_TABLE
  }
  return "";
}

std::vector<std::string_view> field_remarks(const fvm::FieldInfo& field) {
  return set_names(kFieldRemarks, field.flags);
}

std::string_view class_key(fvm::FieldClass field_class) {
  switch (field_class) {
    case fvm::FieldClass::EvtGeneric:
      return "event";
    case fvm::FieldClass::Evt:
      return "syscall";
    case fvm::FieldClass::Process:
      return "process";
    case fvm::FieldClass::User:
      return "user";
    case fvm::FieldClass::Group:
      return "group";
    case fvm::FieldClass::Fd:
      return "fd";
    case fvm::FieldClass::FsPath:
      return "fs.path";
    case fvm::FieldClass::FdList:
      return "fdlist";
    case fvm::FieldClass::Container:
      return "container";
    case fvm::FieldClass::K8s:
      return "k8s";
    case fvm::FieldClass::Util:
      return "util";
  }
  return "";
}

std::string_view class_title(fvm::FieldClass field_class) {
  switch (field_class) {
    case fvm::FieldClass::EvtGeneric:
      return "Any event";
    case fvm::FieldClass::Evt:
      return "System calls";
    case fvm::FieldClass::Process:
      return "Processes and threads";
    case fvm::FieldClass::User:
      return "Users";
    case fvm::FieldClass::Group:
      return "Groups";
    case fvm::FieldClass::Fd:
      return "File descriptors";
    case fvm::FieldClass::FsPath:
      return "Paths";
    case fvm::FieldClass::FdList:
      return "Polled descriptors";
    case fvm::FieldClass::Container:
      return "Containers";
    case fvm::FieldClass::K8s:
      return "Kubernetes";
    case fvm::FieldClass::Util:
      return "Other";
  }
  return "";
}

std::string_view argument_form(const fvm::FieldInfo& field) {
  switch (field.arg) {
    case fvm::ArgKind::None:
      return "";
    case fvm::ArgKind::Index:
      return "[N]";
    case fvm::ArgKind::Key:
      return "[KEY]";
    case fvm::ArgKind::IndexOrKey:
      return "[N|KEY]";
    case fvm::ArgKind::Suffix:
      return ".NAME";
    case fvm::ArgKind::KeyOrSuffix:
      return "[KEY]|.KEY";
    case fvm::ArgKind::EventParam:
      return field.has(FALCO_FF_NO_TRANSFORMER) ? ".NAME" : "[N]|.NAME";
    case fvm::ArgKind::EventName:
      return ".NAME";
  }
  return "";
}

}  // namespace listing
