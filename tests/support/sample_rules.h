// SPDX-License-Identifier: Apache-2.0
//
// A small ruleset that uses every kind of record an image can hold, and the image made of it.
#pragma once

#include "compiler/emit/emit.h"
#include "tests/support/rules_builder.h"

namespace falcoc::test {

inline Place place_of(const SourceRange& range) { return {"rules.yaml", range.begin, 7}; }

inline CheckedRules sample_rules() {
  using enum fvm::CmpOp;
  using fvm::FieldId;
  RulesBuilder b;
  const ExprId open = b.check(FieldId::EvtType, In, {"open", "openat", "openat2"});
  const ExprId shell = b.check(FieldId::ProcName, In, {"bash", "dash", "sh", "zsh", "ksh"});
  const ExprId exit = b.check(FieldId::EvtDir, Eq, {"<"});

  CheckedRule& shadow =
      b.rule("Shell reads shadow", b.all({open, exit, shell,
                                          b.any({b.check(FieldId::FdName, Eq, {"/etc/shadow"}),
                                                 b.check(FieldId::FdName, PMatch, {"/root", "/home/*/.ssh"})}),
                                          b.negated(b.check(FieldId::ProcPname, Glob, {"cron*"}))}));
  shadow.tags = {"filesystem", "mitre_credential_access"};
  shadow.desc = "a shell reads what it should not";
  const TermId name = b.field(FieldId::ProcName);
  const TermId file = b.field(FieldId::FdName);
  shadow.parts = {{"shell ", TermId::None, 0, {}},
                  {{}, name, 20, "proc.name"},
                  {" read ", TermId::None, 0, {}},
                  {{}, file, 0, "fd.name"}};
  shadow.fields = {{"proc.name", name}, {"fd.name", file}};

  const ExprId remote =
      b.all({b.check(b.field(FieldId::FdIp), Eq, {b.ip("10.1.2.3")}),
             b.check(b.field(FieldId::FdPort), Ne, {b.number(22, fvm::Kind::Uint)}),
             b.negated(b.check(b.field(FieldId::FdNet), In, {b.net("10.0.0.0/8"), b.net("fe80::/10")}))});
  CheckedRule& connection = b.rule("Odd connection", b.all({b.check(FieldId::EvtType, Eq, {"connect"}), remote}));
  connection.priority = Priority::Critical;

  const TermId lower = b.call(fvm::Transformer::ToLower, {b.field(FieldId::ProcExe)});
  const TermId joined = b.call(fvm::Transformer::Join, {b.string(","), b.list({name, b.string("x")})});
  CheckedRule& call =
      b.rule("Transformed", b.any({b.check_terms(lower, Eq, b.call(fvm::Transformer::Val, {file})),
                                   b.check(lower, Regex, {b.text("/tmp/[a-z]+")}),
                                   b.check(FieldId::ProcAname, StartsWith, {"ssh", "su"}, Modifier::AnyOf),
                                   b.check(b.field(FieldId::ProcAname, fvm::FieldArg::Index, 2), Eq, {b.text("init")}),
                                   b.check(b.field(FieldId::ProcEnv, fvm::FieldArg::Key, 0, "LD_PRELOAD"), Exists),
                                   b.check(b.field(FieldId::ProcPid), Lt, {b.number(-1)}),
                                   b.check(b.field(FieldId::EvtFailed), Eq, {b.number(1, fvm::Kind::Bool)})}));
  call.parts.push_back({{}, joined, 0, "join(\",\", (proc.name, \"x\"))"});
  call.capture = true;
  call.capture_duration_ms = 500;

  CheckedRule& disabled = b.rule("Switched off", shell);
  disabled.enabled = false;
  return b.rules();
}

inline CompiledImage sample_image(const EmitOptions& options = {}) {
  auto image = emit(sample_rules(), options, place_of);
  return image ? std::move(*image) : CompiledImage{};
}

}  // namespace falcoc::test
