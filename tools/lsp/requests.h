// SPDX-License-Identifier: Apache-2.0
//
// What the server answers about a document, one function for each request of the protocol: parameters in, `result` out.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tools/lsp/checking.h"
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

/// What requests are answered from.
struct Session {
  Workspace workspace;
  std::map<std::string, std::vector<Finding>> findings;  ///< of open documents, by URI, as published last
};

struct Request {
  std::string_view method;
  const char* capability;  ///< member of the capabilities; prepareRename is announced as a part of rename
  bool asks_findings;      ///< Session::findings must be those of the texts
  Answer (*handler)(const Session& session, const Json& params);
};

/// null: no such request about documents.
const Request* find_request(std::string_view method);

/// What `initialize` answers.
Json capabilities();

}  // namespace lsp
