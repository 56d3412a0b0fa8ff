// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/server.h"

#include <set>

#include "tools/lsp/checking.h"
#include "tools/lsp/framing.h"
#include "tools/lsp/requests.h"

namespace lsp {
namespace {

class Server {
 public:
  Server(int input, int output) : reader_(input), output_(output) {}

  bool run() {
    std::string body;
    while (!exited_ && !lost_) {
      if (!changed_folders_.empty() && !reader_.pending()) check();
      switch (reader_.next(body)) {
        case MessageReader::Outcome::Message:
          receive(body);
          break;
        case MessageReader::Outcome::BadHeader:
          fail(nullptr, ErrorCode::ParseError, "no Content-Length in front of a message");
          break;
        case MessageReader::Outcome::TooLarge:
          fail(nullptr, ErrorCode::InvalidRequest, "the message is too large");
          break;
        case MessageReader::Outcome::End:
          return false;
      }
    }
    return exited_ && state_ == State::ShutDown;
  }

 private:
  enum class State : uint8_t { New, Initialized, ShutDown };

  void send(Json message) {
    message["jsonrpc"] = "2.0";
    // Texts from disk may hold bytes that are no UTF-8.
    if (!write_message(output_, message.dump(-1, ' ', false, Json::error_handler_t::replace))) lost_ = true;
  }

  void fail(const Json& id, ErrorCode code, std::string_view message) {
    send({{"id", id}, {"error", {{"code", static_cast<int>(code)}, {"message", message}}}});
  }

  void receive(std::string_view body) {
    const std::optional<Json> message = parse_json(body);
    if (!message) return fail(nullptr, ErrorCode::ParseError, "the message is no JSON, or nested too deeply");
    const Json& id = member(*message, {"id"});
    const std::optional<std::string> method = string_member(*message, {"method"});
    const bool is_answer =
        message->is_object() && !method && (message->contains("result") || message->contains("error"));
    if (is_answer) return;  // the server asks nothing
    const bool legal_id = id.is_null() || id.is_string() || id.is_number_integer();
    if (!method || !legal_id)
      return fail(legal_id ? id : Json(), ErrorCode::InvalidRequest,
                  "a message needs a method, and an id that is a number or text");
    const Json& params = member(*message, {"params"});
    if (message->contains("id")) {
      request(id, *method, params);
    } else {
      notification(*method, params);
    }
  }

  void request(const Json& id, const std::string& method, const Json& params) {
    if (state_ == State::ShutDown) return fail(id, ErrorCode::InvalidRequest, "the server is shut down");
    if (method == "initialize") {
      if (state_ != State::New) return fail(id, ErrorCode::InvalidRequest, "the server is initialized already");
      state_ = State::Initialized;
      return send({{"id", id}, {"result", capabilities()}});
    }
    if (state_ == State::New) return fail(id, ErrorCode::NotInitialized, "the first request is `initialize`");
    if (method == "shutdown") {
      state_ = State::ShutDown;
      return send({{"id", id}, {"result", nullptr}});
    }
    const Request* handler = find_request(method);
    if (handler == nullptr) return fail(id, ErrorCode::MethodNotFound, "there is no request `" + method + "`");
    if (handler->asks_findings) check();
    Answer answer = handler->handler(session_, params);
    if (answer.error) return fail(id, *answer.error, answer.message);
    send({{"id", id}, {"result", std::move(answer.result)}});
  }

  void notification(const std::string& method, const Json& params) {
    if (method == "exit") {
      exited_ = true;
      return;
    }
    if (state_ != State::Initialized) return;
    const std::optional<std::string> uri = string_member(params, {"textDocument", "uri"});
    if (!uri) return;
    if (method == "textDocument/didOpen") {
      if (std::optional<std::string> text = string_member(params, {"textDocument", "text"}))
        keep(*uri, std::move(*text));
    } else if (method == "textDocument/didChange" && session_.workspace.find(*uri) != nullptr) {
      const Json& changes = member(params, {"contentChanges"});
      // Only whole texts were announced; the last one counts.
      if (!changes.is_array() || changes.empty() || !member(changes.back(), {"range"}).is_null()) return;
      if (std::optional<std::string> text = string_member(changes.back(), {"text"})) keep(*uri, std::move(*text));
    } else if (method == "textDocument/didSave" && session_.workspace.find(*uri) != nullptr) {
      changed_folders_.insert(Workspace::folder_of(*uri));
    } else if (method == "textDocument/didClose" && session_.workspace.find(*uri) != nullptr) {
      session_.workspace.close(*uri);
      session_.findings.erase(*uri);
      publish(*uri);
      changed_folders_.insert(Workspace::folder_of(*uri));
    }
  }

  void keep(const std::string& uri, std::string text) {
    if (session_.workspace.set(uri, std::move(text))) {
      changed_folders_.insert(Workspace::folder_of(uri));
    } else {
      constexpr int kError = 1;
      send({{"method", "window/showMessage"},
            {"params", {{"type", kError}, {"message", "falcoc: too much text is open"}}}});
    }
  }

  void check() {
    std::map<std::string, std::vector<std::string>> open;
    for (const auto& [uri, text] : session_.workspace.open()) open[Workspace::folder_of(uri)].push_back(uri);
    for (const std::string& folder : changed_folders_) {
      const auto documents = open.find(folder);
      if (documents == open.end()) continue;
      const std::vector<RulesFile> files = session_.workspace.files_with(documents->second.front());
      for (auto& [uri, found] : check_files(files, documents->second, recollection_)) {
        session_.findings[uri] = std::move(found);
        publish(uri);
      }
    }
    changed_folders_.clear();
  }

  void publish(const std::string& uri) {
    Json diagnostics = Json::array();
    if (const auto found = session_.findings.find(uri); found != session_.findings.end())
      for (const Finding& finding : found->second) diagnostics.push_back(finding.diagnostic);
    send({{"method", "textDocument/publishDiagnostics"},
          {"params", {{"uri", uri}, {"diagnostics", std::move(diagnostics)}}}});
  }

  MessageReader reader_;
  int output_;
  State state_ = State::New;
  bool exited_ = false, lost_ = false;
  Session session_;
  falcoc::Recollection recollection_;  ///< of the folder that was checked last
  std::set<std::string> changed_folders_;
};

}  // namespace

bool serve(int input, int output) { return Server(input, output).run(); }

}  // namespace lsp
