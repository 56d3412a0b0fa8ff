// SPDX-License-Identifier: Apache-2.0
//
// The rows of the tables as Markdown for people who hover over a name or choose one; empty when there is no such name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lsp {

/// `name` without an argument; a suffix that the field takes (`evt.arg.name`) may be there.
std::string field_doc(std::string_view name);
std::string operator_doc(std::string_view spelling);
std::string transformer_doc(std::string_view name);
std::string event_doc(std::string_view name);

/// Names that `evt.type` is compared with: of events that are still sent and of system calls; sorted, each once.
std::vector<std::string_view> event_names();

}  // namespace lsp
