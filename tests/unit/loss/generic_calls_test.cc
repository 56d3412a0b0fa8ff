// SPDX-License-Identifier: Apache-2.0
//
// Which calls without an event of their own rules ask for.
#include "vm/exec/generic_calls.h"

#include <set>

#include "tests/unit/loss/rules.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

using Names = std::set<std::string>;

/// Names of the calls; "?" stands for those that the table does not know.
Names calls_of(const std::vector<NamedCondition>& rules) {
  const VerifiedImage image = compiled(rules);
  const PredicateTable predicates(image.view());
  const SyscallSet calls = generic_calls(image.view(), predicates);
  Names names;
  for (size_t code = 0; code < kSyscallCount; ++code) {
    if (calls[code]) names.insert(code == 0 ? "?" : std::string(kSyscalls[code].name));
  }
  return names;
}

}  // namespace

TEST_CASE("rules that name calls ask for those, and for what has no code") {
  CHECK(calls_of({{"a", "evt.type = sync"}}) == Names{"?", "sync"});
  CHECK(calls_of({{"a", "evt.type in (sync, open) and proc.name = x"}}) == Names{"?", "open", "sync"});
  CHECK(calls_of({{"a", "syscall.type = sync"}, {"b", "evt.type = getppid and not proc.name = x"}}) ==
        Names{"?", "getppid", "sync"});
}

TEST_CASE("rules of other events ask for none") { CHECK(calls_of({{"a", "evt.type = open and fd.name = x"}}).empty()); }

TEST_CASE("a rule that any event can match asks for all") {
  CHECK(calls_of({{"a", "proc.name = x"}}).size() == kSyscallCount);
  CHECK(calls_of({{"a", "evt.type = sync"}, {"b", "proc.name = x and evt.failed = true"}}).size() == kSyscallCount);
}

TEST_CASE("a call that is excluded is not asked for") {
  const Names names = calls_of({{"a", "evt.type != sync and proc.name = x"}});
  CHECK(names.size() == kSyscallCount - 1);
  CHECK_FALSE(names.contains("sync"));
}
