// SPDX-License-Identifier: Apache-2.0
//
// Loading file after file, choosing rules, reading and writing files.
#include "compiler/driver/compile.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "compiler/driver/rules_files.h"
#include "vm/image/verifier.h"

using namespace falcoc;
namespace fs = std::filesystem;

namespace {

std::string rule(const std::string& name, const std::string& condition, const std::string& more = "") {
  return "- rule: " + name + "\n  desc: d\n  condition: " + condition + "\n  output: o\n  priority: INFO\n" + more;
}

struct Run {
  SourceManager sources;
  Diagnostics diags;
  CompileResult result;

  explicit Run(const std::vector<std::string>& texts, const CompileOptions& options = {}) {
    std::vector<uint32_t> files;
    for (const std::string& text : texts) files.push_back(sources.add("f" + std::to_string(files.size()) + ".yaml", text));
    result = compile(sources, files, options, diags);
  }
  std::string slugs() const {
    std::string out;
    for (const Diagnostic& d : diags.all()) out += (out.empty() ? "" : " ") + std::string(diag_info(d.id).slug);
    return out;
  }
};

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "falcoc-test-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  std::string add(const std::string& name, const std::string& text) const {
    std::ofstream(path / name) << text;
    return (path / name).string();
  }
};

}  // namespace

TEST_CASE("each prefix of the files must compile") {
  const std::string uses = rule("r", "m");
  const std::string defines = "- macro: m\n  condition: evt.type=open\n";
  CHECK(Run({uses, defines}).slugs() == "unknown-macro");
  CHECK(Run({defines, uses}).slugs() == "");
  // A list that comes later is a plain string at first and right in the end.
  const Run lists({rule("r", "evt.type=open and proc.name in (l)"), "- list: l\n  items: [a, b]\n"});
  CHECK(lists.slugs() == "");
  CHECK(lists.result.loaded->rules.rules[0].condition_normal_form == "(evt.type = open and proc.name in (a, b))");
  CHECK(Run({"- macro: m\n  condition: bad(\n", defines}).diags.has_errors());
}

TEST_CASE("what is unused is decided by the last load, or said at every one") {
  const std::vector<std::string> files = {"- macro: m\n  condition: evt.type=open\n", rule("r", "m")};
  CHECK(Run(files).slugs() == "");
  CompileOptions every;
  every.warnings_of_every_load = true;
  CHECK(Run(files, every).slugs() == "unused-macro");
}

TEST_CASE("one warning is said once, however many files follow") {
  const std::string warns = rule("r", "evt.type=open", "  tag: [a]\n");
  CHECK(Run({warns, "[]", "[]"}).slugs() == "unknown-key");
}

TEST_CASE("selection leaves an honest summary, and nothing selected is an error") {
  const std::string rules = rule("Shell in container", "evt.type=open", "  tags: [cis]\n") +
                            rule("Package manager", "evt.type=open", "  tags: [sofware_mgmt]\n") +
                            rule("Off", "evt.type=open", "  tags: [cis]\n  enabled: false\n");
  CHECK(Run({rules}).result.selection.selected == 2);
  CompileOptions options;
  options.selection.only_tags = {"cis"};
  CHECK(Run({rules}, options).result.selection.selected == 2);
  options.selection.only_tags = {"software_mgmt"};
  CHECK(Run({rules}, options).result.selection.selected == 1);
  options.selection = {};
  options.selection.without_tags = {"cis"};
  const Run without({rules}, options);
  CHECK(without.result.selection.selected == 1);
  CHECK(without.result.selection.line().starts_with("selected 1 of 3 rules ("));
  options.selection = {};
  options.selection.without_names = {"e"};
  const Run none({rules}, options);
  CHECK(none.slugs() == "nothing-selected");
  CHECK_FALSE(none.result.image);
  CHECK(Run({""}).slugs() == "nothing-selected");
}

TEST_CASE("the same files give the same bytes, and they verify") {
  const std::vector<std::string> files = {"- list: l\n  items: [a, b]\n" + rule("r", "evt.type=open and proc.name in (l)"),
                                          rule("s", "evt.type=execve and not proc.name glob a*")};
  const Run first(files);
  const Run second(files);
  REQUIRE(first.result.image);
  REQUIRE(second.result.image);
  CHECK(first.result.image->bytes == second.result.image->bytes);
  auto sealed = fvm::SealedImage::from_bytes(first.result.image->bytes);
  REQUIRE(sealed);
  CHECK(fvm::verify(std::move(*sealed)));
}

TEST_CASE("a plugin that is not built in is an error unless every rule can do without") {
  const std::string needs = "- required_plugin_versions: [{name: json, version: 0.7.0}]\n";
  CHECK(Run({needs + rule("r", "evt.type=open")}).slugs() == "plugin-not-available");
  CHECK(Run({needs + rule("r", "evt.type=open", "  skip-if-unknown-filter: true\n")}).slugs() == "");
  CHECK(Run({"- required_plugin_versions: [{name: json, version: 0.7.0, alternatives: [{name: container, version: 0.1.0}]}]\n" +
             rule("r", "evt.type=open")})
            .slugs() == "");
}

TEST_CASE("a folder stands for its rules files in byte order") {
  const Folder folder;
  folder.add("b.yaml", "");
  folder.add("B.yml", "");
  folder.add("a.yaml", "");
  folder.add("notes.txt", "");
  fs::create_directory(folder.path / "c.yaml");
  SourceManager sources;
  Diagnostics diags;
  CHECK(read_rules_files({folder.path.string()}, sources, diags).size() == 3);
  CHECK(diags.empty());
  CHECK(fs::path(sources.name(0)).filename() == "B.yml");
  CHECK(fs::path(sources.name(1)).filename() == "a.yaml");
  CHECK(fs::path(sources.name(2)).filename() == "b.yaml");
}

TEST_CASE("only regular files are read") {
  const Folder folder;
  const std::string fifo = (folder.path / "fifo.yaml").string();
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  SourceManager sources;
  Diagnostics diags;
  CHECK(read_rules_files({fifo, (folder.path / "absent.yaml").string(), "/dev/null"}, sources, diags).empty());
  REQUIRE(diags.error_count() == 3);
  CHECK(diags.all()[0].id == DiagId::NotRegularFile);
  CHECK(diags.all()[1].id == DiagId::CannotRead);
  CHECK(diags.all()[2].id == DiagId::NotRegularFile);
}

TEST_CASE("output replaces files whole, and nothing but files") {
  const Folder folder;
  const std::string out = folder.add("out.fbc", "old");
  const std::vector<uint8_t> bytes = {'n', 'e', 'w'};
  Diagnostics diags;
  const auto read = [](const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  CHECK(write_file(out, bytes, diags));
  CHECK(read(out) == "new");
  const std::string link = (folder.path / "link.fbc").string();
  const std::string target = folder.add("target.fbc", "old");
  fs::create_symlink(target, link);
  CHECK(write_file(link, bytes, diags));
  CHECK(fs::is_symlink(link));
  CHECK(read(target) == "new");
  CHECK(diags.empty());

  const std::string fifo = (folder.path / "fifo").string();
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  CHECK_FALSE(write_file(fifo, bytes, diags));
  CHECK(fs::is_fifo(fifo));
  CHECK_FALSE(write_file(folder.path.string(), bytes, diags));
  CHECK_FALSE(write_file((folder.path / "no" / "out.fbc").string(), bytes, diags));
  CHECK(diags.error_count() == 3);
  // No temporary file is left behind.
  CHECK(std::distance(fs::directory_iterator(folder.path), fs::directory_iterator()) == 4);
}
