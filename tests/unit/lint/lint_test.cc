// SPDX-License-Identifier: Apache-2.0
//
// Near misses and odd cases of lints, beyond the examples.
#include <doctest/doctest.h>

#include "tests/unit/lint/linting.h"

using namespace falcoc;

namespace {

bool said(DiagId id, const std::string& condition) { return Linted(rule_with(condition)).says(id); }

constexpr const char* kExec = "evt.type in (execve, execveat) and ";

}  // namespace

TEST_CASE("contradictions are seen through macros, lists and negations") {
  const auto never = [](const std::string& text) { return Linted(text).says(DiagId::NeverTrue); };
  const std::string macro = "- macro: shell\n  condition: (proc.name in (bash, sh))\n";
  CHECK(never(macro + rule_with(std::string(kExec) + "shell and proc.name = nc")));
  CHECK(never(macro + rule_with(std::string(kExec) + "proc.name = bash and not shell")));
  CHECK(never(rule_with(std::string(kExec) + "proc.name startswith a and proc.name = bash")));
  CHECK(never(rule_with(std::string(kExec) + "proc.exepath startswith /usr and proc.exepath startswith /opt")));
  CHECK(never(rule_with(std::string(kExec) + "proc.name = bash and not proc.name exists")));
  CHECK_FALSE(never(macro + rule_with(std::string(kExec) + "shell and proc.name = bash")));
  CHECK_FALSE(
      never(rule_with(std::string(kExec) + "proc.exepath startswith /usr and proc.exepath startswith /usr/lib")));
}

TEST_CASE("numbers between bounds contradict each other and follow from each other") {
  const auto with = [](const std::string& text) { return std::string(kExec) + text; };
  CHECK(said(DiagId::NeverTrue, with("user.uid > 10 and user.uid < 5")));
  CHECK(said(DiagId::NeverTrue, with("proc.pid > 10 and proc.pid <= 10")));
  CHECK(said(DiagId::NeverTrue, with("proc.pid > 10 and proc.pid < 11")));
  CHECK(said(DiagId::NeverTrue, with("not proc.pid < 10 and proc.pid < 9")));
  CHECK_FALSE(said(DiagId::NeverTrue, with("proc.pid > 10 and proc.pid < 12")));
  CHECK_FALSE(said(DiagId::NeverTrue, with("not proc.pid < 10 and not proc.pid > 9")));  // it may be missing
  CHECK_FALSE(said(DiagId::NeverTrue, with("proc.pid > 10 and proc.pid != 11 and proc.pid != 19 and proc.pid < 20")));
  CHECK(said(DiagId::RedundantTerm, with("proc.pid > 10 and proc.pid >= 5")));
  CHECK_FALSE(said(DiagId::RedundantTerm, with("proc.pid >= 5 and proc.pid > 10")));
  CHECK(Linted(rule_with(with("proc.pid > 5"), "A") + rule_with(with("proc.pid > 7"), "B")).says(DiagId::ShadowedRule));
}

TEST_CASE("a flag counts by the calls that know it") {
  CHECK(said(DiagId::EqualityOnFlags, "evt.type in (chmod, fchmod, fchmodat) and evt.arg.mode = S_ISUID"));
  CHECK(said(DiagId::EqualityOnFlags, "evt.type in (chmod, fchmod, fchmodat) and evt.arg.mode in (S_ISUID, S_ISGID)"));
  CHECK_FALSE(said(DiagId::EqualityOnFlags, "evt.type in (chmod, fchmod, fchmodat) and evt.arg.mode = 04755"));
  CHECK_FALSE(said(DiagId::EqualityOnFlags, "evt.type = socket and evt.arg.domain = AF_INET"));
}

TEST_CASE("fields with several values don't contradict themselves") {
  CHECK_FALSE(said(DiagId::NeverTrue, std::string(kExec) + "proc.aname = bash and proc.aname = sshd"));
  CHECK_FALSE(said(DiagId::NeverTrue, "evt.type = connect and fd.ip = 10.0.0.1 and fd.ip = 10.0.0.2"));
  CHECK(said(DiagId::NeverTrue, std::string(kExec) + "proc.aname[2] = bash and proc.aname[2] = sshd"));
}

