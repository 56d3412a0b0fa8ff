// SPDX-License-Identifier: Apache-2.0
//
// events.txt: each event code through reader, upgrader, decoder, state and renderer. What comes out is compared with
// the file; a code without a case, or a parameter never looked at, fails by name.
#include <doctest/doctest.h>

#include <set>

#include "event_cases.h"
#include "play.h"
#include "vm/alert/value_text.h"

using namespace fvm;
using namespace fvm::testing;

namespace {

constexpr uint64_t kStart_ns = 1'700'000'000'000'000'000;
constexpr int64_t kTid = 100;

ThreadRecord thread(int64_t id, int64_t parent, const char* comm) {
  ThreadRecord t;
  t.tid = t.pid = t.vtid = t.vpid = t.sid = t.vpgid = t.pgid = id;
  t.ptid = parent;
  t.comm = comm;
  t.exe = t.exepath = std::string("/bin/") + comm;
  t.cwd = "/home/ann/";
  t.uid = 1000;
  t.gid = 100;
  return t;
}

IpAddr loopback6() {
  IpAddr a;
  a.family = 6;
  a.bytes[15] = 1;
  return a;
}

FdRecord named(int64_t fd, FdType type, const char* name) {
  FdRecord f;
  f.fd = fd;
  f.type = type;
  f.name = name;
  return f;
}

FdRecord socket4(int64_t fd, L4 l4, const char* sip, uint16_t sport, const char* dip, uint16_t dport) {
  FdRecord f = named(fd, FdType::Ipv4Sock, "");
  f.sip = ip4(sip), f.dip = ip4(dip);
  f.sport = sport, f.dport = dport;
  f.l4 = l4;
  return f;
}

/// A shell with a descriptor of each type; make_events.py knows the same.
void add_world(CaptureBuilder& capture) {
  capture.threads({thread(1, 0, "init"), thread(90, 1, "sshd"), thread(kTid, 90, "bash"), thread(110, 1, "worker")});
  FdRecord v6 = named(21, FdType::Ipv6Sock, "");
  v6.sip = v6.dip = loopback6();
  v6.sport = 6000, v6.dport = 7000;
  v6.l4 = L4::Tcp;
  FdRecord server = named(6, FdType::Ipv4ServSock, "");
  server.sip = ip4("0.0.0.0");
  server.sport = 8080;
  server.l4 = L4::Tcp;
  FdRecord odd = named(22, FdType::Unsupported, "odd");
  capture.fds(kTid, {named(0, FdType::FileV2, "/dev/null"),
                     named(3, FdType::FileV2, "/etc/hosts"),
                     named(4, FdType::Directory, "/srv/data"),
                     socket4(5, L4::Tcp, "10.0.0.5", 40000, "10.9.8.7", 443),
                     server,
                     named(7, FdType::Fifo, "pipe:[7007]"),
                     named(8, FdType::UnixSock, "/run/app.sock"),
                     named(9, FdType::Event, "[eventfd]"),
                     named(10, FdType::SignalFd, "[signalfd]"),
                     named(11, FdType::EventPoll, "[eventpoll]"),
                     socket4(12, L4::Udp, "10.0.0.5", 5300, "10.1.1.1", 53),
                     named(13, FdType::Inotify, "inotify"),
                     named(14, FdType::TimerFd, "[timerfd]"),
                     named(15, FdType::Netlink, "netlink"),
                     named(16, FdType::Bpf, "bpf-map"),
                     named(17, FdType::UserFaultFd, "[userfaultfd]"),
                     named(18, FdType::IoUring, "[io_uring]"),
                     named(19, FdType::MemFd, "/memfd:x"),
                     named(20, FdType::PidFd, "/proc/110"),
                     v6,
                     odd,
                     socket4(23, L4::Icmp, "10.0.0.5", 0, "10.1.1.1", 0),
                     socket4(24, L4::Raw, "10.0.0.5", 0, "10.1.1.2", 0)});
  capture.users({{0, 0, "root", "/root", "/bin/sh"},
                 {1000, 100, "ann", "/home/ann", "/bin/bash"},
                 {1001, 100, "bob", "/home/bob", ""}},
                {{0, "root"}, {100, "users"}, {101, "staff"}});
}

/// Whether values of the type have a resolved text in parentheses.
bool resolves(TypeId type) {
  switch (type) {
    case TypeId::FD:
    case TypeId::PID:
    case TypeId::ERRNO:
    case TypeId::FSPATH:
    case TypeId::FSRELPATH:
    case TypeId::FLAGS8:
    case TypeId::FLAGS16:
    case TypeId::FLAGS32:
    case TypeId::ENUMFLAGS8:
    case TypeId::ENUMFLAGS16:
    case TypeId::ENUMFLAGS32:
    case TypeId::MODE:
    case TypeId::SYSCALLID:
    case TypeId::SIGTYPE:
    case TypeId::RELTIME:
    case TypeId::UID:
    case TypeId::GID:
    case TypeId::DYN:
      return true;
    default:
      return false;
  }
}

/// evt.args taken apart: the text of evt.arg for each parameter.
std::vector<std::string> arguments(std::string_view args, std::span<const ParamInfo> params) {
  std::vector<std::string> out;
  for (size_t i = 0; i < params.size() && !args.empty(); ++i) {
    const std::string head = std::string(params[i].name) + "=";
    REQUIRE(args.starts_with(head));
    args.remove_prefix(head.size());
    size_t end = args.size();
    if (i + 1 < params.size()) end = std::min(end, args.find(" " + std::string(params[i + 1].name) + "="));
    std::string_view value = args.substr(0, end);
    args.remove_prefix(std::min(end + 1, args.size()));
    const size_t open = value.find('(');
    if (resolves(params[i].type) && open != std::string_view::npos && value.ends_with(')'))
      value = value.substr(open + 1, value.size() - open - 2);
    out.emplace_back(value);
  }
  return out;
}

struct Cover {
  std::set<EventCode> codes;
  std::set<std::pair<EventCode, size_t>> params;  ///< asserted with a value
};

/// evt.rawarg of parameter `index`, which was recorded as `literal`.
void check_raw(const EvalContext& context, size_t index, const Literal& literal) {
  const ParamInfo& param = context.event->info().params()[index];
  Arena arena;
  FieldUse use;
  use.id = FieldId::EvtRawarg;
  use.arg = FieldArg::Key;
  use.key = param.name;
  use.type = param.type;
  const ValueList value = LiveFields(context).read(use, arena);
  const Kind kind = kind_of(param.type);
  // Addresses are parameters of events that captures never hold.
  if (literal.param.encode(param.type).empty() || kind == Kind::Ip) {
    CHECK_FALSE(value.present);
    return;
  }
  REQUIRE(value.present);
  if (kind == Kind::None) {
    CHECK(value.count == 0);
    return;
  }
  REQUIRE(value.count == 1);
  const Value& v = *value.data;
  const unsigned unused_bits = 64u - 8u * type_info(param.type).size_bytes;
  switch (kind) {
    case Kind::Text:
      CHECK(v.as_text() == (literal.text == "(NULL)" ? "<NA>" : literal.text));
      break;
    case Kind::Bytes:
      CHECK(as_text(v.as_bytes()) == literal.text);
      break;
    case Kind::Int:
      CHECK(v.as_int() == static_cast<int64_t>(static_cast<uint64_t>(literal.number) << unused_bits) >> unused_bits);
      break;
    case Kind::Uint:
      CHECK(v.as_uint() == static_cast<uint64_t>(literal.number) << unused_bits >> unused_bits);
      break;
    default:
      FAIL("a parameter of another kind");
  }
}

void check_event(const EventCase& expected, const PlayedEvent& played, Cover& cover) {
  const EventView& event = played.event;
  CHECK(event.info().symbol == event_info(expected.out_code).symbol);
  CHECK(played.hidden == (expected.outcome == EventCase::Outcome::Hidden));
  CHECK(NamedField("evt.args").shown(played.context) == expected.args);
  CHECK(NamedField("evt.info").shown(played.context) == expected.args);
  if (!played.hidden) {
    CHECK(NamedField("evt.dir").shown(played.context) == expected.dir);
    CHECK(NamedField("evt.type").shown(played.context) == expected.type);
    CHECK(NamedField("evt.res").shown(played.context) == (expected.res == "-" ? kNoValue : expected.res));
  }
  const auto params = event.info().params();
  const Record& record = expected.events.back();
  const bool as_recorded = record.code == event.code && record.values.size() == event.nparams;
  const auto texts = arguments(expected.args, params);
  CHECK(NamedField("evt.arg[" + std::to_string(event.nparams) + "]").shown(played.context) == kNoValue);
  for (size_t i = 0; i < event.nparams; ++i) {
    const std::string name(params[i].name);
    CAPTURE(name);
    if (event.code != EventCode::GENERIC_X) {
      REQUIRE(i < texts.size());
      CHECK(NamedField("evt.arg." + name).shown(played.context) == texts[i]);
      CHECK(NamedField("evt.arg[" + std::to_string(i) + "]").shown(played.context) == texts[i]);
    }
    if (!as_recorded) continue;
    check_raw(played.context, i, record.values[i]);
    if (record.values[i].kind != Literal::Kind::Empty) cover.params.emplace(event.code, i);
  }
}

/// Plays a case in blocks that count their parameters, or in older ones where the count is found from the lengths.
void run_case(const EventCase& c, int block_version, Cover& cover) {
  INFO("block version " << block_version);
  INFO("events.txt:" << c.line << ": " << event_info(c.code).symbol << ", " << c.label);
  REQUIRE(!c.events.empty());
  CaptureBuilder capture;
  add_world(capture);
  uint64_t ts_ns = kStart_ns;
  const auto add = [&](const Record& record) {
    std::vector<Param> params;
    for (const Literal& literal : record.values) params.push_back(literal.param);
    EventOptions options;
    options.version = block_version;
    capture.event(record.code, ++ts_ns, kTid, params, options);
  };
  // Users and containers in front of all other events would belong to the metadata and not be shown.
  capture.event(EventCode::SCAPEVENT_E, ++ts_ns, kTid, {1, 2});
  for (const Record& record : c.before) add(record);
  const uint64_t before_ns = ts_ns;
  for (const Record& record : c.events) add(record);

  size_t shown = 0, hidden = 0;
  const SourceStats stats = play(capture.bytes(), [&](const PlayedEvent& played) {
    if (played.event.ts_ns <= before_ns) return;
    ++(played.hidden ? hidden : shown);
    if (played.event.ts_ns == ts_ns) check_event(c, played, cover);
  });
  CHECK(shown == (c.outcome == EventCase::Outcome::Shown ? 1 : 0));
  if (c.outcome == EventCase::Outcome::Hidden) CHECK(hidden >= 1);
  CHECK(stats.refused == (c.outcome == EventCase::Outcome::Refused ? 1 : 0));
  if (c.outcome == EventCase::Outcome::Nothing) CHECK(stats.absorbed == c.events.size());
  cover.codes.insert(c.code);
}

}  // namespace

TEST_CASE("each event code comes out as its cases say") {
  const std::vector<EventCase> cases = read_event_cases(FALCO_SOURCE_DIR "/tests/coverage/events.txt");
  Cover cover;
  for (const EventCase& c : cases) {
    run_case(c, 2, cover);
    // Old writers gave these two a wrong length, which the tests of the reader have their own cases for.
    if (c.code != EventCode::NOTIFICATION_E && c.code != EventCode::INFRASTRUCTURE_EVENT_E) run_case(c, 1, cover);
  }

  for (size_t code = 0; code < kEventCount; ++code) {
    const EventInfo& info = kEvents[code];
    CHECK_MESSAGE(cover.codes.contains(static_cast<EventCode>(code)), "no case for " << code << " " << info.symbol);
    if (info.has(FALCO_EF_UNUSED | FALCO_EF_OLD_VERSION)) continue;
    for (size_t i = 0; i < info.param_count; ++i) {
      CHECK_MESSAGE(cover.params.contains({static_cast<EventCode>(code), i}),
                    "no case looks at " << info.params()[i].name << " of " << code << " " << info.symbol);
    }
  }
  MESSAGE(cases.size() << " cases of " << cover.codes.size() << " event codes");
}
