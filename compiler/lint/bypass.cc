// SPDX-License-Identifier: Apache-2.0
//
// Lints about checks that an intruder gets around without trying hard. Only checks that some rule wants to hold count:
// what an exclusion misses makes a rule louder, not blind.
#include <algorithm>
#include <array>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "compiler/lint/context.h"

namespace falcoc {
namespace {

using fvm::CmpOp;
using fvm::FieldId;

constexpr size_t kCommBytes = 15;

bool is_comm(FieldId id) {
  switch (id) {
    case FieldId::ProcName:
    case FieldId::ProcPname:
    case FieldId::ProcAname:
    case FieldId::ProcSname:
    case FieldId::ProcVpgidName:
    case FieldId::ProcPgidName:
      return true;
    default:
      return false;
  }
}

bool is_command_line(FieldId id) {
  switch (id) {
    case FieldId::ProcArgs:
    case FieldId::ProcCmdline:
    case FieldId::ProcPcmdline:
    case FieldId::ProcAcmdline:
    case FieldId::ProcExeline:
      return true;
    default:
      return false;
  }
}

bool is_path(FieldId id) {
  switch (id) {
    case FieldId::FdName:
    case FieldId::FdDirectory:
    case FieldId::FsPathName:
    case FieldId::FsPathSource:
    case FieldId::FsPathTarget:
    case FieldId::ProcExepath:
    case FieldId::ProcPexepath:
    case FieldId::ProcAexepath:
      return true;
    default:
      return false;
  }
}

/// System calls that do the same; a rule about one is nearly always meant for all of its row.
constexpr std::array<std::string_view, 4> kSiblings[] = {
    {"open", "openat", "openat2"},
    {"rename", "renameat", "renameat2"},
    {"unlink", "unlinkat"},
    {"mkdir", "mkdirat"},
    {"link", "linkat"},
    {"symlink", "symlinkat"},
    {"execve", "execveat"},
    {"chmod", "fchmod", "fchmodat"},
    {"chown", "lchown", "fchown", "fchownat"},
    {"mknod", "mknodat"},
    {"clone", "clone3"},
    {"accept", "accept4"},
    {"init_module", "finit_module"},
    {"dup2", "dup3"},
    {"sendto", "sendmsg", "sendmmsg"},
    {"umount", "umount2"},
};

/// Names that are links to the others on distributions of today.
constexpr std::pair<std::string_view, std::string_view> kLinks[] = {
    {"/bin", "/usr/bin"}, {"/sbin", "/usr/sbin"}, {"/lib64", "/usr/lib64"}, {"/lib", "/usr/lib"}, {"/var/run", "/run"},
};

std::string quoted_names(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "`" : ", `") + std::string(name) + "`";
  return out;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string out;
  for (const std::string_view name : names) out += (out.empty() ? "" : ", ") + std::string(name);
  return out;
}

/// The check with the missing names added, when it is written as `evt.type = x` or `evt.type in (...)`.
std::optional<std::string> with_names(std::string_view check, const std::vector<std::string_view>& missing) {
  constexpr std::string_view kField = "evt.type";
  if (!check.starts_with(kField)) return std::nullopt;
  const size_t at = check.find_first_not_of(" \n", kField.size());
  if (at == std::string_view::npos) return std::nullopt;
  if (check[at] == '=') {
    const size_t value = check.find_first_not_of("= \n", at);
    if (value == std::string_view::npos || check.find_first_of(" \n()\"'", value) != std::string_view::npos)
      return std::nullopt;
    return "evt.type in (" + std::string(check.substr(value)) + ", " + joined(missing) + ")";
  }
  if (!check.substr(at).starts_with("in") || !check.ends_with(')')) return std::nullopt;
  const std::string_view list = check.substr(0, check.size() - 1);
  if (list.find_last_not_of(" \n") == std::string_view::npos) return std::nullopt;
  const std::string_view kept = list.substr(0, list.find_last_not_of(" \n") + 1);
  if (kept.ends_with('(') || kept.find(')') != std::string_view::npos) return std::nullopt;
  return std::string(kept) + ", " + joined(missing) + ")";
}

}  // namespace

