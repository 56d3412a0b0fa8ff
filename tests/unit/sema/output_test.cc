// SPDX-License-Identifier: Apache-2.0
//
// Outputs: where tokens end, widths, fields of JSON output, and mistakes.
#include <doctest/doctest.h>

#include "tests/unit/sema/checking.h"

using namespace falcoc;
using namespace falcoc::test;

namespace {

/// Literals as they are, tokens in <>, with `width:` in front when there is one.
std::string parts(std::string_view format) {
  Diagnostics diags;
  const auto rules = check_output(format, diags);
  if (!rules) return std::string(diag_info(diags.all().front().id).slug);
  std::string out;
  for (const OutputPart& part : rules->rules[0].parts) {
    if (part.term == TermId::None) {
      out += part.literal;
    } else {
      out += "<" + (part.width == 0 ? "" : std::to_string(part.width) + ":") + part.token + ">";
    }
  }
  return out;
}

std::string fields(std::string_view format) {
  Diagnostics diags;
  const auto rules = check_output(format, diags);
  std::string out;
  for (const OutputField& field : rules->rules[0].fields) out += (out.empty() ? "" : " ") + field.key;
  return out;
}

}  // namespace

TEST_CASE("the longest field wins and glued text is literal") {
  CHECK(parts("a %proc.name b") == "a <proc.name> b");
  CHECK(parts("%proc.name%proc.pname") == "<proc.name><proc.pname>");
  CHECK(parts("%proc.namefoo") == "<proc.name>foo");
  CHECK(parts("%proc.name.suffix") == "<proc.name>.suffix");
  CHECK(parts("%proc.name.") == "<proc.name>.");
  CHECK(parts("%fd.name[0]") == "<fd.name>[0]");
  CHECK(parts("%evt.arg.fdx") == "<evt.arg.fd>x");
  CHECK(parts("%evt.type-b%evt.num.c") == "<evt.type>-b<evt.num>.c");
  CHECK(parts("%evt.args") == "<evt.args>");
  CHECK(parts("%evt.arg[1]x") == "<evt.arg[1]>x");
}

TEST_CASE("arguments, transformers, width and star") {
  CHECK(parts("%proc.aname[2]") == "<proc.aname[2]>");
  CHECK(parts("%proc.env[\"A B\"]") == "<proc.env[\"A B\"]>");
  CHECK(parts("%10proc.name|") == "<10:proc.name>|");
  CHECK(parts("%007proc.name") == "<7:proc.name>");
  CHECK(parts("*%fd.sip x") == "<fd.sip> x");
  CHECK(parts("%toupper( proc.name )!") == "<toupper(proc.name)>!");
  CHECK(parts("%toupper(proc.name)[0]") == "<toupper(proc.name)>[0]");
  CHECK(parts("%join(\",\", (proc.name, fd.name))") == "<join(,,(proc.name,fd.name))>");
  CHECK(parts("\\n%proc.name\\t") == "\\n<proc.name>\\t");
}

TEST_CASE("mistakes in outputs") {
  CHECK(parts("") == "output-empty");
  for (const char* text : {"100%", "100% sure", "%5", "% proc.name", "100%% x"})
    CHECK_MESSAGE(parts(text) == "output-token", text);
  for (const char* text : {"%foo.bar", "%fd.nosuch", "%val(proc.name)", "%toupper(nosuch)", "%toupper(fd.num)",
                           "%-5proc.name", "%evt.arg.nosuch", "%evt.arg", "%toupper(proc.name"}) {
    CHECK_MESSAGE(parts(text) == "output-unknown-field", text);
  }
  Diagnostics diags;
  CHECK_FALSE(check_output("x %proc.nmae y", diags));
  CHECK(diags.all().front().suggestion->replacement == "proc.name");
}

TEST_CASE("output fields are distinct and untransformed") {
  CHECK(fields("%proc.name %fd.name %proc.name") == "proc.name fd.name");
  CHECK(fields("%toupper(tolower(proc.name)) %len(fd.name)") == "proc.name fd.name");
  CHECK(fields("%join(\",\", (proc.name, \"x\")) %proc.aname[2]") == "proc.name proc.aname[2]");
  CHECK(fields("plain").empty());
}

TEST_CASE("outputs of rules") {
  CheckOptions options;
  options.append_output = {"x=%proc.name"};
  const Checked more(rule("evt.type=open"), options);
  REQUIRE(more.rules);
  CHECK(more.rule().output == "o x=%proc.name");

  const auto with_output = [](std::string_view output) {
    return Checked("- rule: r\n  desc: d\n  condition: evt.type=open\n  output: \"" + std::string(output) +
                   "\"\n  priority: INFO\n");
  };
  const Checked container = with_output("a %container.info b");
  CHECK(container.slugs() == "deprecated-container-info");
  CHECK(container.rule().output == "a  b");
  CHECK(with_output("x %evt.dir %evt.latency.ns").slugs() == "deprecated-field deprecated-field deprecated-field");
  CHECK(with_output("evt.dirty").slugs() == "deprecated-field");
  const Checked unknown = with_output("x %foo.bar y");
  CHECK(unknown.slugs() == "output-unknown-field");
  CHECK(unknown.marked() == "%foo.bar");
}

TEST_CASE("a wrong output doesn't hide a wrong condition") {
  const auto rule_with = [](std::string_view condition, std::string_view more) {
    return Checked("- rule: r\n  desc: d\n  condition: " + std::string(condition) +
                   "\n  output: \"%proc.nam\"\n  priority: INFO\n" + std::string(more));
  };
  CHECK(rule_with("proc.nam = x", "").slugs() == "output-unknown-field unknown-field");
  CHECK(rule_with("nothing and (", "").slugs() == "output-unknown-field condition-syntax");
  CHECK(rule_with("evt.type = open", "").slugs() == "output-unknown-field");
  CHECK(rule_with("proc.nam = x", "  skip-if-unknown-filter: true\n").slugs() == "skipped-rule");
}
