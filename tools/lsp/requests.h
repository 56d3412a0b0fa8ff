// SPDX-License-Identifier: Apache-2.0
//
// What the server answers about a document, one function for each request of the protocol: parameters in, `result` out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/lsp/json.h"
#include "tools/lsp/workspace.h"

namespace lsp {

/// Error codes of JSON-RPC and of the protocol.
enum class ErrorCode : int {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  NotInitialized = -32002,
  RequestFailed = -32803,
};

struct Answer {
  Json result;
  std::optional<ErrorCode> error;
  std::string message;
};

using Handler = Answer (*)(const Workspace& workspace, const Json& params);

/// null: no such request about documents.
Handler find_handler(std::string_view method);

/// What `initialize` answers.
Json capabilities();

}  // namespace lsp
