// SPDX-License-Identifier: Apache-2.0
#include "tools/listing/table_listing.h"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "tools/listing/names.h"
#include "vm/abi/tables.h"

namespace listing {
namespace {

/// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string dump(const nlohmann::json& json) {
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string_view type_name(fvm::TypeId type) { return fvm::type_info(type).name; }

// Events.

/// `flags:FLAGS32:HEX(file_flags)`, `name:FSRELPATH(dirfd 1)`
std::string parameter_text(const fvm::ParamInfo& p) {
  std::string out = fmt::format("{}:{}", p.name, type_name(p.type));
  if (p.format != fvm::Format::NA) fmt::format_to(std::back_inserter(out), ":{}", format_name(p.format));
  switch (p.aux) {
    case fvm::Aux::None:
      break;
    case fvm::Aux::Flags:
    case fvm::Aux::Dyn:
      fmt::format_to(std::back_inserter(out), "({})", table_name(p.table));
      break;
    case fvm::Aux::Dirfd:
      fmt::format_to(std::back_inserter(out), "(dirfd {})", p.aux_number);
      break;
  }
  return out;
}

nlohmann::json parameter_json(const fvm::ParamInfo& p) {
  nlohmann::json out = {{"name", p.name}, {"type", type_name(p.type)}, {"format", format_name(p.format)}};
  switch (p.aux) {
    case fvm::Aux::None:
      break;
    case fvm::Aux::Flags:
      out["flags_table"] = table_name(p.table);
      break;
    case fvm::Aux::Dyn:
      out["layouts_table"] = table_name(p.table);
      break;
    case fvm::Aux::Dirfd:
      out["directory_parameter"] = p.aux_number;
      break;
  }
  return out;
}

std::string_view direction(const fvm::EventInfo& e) { return e.dir == fvm::Dir::Enter ? ">" : "<"; }

std::string parameters_text(const fvm::EventInfo& e) {
  std::string out;
  for (const fvm::ParamInfo& p : e.params()) out += (out.empty() ? "" : ", ") + parameter_text(p);
  return out;
}

std::string category_text(const fvm::EventInfo& e) {
  std::string out(category(e));
  for (const std::string_view origin : origins(e)) fmt::format_to(std::back_inserter(out), ", {}", origin);
  return out;
}

nlohmann::json event_json(size_t code, const fvm::EventInfo& e) {
  auto params = nlohmann::json::array();
  for (const fvm::ParamInfo& p : e.params()) params.push_back(parameter_json(p));
  return {{"code", code},
          {"symbol", e.symbol},
          {"name", e.name},
          {"dir", direction(e)},
          {"category", category(e)},
          {"origins", origins(e)},
          {"flags", event_flags(e)},
          {"old", e.has(FALCO_EF_OLD_VERSION)},
          {"params", std::move(params)}};
}

// Fields.

/// `proc.aname([N])` with an argument that may be left out, `evt.arg[N]|.NAME` with one that may not.
std::string field_form(const fvm::FieldInfo& f) {
  const std::string_view argument = argument_form(f);
  if (argument.empty()) return std::string(f.name);
  return f.has(FALCO_FF_ARG_REQUIRED) ? fmt::format("{}{}", f.name, argument) : fmt::format("{}({})", f.name, argument);
}

std::string description(const fvm::FieldInfo& f) {
  std::string remarks;
  for (const std::string_view remark : field_remarks(f))
    fmt::format_to(std::back_inserter(remarks), "{}{}", remarks.empty() ? "" : ", ", remark);
  return remarks.empty() ? std::string(f.doc) : fmt::format("{} ({})", f.doc, remarks);
}

nlohmann::json field_json(const fvm::FieldInfo& f) {
  return {{"name", f.name},
          {"class", class_key(f.field_class)},
          {"type", type_name(f.type)},
          {"format", format_name(f.format)},
          {"argument", argument_form(f)},
          {"argument_required", f.has(FALCO_FF_ARG_REQUIRED)},
          {"list", f.has(FALCO_FF_LIST)},
          {"filter_only", f.has(FALCO_FF_FILTER_ONLY)},
          {"print_only", f.has(FALCO_FF_PRINT_ONLY)},
          {"deprecated", f.has(FALCO_FF_DEPRECATED)},
          {"hidden", f.has(FALCO_FF_HIDDEN)},
          {"transformers", !f.has(FALCO_FF_NO_TRANSFORMER)},
          {"right_side", !f.has(FALCO_FF_NO_RHS)},
          {"from_metadata", f.has(FALCO_FF_METADATA)},
          {"description", f.doc}};
}

}  // namespace

std::string events(Format format) {
  std::string out;
  if (format == Format::Markdown) {
    out = "| Code | Dir | Name | Category | Flags | Parameters |\n|---:|:---:|---|---|---|---|\n";
  }
  auto all = nlohmann::json::array();
  for (size_t code = 0; code < fvm::kEventCount; ++code) {
    const fvm::EventInfo& e = fvm::kEvents[code];
    switch (format) {
      case Format::Text:
        fmt::format_to(std::back_inserter(out), "{:>3} {} {}({})  [{}]{}{}\n", code, direction(e), e.name,
                       parameters_text(e), category_text(e), e.flags != 0 ? " " : "", fmt::join(event_flags(e), ", "));
        break;
      case Format::Json:
        all.push_back(event_json(code, e));
        break;
      case Format::Markdown:
        fmt::format_to(std::back_inserter(out), "| {} | `{}` | {} | {} | {} | {} |\n", code, direction(e), cell(e.name),
                       cell(category_text(e)), cell(fmt::format("{}", fmt::join(event_flags(e), ", "))),
                       cell(parameters_text(e)));
        break;
    }
  }
  return format == Format::Json ? dump(all) : out;
}

std::string fields(Format format) {
  std::string out;
  auto all = nlohmann::json::array();
  std::optional<fvm::FieldClass> group;
  for (const fvm::FieldInfo& f : fvm::kFields) {
    if (format == Format::Json) {
      all.push_back(field_json(f));
      continue;
    }
    if (group != f.field_class) {
      fmt::format_to(std::back_inserter(out), "{}## {}\n\n", group ? "\n" : "", class_title(f.field_class));
      if (format == Format::Markdown) out += "| Field | Type | Argument | Description |\n|---|---|---|---|\n";
      group = f.field_class;
    }
    if (format == Format::Text) {
      fmt::format_to(std::back_inserter(out), "{:<44} {:<8} {}\n", field_form(f), type_name(f.type), description(f));
    } else {
      const std::string_view argument = argument_form(f);
      const std::string shown =
          argument.empty() ? ""
                           : fmt::format("`{}`{}", cell(argument), f.has(FALCO_FF_ARG_REQUIRED) ? "" : ", optional");
      fmt::format_to(std::back_inserter(out), "| `{}` | {} | {} | {} |\n", f.name, type_name(f.type), shown,
                     cell(description(f)));
    }
  }
  return format == Format::Json ? dump(all) : out;
}

}  // namespace listing
