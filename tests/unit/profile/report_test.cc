// SPDX-License-Identifier: Apache-2.0
//
// A profile as table, JSON and page: what is in it, and that no text of a file becomes markup.
#include <doctest/doctest.h>

#include "tools/profile/profile_page.h"
#include "tools/profile/profile_table.h"

using fvm::Profile;
using namespace profile_report;

namespace {

constexpr const char* kEvilName = "</script><img src=x onerror=alert(1)> <!-- \xff \" & \x1b[31m";

Profile sample_profile() {
  Profile p;
  p.every = 512;
  p.events = 1000;
  p.timed = 40;
  p.traced = 10;
  p.ns = 900;
  p.error_ns = 90;
  p.detours = 7;
  p.detour_ns = 250.04;
  p.alert_ns = 100;
  p.matches = 3;
  Profile::Rule dear;
  dear.name = "Dear";
  dear.place = "rules.yaml:7";
  dear.samples = 5;
  dear.evaluations = 500;
  dear.matches = 3;
  dear.ns = 800;
  dear.error_ns = 80;
  dear.alert_ns = 100;
  dear.tests = {{"proc.name eq \"cat\"", 500, 450, 400, 0, 600.26}, {"user.name eq \"root\"", 100, 100, 0, 97, 200}};
  dear.events = {{"openat", 400, 3, 700}, {"close", 100, 0, 100}};
  Profile::Rule evil;
  evil.name = kEvilName;
  evil.evaluations = 100;
  evil.ns = 100;
  evil.tests = {{"fd.name in (\"</script>\")", 100, 1, 0, 100, 100}};
  Profile::Rule idle;
  idle.name = "Idle";
  p.rules = {dear, evil, idle};
  p.types = {{"openat", 600, 30, 700, 7, 250}, {"close", 400, 20, 200}};
  return p;
}

const Subject kSubject{"rules.fbc", "trace.scap", true};

}  // namespace

TEST_CASE("durations have three digits and a unit") {
  CHECK(duration_text(0) == "0 ns");
  CHECK(duration_text(999.4) == "999 ns");
  CHECK(duration_text(999.6) == "1.00 µs");
  CHECK(duration_text(99'960) == "100 µs");
  CHECK(duration_text(12'345'678) == "12.3 ms");
  CHECK(duration_text(61e9) == "61.0 s");
}

TEST_CASE("table") {
  const std::string text = table(sample_profile(), 20);
  CAPTURE(text);
  CHECK(text.find("rules took 900 ns (± 10 %) for 1000 events, 0.9 ns an event; 3 alerts took 100 ns") !=
        std::string::npos);
  CHECK(text.find("40 events timed and 10 traced; 7 detours took 250 ns of it") != std::string::npos);
  CHECK(text.find("90.0%") < text.find("Dear"));
  CHECK(text.find("80 % rejected by: proc.name eq \"cat\"") != std::string::npos);
  CHECK(text.find("100 % rejected by: not fd.name in") != std::string::npos);
  CHECK(text.find("1 rule was not evaluated") != std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("openat") < text.find("close"));
}

TEST_CASE("a short table says what it leaves out") {
  const std::string text = table(sample_profile(), 1);
  CHECK(text.find("... and 1 more that cost less") != std::string::npos);
  CHECK(text.find("close") == std::string::npos);
}

TEST_CASE("an empty profile has a table and a page") {
  CHECK(table(Profile{}, 20).find("0 events") != std::string::npos);
  CHECK(page(Profile{}, {}).find("</html>") != std::string::npos);
}

TEST_CASE("JSON holds everything") {
  const nlohmann::json j = nlohmann::json::parse(
      to_json(sample_profile(), kSubject).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
  CHECK(j["format"] == "falco-vm profile");
  CHECK(j["mode"] == "all");
  CHECK(j["evaluation_ns"] == 900);
  CHECK(j["detours"] == 7);
  CHECK(j["detour_ns"] == 250);
  CHECK(j["events_by_type"][0]["detours"] == 7);
  CHECK(j["events_by_type"][0]["detour_ns"] == 250);
  REQUIRE(j["rules"].size() == 3);
  const nlohmann::json& dear = j["rules"][0];
  CHECK(dear["name"] == "Dear");
  CHECK(dear["place"] == "rules.yaml:7");
  CHECK(dear["evaluation_error_ns"] == 80);
  CHECK(dear["predicates"][0]["ns"] == 600.3);
  CHECK(dear["predicates"][1]["rejections_when_true"] == 97);
  CHECK(dear["events"][0]["matches"] == 3);
  CHECK(j["events_by_type"][1]["samples"] == 20);
}

TEST_CASE("long predicates are cut between characters") {
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdefg", 6) == "abc...");
  CHECK(shortened("abä"
                  "defg",
                  6) == "ab...");
}

TEST_CASE("page: self-contained, and nothing of a rule is markup") {
  const std::string html = page(sample_profile(), kSubject);
  CHECK(html.starts_with("<!doctype html>"));
  for (const std::string& address :
       std::vector<std::string>{"http:", "https:", "//cdn", "src=\"", "href=", "@import", "url("}) {
    CAPTURE(address);
    CHECK(html.find(address) == std::string::npos);
  }
  CHECK(html.find("</script><img") == std::string::npos);
  CHECK(html.find("<!-- \\") == std::string::npos);
  size_t ends = 0;
  for (size_t at = html.find("</script>"); at != std::string::npos; at = html.find("</script>", at + 1)) ++ends;
  CHECK(ends == 2);
  const size_t begin = html.find("id=\"profile\">") + 13;
  const nlohmann::json inside = nlohmann::json::parse(html.substr(begin, html.find("</script>", begin) - begin));
  CHECK(inside["rules"][1]["name"].get<std::string>().starts_with("</script><img src=x"));
  for (const char* sink : {"innerHTML", "outerHTML", "document.write", "insertAdjacentHTML", "eval("})
    CHECK(html.find(sink) == std::string::npos);
}
