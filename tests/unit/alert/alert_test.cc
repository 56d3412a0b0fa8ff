// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/alert.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

#include "vm/field/clock_text.h"

using namespace fvm;

namespace {
// The zone is read once per process, so it is set before anything is printed.
const bool g_utc = [] {
  setenv("TZ", "UTC", 1);
  tzset();
  return true;
}();

Alert example() {
  Alert alert;
  alert.ts_ns = 1'566'230'400'040'000'007;
  alert.rule = "Read \"secrets\"";
  alert.source = "syscall";
  alert.priority = "Warning";
  alert.message = "cat read /etc/\x01shadow";
  alert.tags = {"cis", "filesystem"};
  alert.fields = {{"proc.name", "cat"}, {"fd.num", 4}, {"evt.res", nullptr}};
  return alert;
}
}  // namespace

TEST_CASE("clock forms") {
  REQUIRE(g_utc);
  const uint64_t ts = 1'566'230'400'040'000'007;
  CHECK(clock_text(ts, ClockForm::Time) == "16:00:00.040000007");
  CHECK(clock_text(ts, ClockForm::TimeS) == "16:00:00");
  CHECK(clock_text(ts, ClockForm::Datetime) == "2019-08-19 16:00:00.040000007");
  CHECK(clock_text(ts, ClockForm::DatetimeS) == "2019-08-19 16:00:00");
  CHECK(clock_text(ts, ClockForm::Iso8601) == "2019-08-19T16:00:00.040000007+0000");
  CHECK(clock_text(ts, ClockForm::Zulu) == "2019-08-19T16:00:00.040000007Z");
  CHECK(clock_text(0, ClockForm::Zulu) == "1970-01-01T00:00:00.000000000Z");
  CHECK(clock_text(UINT64_MAX, ClockForm::Zulu).size() == 30);
}

TEST_CASE("a text alert is one escaped line") {
  CHECK(render_text(example()) == "16:00:00.040000007: Warning cat read /etc/\\u0001shadow");
}

TEST_CASE("a JSON alert has Falco's keys in bytewise order") {
  CHECK(render_json(example(), "box") ==
        "{\"hostname\":\"box\",\"output\":\"16:00:00.040000007: Warning cat read /etc/\\u0001shadow\","
        "\"output_fields\":{\"evt.res\":null,\"evt.time\":1566230400040000007,\"fd.num\":4,\"proc.name\":\"cat\"},"
        "\"priority\":\"Warning\",\"rule\":\"Read \\\"secrets\\\"\",\"source\":\"syscall\",\"tags\":[\"cis\",\"filesystem\"],"
        "\"time\":\"2019-08-19T16:00:00.040000007Z\"}");
}

TEST_CASE("an alert without fields still has its time") {
  Alert alert = example();
  alert.fields = nlohmann::json::object();
  alert.tags.clear();
  const auto parsed = nlohmann::json::parse(render_json(alert, ""));
  CHECK(parsed["output_fields"].dump() == "{\"evt.time\":1566230400040000007}");
  CHECK(parsed["tags"].dump() == "[]");
}