TEST_CASE("switches of authors are not findings") {
  const std::string never = "- macro: never\n  condition: (evt.num = 0)\n- list: none\n  items: []\n";
  for (const std::string condition :
       {"and not never", "and never", "and not proc.name in (none)", "and proc.name in (none)"}) {
    const Linted linted(never + rule_with("evt.type in (execve, execveat) " + condition));
    CHECK_FALSE(linted.says(DiagId::NeverTrue));
    CHECK_FALSE(linted.says(DiagId::RedundantTerm));
  }
}

TEST_CASE("what other files may change is not redundant") {
  const std::string macro = "- macro: opened\n  condition: evt.type in (open, openat, openat2)\n";
  CHECK_FALSE(Linted(macro + rule_with("opened and evt.type in (open, openat, openat2)")).says(DiagId::RedundantTerm));
  CHECK(said(DiagId::RedundantTerm, std::string(kExec) + "proc.name = nc and proc.name exists"));
}

TEST_CASE("the host has a container id") {
  CHECK(said(DiagId::HostContainerId, std::string(kExec) + "container.id exists"));
  CHECK(said(DiagId::HostContainerId, std::string(kExec) + "not container.id exists"));
  CHECK(said(DiagId::HostContainerId, std::string(kExec) + "container.id != \"\""));
  CHECK_FALSE(said(DiagId::HostContainerId, std::string(kExec) + "container.id != host and container.name exists"));
  CHECK_FALSE(said(DiagId::HostContainerId, std::string(kExec) + "container.id in (\"\", host)"));
}

TEST_CASE("shadowing needs every alternative and every event type") {
  const auto shadowed = [](const std::string& front, const std::string& behind) {
    return Linted(rule_with(front, "A") + rule_with(behind, "B")).says(DiagId::ShadowedRule);
  };
  CHECK(
      shadowed("evt.type in (open, openat) and fd.name startswith /etc", "evt.type = open and fd.name = /etc/passwd"));
  CHECK(shadowed("evt.type = open and fd.name startswith /etc",
                 "evt.type = open and (fd.name = /etc/a or fd.name = /etc/b)"));
  CHECK_FALSE(shadowed("evt.type = open and fd.name startswith /etc",
                       "evt.type = open and (fd.name = /etc/a or fd.name = /b)"));
  CHECK_FALSE(
      shadowed("evt.type = open and fd.name startswith /etc", "evt.type in (open, openat) and fd.name = /etc/a"));
  CHECK_FALSE(shadowed("evt.type = open and fd.name = /etc/a", "evt.type = open and fd.name startswith /etc"));
  CHECK_FALSE(shadowed("evt.type = open and fd.name = /a and not user.uid = 0",
                       "evt.type = open and fd.name = /a and proc.name = x"));
  CHECK(shadowed("evt.type = open and fd.name = /a and not user.uid = 0",
                 "evt.type = open and fd.name = /a and user.uid = 33"));
}

TEST_CASE("a shadowed rule comes with an event, or says that none is known") {
  const auto note = [](const std::string& behind) {
    const Linted linted(rule_with("evt.type = open and fd.name startswith /etc", "A") + rule_with(behind, "B"));
    for (const Diagnostic& d : linted.diags.all())
      if (d.id == DiagId::ShadowedRule) return d.notes.back().text;
    return std::string("not shadowed");
  };
  CHECK(note("evt.type = open and fd.name = /etc/passwd") ==
        "an event that both match: evt.type=open fd.name=/etc/passwd");
  CHECK(note("evt.type = open and fd.name startswith /etc/ssh") ==
        "an event that both match: evt.type=open fd.name=/etc/ssh");
  CHECK(note("evt.type = open and fd.name = /etc/passwd and proc.aname = sshd").find("unknown") != std::string::npos);
}

TEST_CASE("siblings that another term names are not missing") {
  CHECK_FALSE(
      said(DiagId::MissingSibling, "(evt.type = open or evt.type = openat or evt.type = openat2) and fd.name = /a"));
  CHECK_FALSE(said(DiagId::MissingSibling, "evt.type in (execve, execveat) and not evt.type = open"));
  CHECK_FALSE(said(DiagId::MissingSibling, "evt.type = close"));
  CHECK(said(DiagId::MissingSibling, "evt.type = rename"));
}