void lint_TruncatedName(LintContext& context) {
  std::set<std::pair<uint32_t, uint32_t>> said;
  context.each_check([&](ExprId, const Expr& e) {
    const Term& lhs = context.term(e.lhs);
    if (lhs.kind != Term::Kind::Field || !is_comm(lhs.field.id)) return;
    const bool whole = e.op == CmpOp::Eq || e.op == CmpOp::In || e.op == CmpOp::Intersects || e.op == CmpOp::Ne;
    const bool part = e.op == CmpOp::StartsWith || e.op == CmpOp::EndsWith || e.op == CmpOp::Contains;
    if (!whole && !part) return;
    for (const ConstId c : e.constants) {
      const Constant& constant = context.rules.constant(c);
      if (constant.text.size() <= kCommBytes || !said.insert({constant.range.file, constant.range.begin}).second)
        continue;
      Diagnostic& d = context.diags.emit<diag::TruncatedName>(constant.range, constant.text, constant.text.size());
      const auto place = written(context, constant);
      if (whole && e.op != CmpOp::Ne && place && place->quote == 0)
        d.repair("compare with the first 15 characters", {{place->range, constant.text.substr(0, kCommBytes)}});
    }
  });
}

void lint_CommandLineSubstring(LintContext& context) {
  context.each_check([&](ExprId id, const Expr& e) {
    const Term& lhs = context.term(e.lhs);
    if (lhs.kind != Term::Kind::Field || !is_command_line(lhs.field.id) || !context.wanted(id)) return;
    switch (e.op) {
      case CmpOp::Contains:
      case CmpOp::IContains:
      case CmpOp::StartsWith:
      case CmpOp::EndsWith:
      case CmpOp::Glob:
      case CmpOp::IGlob:
      case CmpOp::Regex:
        context.diags.emit<diag::CommandLineSubstring>(e.range, context.shown(id));
        return;
      default:
        return;
    }
  });
}

namespace {

/// A call that the rule is for by another check doesn't count as missing: `evt.type=open or evt.type=openat` is one
/// list.
class SiblingSearch {
 public:
  explicit SiblingSearch(LintContext& context) : context_(context) {}

  void run() {
    for (const CheckedRule& rule : context_.rules.rules) walk(rule.condition, false, context_.event_names(rule.events));
  }

 private:
  void walk(ExprId id, bool negated, const std::vector<std::string_view>& of_rule) {
    const Expr& e = context_.expr(id);
    if (e.kind == Expr::Kind::Check) {
      if (!negated) check(id, e, of_rule);
      return;
    }
    for (const ExprId child : e.children) walk(child, e.kind == Expr::Kind::Not ? !negated : negated, of_rule);
  }

  void check(ExprId id, const Expr& e, const std::vector<std::string_view>& of_rule) {
    if (!context_.compares_field(e, FieldId::EvtType) || (e.op != CmpOp::Eq && e.op != CmpOp::In) ||
        e.modifier != Modifier::None)
      return;
    const auto named = [&](std::string_view name) {
      return std::any_of(e.constants.begin(), e.constants.end(),
                         [&](ConstId c) { return context_.rules.constant(c).text == name; });
    };
    const auto in_rule = [&](std::string_view name) {
      return std::binary_search(of_rule.begin(), of_rule.end(), name);
    };
    std::vector<std::string_view> missing;
    std::string_view present;
    for (const auto& row : kSiblings) {
      std::string_view found;
      std::vector<std::string_view> others;
      for (const std::string_view name : row) {
        if (name.empty()) continue;
        if (named(name)) found = found.empty() ? name : found;
        if (!named(name) && !in_rule(name)) others.push_back(name);
      }
      if (found.empty() || others.empty()) continue;
      if (present.empty()) present = found;
      missing.insert(missing.end(), others.begin(), others.end());
    }
    if (missing.empty() || !said_.insert(static_cast<uint32_t>(id)).second) return;
    Diagnostic& d = context_.diags.emit<diag::MissingSibling>(e.range, present, quoted_names(missing));
    if (const auto text = with_names(context_.text(e.range), missing))
      d.repair("add " + quoted_names(missing), {{e.range, *text}});
  }

  LintContext& context_;
  std::unordered_set<uint32_t> said_;
};

}  // namespace

void lint_MissingSibling(LintContext& context) { SiblingSearch(context).run(); }

