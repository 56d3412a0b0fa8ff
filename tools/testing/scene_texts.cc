// SPDX-License-Identifier: Apache-2.0
//
// Texts worth trying to make a predicate true or false.
#include <algorithm>

#include "tools/testing/scene_edits.h"
#include "tools/testing/stage.h"

namespace falcoc::testing {
namespace {

using fvm::CmpOp;

constexpr size_t kMost = 24;  ///< texts of one predicate; elements of long lists are much the same

/// What a glob matches: `*` nothing or a letter, `?` a letter, `[...]` its first letter.
std::string of_glob(std::string_view glob, std::string_view star) {
  std::string out;
  for (size_t i = 0; i < glob.size(); ++i) {
    if (glob[i] == '*') {
      out += star;
    } else if (glob[i] == '?') {
      out += 'x';
    } else if (glob[i] == '[' && glob.find(']', i + 2) != std::string_view::npos) {
      out += glob[i + 1];
      i = glob.find(']', i + 2);
    } else {
      out += glob[i];
    }
  }
  return out;
}

/// A first guess at what an expression matches: its letters, one branch of each alternative.
std::string of_regex(std::string_view regex) {
  std::string out;
  for (size_t i = 0; i < regex.size(); ++i) {
    const char c = regex[i];
    if (c == '\\' && i + 1 < regex.size()) {
      const char escaped = regex[++i];
      out += escaped == 'd' ? '1' : escaped == 's' ? ' ' : escaped == 'w' ? 'x' : escaped == 'b' ? '\0' : escaped;
      if (out.back() == '\0') out.pop_back();
    } else if (c == '[' && regex.find(']', i + 1) != std::string_view::npos) {
      out += regex[i + 1] == '^' ? '~' : regex[i + 1];
      i = regex.find(']', i + 1);
    } else if (c == '|') {
      int depth = 0;  // skip to the end of the group
      while (i + 1 < regex.size() && !(depth == 0 && regex[i + 1] == ')')) {
        ++i;
        depth += regex[i] == '(' ? 1 : regex[i] == ')' ? -1 : 0;
      }
    } else if (c == '.') {
      out += 'x';
    } else if (c == '?' && i > 0 && regex[i - 1] == '(') {
      ++i;  // (?:
    } else if (c != '^' && c != '$' && c != '*' && c != '+' && c != '?' && c != '(' && c != ')') {
      out += c;
    }
  }
  return out;
}

/// Numbers on both sides, other names, other places.
void add_others(const Constant& c, std::vector<std::string>& out) {
  switch (c.kind) {
    case fvm::Kind::Int:
    case fvm::Kind::Uint: {
      const auto n = static_cast<int64_t>(c.number);
      for (const int64_t other : {n + 1, n - 1, int64_t{0}, int64_t{1}, int64_t{7}})
        out.push_back(std::to_string(other));
      out.insert(out.end(), {"EACCES", "EPERM", "ENOENT"});
      break;
    }
    case fvm::Kind::Bool:
      out.insert(out.end(), {"true", "false"});
      break;
    case fvm::Kind::Ip:
    case fvm::Kind::Net:
      out.insert(out.end(), {"203.0.113.9", "10.1.2.3", "192.168.1.2", "127.0.0.1", "169.254.1.1"});
      break;
    default:
      out.insert(out.end(), {"other", "/srv/other", "/usr/share/other/file", "", "host", "web", "ENOENT", "f", "p", "4",
                             "O_RDONLY", "0"});
      break;
  }
}

void add_matching(CmpOp op, const Constant& c, std::vector<std::string>& out) {
  const std::string& text = c.kind == fvm::Kind::Text || c.kind == fvm::Kind::Bytes ? c.text : c.spelling;
  const auto n = static_cast<int64_t>(c.number);
  switch (op) {
    case CmpOp::Lt:
    case CmpOp::Le:
      out.insert(out.end(), {std::to_string(n), std::to_string(n - 1), "0", "-1", "EACCES"});
      return;
    case CmpOp::Gt:
    case CmpOp::Ge:
      out.insert(out.end(), {std::to_string(n), std::to_string(n + 1), "5"});
      return;
    case CmpOp::StartsWith:
      out.insert(out.end(), {text + "x", text, text + "/file"});
      return;
    case CmpOp::EndsWith:
      out.insert(out.end(), {"x" + text, text, "/tmp/x" + text, "/home/alice/x" + text, "x " + text});
      return;
    case CmpOp::Contains:
    case CmpOp::IContains:
      out.insert(out.end(),
                 {text, "x" + text + "y", "/home/alice" + text + "x", "/tmp/" + text, "x" + text, text + "y"});
      return;
    case CmpOp::PMatch:
      out.insert(out.end(), {text, text + "/file"});
      return;
    case CmpOp::Glob:
    case CmpOp::IGlob:
      out.insert(out.end(), {of_glob(text, ""), of_glob(text, "x")});
      return;
    case CmpOp::Regex:
      out.push_back(of_regex(text));
      return;
    default:
      out.push_back(text);
      return;
  }
}

}  // namespace

std::vector<std::string> texts_for(const CheckedRules& rules, const Expr& check, bool wanted) {
  std::vector<std::string> out;
  const Term& left = rules.term(check.lhs);
  const bool is_type = left.kind == Term::Kind::Field && left.field.id == fvm::FieldId::EvtType;
  if (is_type && !wanted)
    return {"chdir", "getcwd", "close", "unlink",  "openat", "openat2", "rename",
            "link",  "chmod",  "mkdir", "connect", "setsid", "dup"};
  const bool matching = wanted != (check.op == CmpOp::Ne);
  if (check.op == CmpOp::Exists)
    return wanted ? std::vector<std::string>{"x", "1", "/tmp/file", "web", "true"}
                  : std::vector<std::string>{"", "host"};
  for (const ConstId id : check.constants) {
    if (out.size() >= kMost) break;
    if (matching) {
      add_matching(check.op, rules.constant(id), out);
    } else if (check.op == CmpOp::Lt || check.op == CmpOp::Le) {
      add_matching(CmpOp::Gt, rules.constant(id), out);
    } else if (check.op == CmpOp::Gt || check.op == CmpOp::Ge) {
      add_matching(CmpOp::Lt, rules.constant(id), out);
    }
  }
  if (!check.constants.empty()) add_others(rules.constant(check.constants.front()), out);
  std::vector<std::string> unique;
  for (std::string& text : out)
    if (std::ranges::find(unique, text) == unique.end()) unique.push_back(std::move(text));
  return unique;
}

}  // namespace falcoc::testing
