// SPDX-License-Identifier: Apache-2.0
#include "vm/alert/event_format.h"

#include <doctest/doctest.h>

#include "capture/scap_reader.h"
#include "tests/support/capture_builder.h"
#include "vm/event_pump.h"

namespace fvm {
namespace {

using testing::CaptureBuilder;

/// The lines that `format` prints of a capture with three events: close of a file, an event without thread, close of nothing.
std::vector<std::string> lines(std::string_view format, bool json = false) {
  CaptureBuilder capture;
  ThreadRecord cat;
  cat.tid = cat.pid = 10, cat.comm = "cat";
  capture.threads({cat});
  FdRecord file;
  file.fd = 3, file.type = FdType::FileV2, file.name = "/etc/passwd";
  capture.fds(10, {file});
  capture.event(EventCode::SYSCALL_CLOSE_X, 1'600'000'000'000'000'001, 10, {0, 3});
  capture.event(EventCode::DROP_E, 1'600'000'000'000'000'002, -1, {1});
  capture.event(EventCode::SYSCALL_CLOSE_X, 1'600'000'000'000'000'003, 10, {-9, 7});
  auto parsed = EventFormat::parse(format);
  REQUIRE(parsed);
  auto source = open_capture(capture.bytes());
  REQUIRE(source);
  EventPump pump;
  std::vector<std::string> out;
  while (pump.poll_shown(**source, [&](const EvalContext& context) {
    std::string line;
    nlohmann::json object;
    if (json) {
      if (parsed->to_object(context, object)) out.push_back(to_line(object));
    } else if (parsed->append_line(context, line)) {
      out.push_back(line);
    }
    return true;
  }) == BatchStatus::Events) {
  }
  return out;
}

std::string problem(std::string_view format) {
  const auto parsed = EventFormat::parse(format);
  return parsed ? "" : parsed.error();
}

using Lines = std::vector<std::string>;

TEST_CASE("a line holds literals and fields") {
  CHECK(lines("[%evt.num] %proc.name:%fd.name") == Lines{"[1] cat:/etc/passwd", "[3] cat:"});
  CHECK(lines("*%proc.name %evt.type") == Lines{"cat close", "<NA> drop", "cat close"});
}

TEST_CASE("a width pads or cuts") {
  CHECK(lines("%5proc.name|%4evt.type|") == Lines{"cat  |clos|", "cat  |clos|"});
  CHECK(lines("*%3fd.directory|")[0] == "/et|");
}

TEST_CASE("the longest field name counts, what follows is text") {
  CHECK(lines("%proc.name.x")[0] == "cat.x");
  CHECK(lines("%proc.names")[0] == "cats");
  CHECK(lines("%evt.arg[1]!")[0] == "<f>/etc/passwd!");
  CHECK(lines("%evt.arg.fd")[0] == "<f>/etc/passwd");
  CHECK(lines("%fd.name[")[0] == "/etc/passwd[");
}

TEST_CASE("objects have typed values, and null for none if asked") {
  CHECK(lines("%evt.num%fd.name", true) == Lines{R"({"evt.num":1,"fd.name":"/etc/passwd"})", R"({"evt.num":3,"fd.name":""})"});
  CHECK(lines("*%evt.num%fd.ino%evt.failed", true)[1] == R"({"evt.failed":null,"evt.num":2,"fd.ino":null})");
  CHECK(lines("%evt.time", true)[0] == R"({"evt.time":1600000000000000001})");
}

TEST_CASE("each use of a counting field counts for itself") {
  CHECK(lines("%evt.deltatime") == Lines{"0", "1", "1"});
}

TEST_CASE("a wrong format is refused with a place") {
  CHECK(problem("") == "the format is empty");
  CHECK(problem("*") == "the format is empty");
  CHECK(problem("a %") == "a field name must follow `%` (at byte 2 of the format)");
  CHECK(problem("100%5") == "a field name must follow `%` (at byte 3 of the format)");
  CHECK(problem("%9999999evt.num") == "the width is more than 65535 (at byte 0 of the format)");
  CHECK(problem("x %evt.nope y") == "`evt.nope` is not a field (at byte 3 of the format)");
  CHECK(problem("%proc") == "a field name must follow `%` (at byte 0 of the format)");
  CHECK(problem("%evt.arg.nope") == "no event has a parameter named `nope` (at byte 1 of the format)");
}

}  // namespace
}  // namespace fvm