TEST_CASE("an event parameter counts for any event type of the rule") {
  CHECK_FALSE(said(DiagId::ImpossibleField, "evt.type in (execve, openat) and evt.arg.flags contains O_CREAT"));
  CHECK(said(DiagId::ImpossibleField, "evt.type in (kill, tkill) and evt.arg.addr = x"));
  CHECK(said(DiagId::ImpossibleField, std::string(kExec) + "fd.name startswith /etc"));
  CHECK(said(DiagId::ImpossibleField, "evt.type in (rename, renameat, renameat2) and fd.name = /etc/passwd"));
  CHECK_FALSE(said(DiagId::ImpossibleField, "evt.type in (execve, execveat, open) and fd.name startswith /etc"));
  CHECK_FALSE(said(DiagId::ImpossibleField, "evt.type = close and fd.name startswith /etc"));
}

TEST_CASE("paths behind links: the twin may be in another term, and exclusions don't count") {
  CHECK(said(DiagId::SymlinkedPath, std::string(kExec) + "proc.exepath startswith /bin/"));
  CHECK_FALSE(said(DiagId::SymlinkedPath,
                   std::string(kExec) + "(proc.exepath startswith /bin/ or proc.exepath startswith /usr/)"));
  CHECK_FALSE(said(DiagId::SymlinkedPath, std::string(kExec) + "not proc.exepath startswith /bin/"));
  CHECK_FALSE(said(DiagId::SymlinkedPath, std::string(kExec) + "proc.exepath = /binary"));
}

TEST_CASE("appending beside the same word, or behind parentheses, is fine") {
  const auto doubtful = [](const std::string& base, const std::string& more) {
    return Linted(rule_with(base) + "- rule: R\n  condition: " + more + "\n  override: {condition: append}\n")
        .says(DiagId::AppendPrecedence);
  };
  CHECK(doubtful("evt.type = open or evt.type = openat", "and fd.name = /a"));
  CHECK(doubtful("evt.type = open and fd.name = /b", "or fd.name = /a"));
  CHECK_FALSE(doubtful("evt.type = open and fd.name = /b", "and proc.name = a"));
  CHECK_FALSE(doubtful("(evt.type = open or evt.type = openat)", "and fd.name = /a"));
  CHECK_FALSE(doubtful("evt.type = open and fd.name = \"a or b\"", "and fd.directory = /a"));
}

TEST_CASE("names that are not known do have the text <NA>") {
  CHECK_FALSE(said(DiagId::MissingValue, std::string(kExec) + "not user.name in (\"<NA>\", root)"));
  CHECK(said(DiagId::MissingValue, std::string(kExec) + "k8s.pod.name in (\"<NA>\", x)"));
}

TEST_CASE("tags: what is configured counts") {
  LintOptions options;
  CHECK_FALSE(Linted(rule_with("evt.type = close"), options).says(DiagId::UnknownTag));
  options.tags = {"host", "mine_*"};
  CHECK_FALSE(Linted(rule_with("evt.type = close"), options).says(DiagId::UnknownTag));
  options.tags = {"other"};
  const Linted linted(rule_with("evt.type = close"), options);
  REQUIRE(linted.count(DiagId::UnknownTag) == 1);
  const auto& found = *std::find_if(linted.diags.all().begin(), linted.diags.all().end(),
                                    [](const Diagnostic& d) { return d.id == DiagId::UnknownTag; });
  CHECK(linted.sources.text(found.range) == "host");
  CHECK(linted.sources.locate(found.range).line == 6);
}

TEST_CASE("targets know what came before them") {
  LintOptions options;
  const std::string modifier = rule_with(std::string(kExec) + "proc.name startswith anyof (a, b)");
  options.target = 44;
  CHECK_FALSE(Linted(modifier, options).says(DiagId::LanguageTooNew));
  options.target = 43;
  CHECK(Linted(modifier, options).says(DiagId::LanguageTooNew));
  options.target.reset();
  CHECK_FALSE(Linted(modifier, options).says(DiagId::LanguageTooNew));
  CHECK(find_target("falco-0.40") == 40u);
  CHECK_FALSE(find_target("falco-0.45").has_value());
}