void lint_SymlinkedPath(LintContext& context) {
  // Everything that is compared with each field anywhere: the twin may stand in another term or macro.
  std::unordered_map<uint32_t, std::set<std::string_view>> whole, beginnings;
  context.each_check([&](ExprId, const Expr& e) {
    const bool prefix = e.op == CmpOp::StartsWith || e.op == CmpOp::PMatch;
    for (const ConstId c : e.constants)
      (prefix ? beginnings : whole)[context.predicates.term(e.lhs)].insert(context.rules.constant(c).text);
  });
  std::set<std::pair<uint32_t, uint32_t>> said;
  context.each_check([&](ExprId id, const Expr& e) {
    const Term& lhs = context.term(e.lhs);
    if (lhs.kind != Term::Kind::Field || !is_path(lhs.field.id) || !context.wanted(id)) return;
    if (e.op != CmpOp::Eq && e.op != CmpOp::In && e.op != CmpOp::StartsWith && e.op != CmpOp::PMatch) return;
    const uint32_t term = context.predicates.term(e.lhs);
    for (const ConstId c : e.constants) {
      const Constant& constant = context.rules.constant(c);
      const std::string_view path = constant.text;
      const auto* link = std::find_if(std::begin(kLinks), std::end(kLinks), [&](const auto& l) {
        return path.starts_with(l.first) && (path.size() == l.first.size() || path[l.first.size()] == '/');
      });
      if (link == std::end(kLinks)) continue;
      const std::string twin = std::string(link->second) + std::string(path.substr(link->first.size()));
      const bool covered = whole[term].contains(twin) || beginnings[term].contains(twin) ||
                           std::any_of(beginnings[term].begin(), beginnings[term].end(),
                                       [&](std::string_view b) { return std::string_view(twin).starts_with(b); });
      if (covered || !said.insert({constant.range.file, constant.range.begin}).second) continue;
      Diagnostic& d = context.diags.emit<diag::SymlinkedPath>(constant.range, path, twin);
      const auto place = written(context, constant);
      if (place && place->quote == 0 && (e.op == CmpOp::In || e.op == CmpOp::PMatch))
        d.repair(fmt::format("add `{}`", twin), {{place->range, std::string(path) + ", " + twin}});
    }
  });
}

void lint_EnumeratedBinaries(LintContext& context) {
  context.each_check([&](ExprId id, const Expr& e) {
    if (context.compares_field(e, FieldId::ProcName) && e.op == CmpOp::In && e.constants.size() > 1 &&
        context.wanted(id))
      context.diags.emit<diag::EnumeratedBinaries>(e.range);
  });
}

void lint_EqualityOnFlags(LintContext& context) {
  // Parameters of one name are sets of flags in some calls and something else in others; those that know the flag decide.
  const auto is_flags = [](std::string_view name, std::string_view flag) {
    int balance = 0;
    for (const fvm::EventInfo& event : fvm::kEvents) {
      for (const fvm::ParamInfo& p : event.params()) {
        const auto named = fvm::enum_names(p.table);
        if (p.name != name || std::ranges::find(named, flag, &fvm::EnumName::name) == named.end()) continue;
        const bool flags = p.type == fvm::TypeId::FLAGS8 || p.type == fvm::TypeId::FLAGS16 ||
                           p.type == fvm::TypeId::FLAGS32 || p.type == fvm::TypeId::MODE;
        balance += flags ? 1 : -1;
      }
    }
    return balance > 0;
  };
  context.each_check([&](ExprId id, const Expr& e) {
    const Term& lhs = context.term(e.lhs);
    const bool equality = (e.op == CmpOp::Eq || e.op == CmpOp::In) && e.modifier == Modifier::None;
    if (!equality || lhs.kind != Term::Kind::Field || lhs.field.id != FieldId::EvtArg ||
        lhs.field.arg != fvm::FieldArg::Key)
      return;
    if (!context.wanted(id) || e.constants.empty()) return;
    if (!is_flags(lhs.field.key, context.rules.constant(e.constants[0]).text)) return;
    // A number is meant as one; so is the exact set that an author spells out.
    const bool names = std::all_of(e.constants.begin(), e.constants.end(), [&](ConstId c) {
      const std::string& text = context.rules.constant(c).text;
      return !text.empty() && (text[0] < '0' || text[0] > '9') && text.find('|') == std::string::npos;
    });
    if (!names) return;
    Diagnostic& d = context.diags.emit<diag::EqualityOnFlags>(e.range, term_text(context.rules, e.lhs), e.op_spelling);
    const std::string_view text = context.text(e.range);
    const std::string name = std::string("evt.arg.") + lhs.field.key;
    const size_t at = text.find_first_not_of(" \n", name.size());
    if (e.op != CmpOp::Eq || !text.starts_with(name) || at == std::string_view::npos || text[at] != '=') return;
    const size_t value = text.find_first_not_of("= \n", at);
    if (value == std::string_view::npos) return;
    d.repair("use `contains`", {{e.range, name + " contains " + std::string(text.substr(value))}});
  });
}

}  // namespace falcoc
