// SPDX-License-Identifier: Apache-2.0
#include "field_cases.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string_view>
#include <variant>

#include "literals.h"

namespace fvm::testing {
namespace {

constexpr uint64_t kStart_ns = 1'700'000'000'000'000'000;  // 2023-11-14T22:13:20Z
constexpr uint64_t kStep_ns = 1'000'000;

std::string text_of(std::string_view word) { return word.starts_with('"') ? unquoted(word) : std::string(word); }

/// Where a `KEY=VALUE` goes.
template <typename Record>
using Target =
    std::variant<std::string Record::*, int64_t Record::*, uint64_t Record::*, uint32_t Record::*, bool Record::*>;

template <typename Record>
void assign(Record& record, const std::map<std::string_view, Target<Record>>& keys, std::string_view key,
            std::string_view value) {
  const auto known = keys.find(key);
  REQUIRE_MESSAGE(known != keys.end(), "unknown key: " << std::string(key));
  std::visit(
      [&](auto member) {
        using Member = std::decay_t<decltype(record.*member)>;
        if constexpr (std::is_same_v<Member, std::string>) {
          record.*member = text_of(value);
        } else if constexpr (std::is_same_v<Member, bool>) {
          record.*member = number_of(value) != 0;
        } else {
          record.*member = static_cast<Member>(number_of(value));
        }
      },
      known->second);
}

const std::map<std::string_view, Target<ThreadRecord>> kThreadKeys = {
    {"pid", &ThreadRecord::pid},
    {"ptid", &ThreadRecord::ptid},
    {"sid", &ThreadRecord::sid},
    {"vpgid", &ThreadRecord::vpgid},
    {"pgid", &ThreadRecord::pgid},
    {"vtid", &ThreadRecord::vtid},
    {"vpid", &ThreadRecord::vpid},
    {"comm", &ThreadRecord::comm},
    {"exe", &ThreadRecord::exe},
    {"exepath", &ThreadRecord::exepath},
    {"cwd", &ThreadRecord::cwd},
    {"args", &ThreadRecord::args},
    {"env", &ThreadRecord::env},
    {"cgroups", &ThreadRecord::cgroups},
    {"fdlimit", &ThreadRecord::fdlimit},
    {"flags", &ThreadRecord::flags},
    {"uid", &ThreadRecord::uid},
    {"gid", &ThreadRecord::gid},
    {"loginuid", &ThreadRecord::loginuid},
    {"vmsize_kb", &ThreadRecord::vmsize_kb},
    {"vmrss_kb", &ThreadRecord::vmrss_kb},
    {"vmswap_kb", &ThreadRecord::vmswap_kb},
    {"pfmajor", &ThreadRecord::pfmajor},
    {"pfminor", &ThreadRecord::pfminor},
    {"pidns_init_start_ts", &ThreadRecord::pidns_init_start_ts},
    {"tty", &ThreadRecord::tty},
    {"cap_permitted", &ThreadRecord::cap_permitted},
    {"cap_effective", &ThreadRecord::cap_effective},
    {"cap_inheritable", &ThreadRecord::cap_inheritable},
    {"exe_writable", &ThreadRecord::exe_writable},
    {"exe_upper_layer", &ThreadRecord::exe_upper_layer},
    {"exe_lower_layer", &ThreadRecord::exe_lower_layer},
    {"exe_from_memfd", &ThreadRecord::exe_from_memfd},
    {"exe_ino", &ThreadRecord::exe_ino},
    {"exe_ino_ctime", &ThreadRecord::exe_ino_ctime},
    {"exe_ino_mtime", &ThreadRecord::exe_ino_mtime},
};

const std::map<std::string_view, Target<FdRecord>> kFdKeys = {
    {"name", &FdRecord::name},
    {"ino", &FdRecord::ino},
    {"dev", &FdRecord::dev},
    {"flags", &FdRecord::open_flags},
    {"source", &FdRecord::unix_source},
    {"destination", &FdRecord::unix_destination},
};

const std::map<std::string_view, Target<MachineInfo>> kMachineKeys = {
    {"host", &MachineInfo::hostname},
    {"boot_ts", &MachineInfo::boot_ts_ns},
};

const std::map<std::string_view, FdType> kFdTypes = {
    {"unknown", FdType::Unknown},
    {"oldfile", FdType::File},
    {"file", FdType::FileV2},
    {"directory", FdType::Directory},
    {"ipv4", FdType::Ipv4Sock},
    {"ipv6", FdType::Ipv6Sock},
    {"ipv4serv", FdType::Ipv4ServSock},
    {"ipv6serv", FdType::Ipv6ServSock},
    {"fifo", FdType::Fifo},
    {"unix", FdType::UnixSock},
    {"event", FdType::Event},
    {"unsupported", FdType::Unsupported},
    {"signalfd", FdType::SignalFd},
    {"eventpoll", FdType::EventPoll},
    {"inotify", FdType::Inotify},
    {"timerfd", FdType::TimerFd},
    {"netlink", FdType::Netlink},
    {"bpf", FdType::Bpf},
    {"userfaultfd", FdType::UserFaultFd},
    {"io_uring", FdType::IoUring},
    {"memfd", FdType::MemFd},
    {"pidfd", FdType::PidFd},
};

const std::map<std::string_view, L4> kL4 = {
    {"tcp", L4::Tcp}, {"udp", L4::Udp}, {"icmp", L4::Icmp}, {"raw", L4::Raw}, {"unknown", L4::Unknown}};

/// The rest of a line as words with a key each.
template <typename Each>
void each_pair(std::string_view rest, Each&& each) {
  while (!rest.empty()) {
    std::string_view pair = take_word(rest);
    const std::string_view key = take_until(pair, "=");
    each(key, pair);
  }
}

ThreadRecord thread_of(std::string_view rest) {
  ThreadRecord thread;
  thread.tid = thread.pid = thread.vtid = thread.vpid = static_cast<int64_t>(number_of(take_word(rest)));
  each_pair(rest, [&](std::string_view key, std::string_view value) { assign(thread, kThreadKeys, key, value); });
  return thread;
}

FdRecord fd_of(std::string_view rest) {
  FdRecord fd;
  fd.fd = static_cast<int64_t>(number_of(take_word(rest)));
  fd.type = kFdTypes.at(take_word(rest));
  each_pair(rest, [&](std::string_view key, std::string_view value) {
    if (key == "from" || key == "to") {
      const EndpointText end = endpoint_of(value);
      (key == "from" ? fd.sip : fd.dip) = end.ip;
      (key == "from" ? fd.sport : fd.dport) = end.port;
    } else if (key == "l4") {
      fd.l4 = kL4.at(value);
    } else {
      assign(fd, kFdKeys, key, value);
    }
  });
  return fd;
}

EventCode symbol_of(std::string_view symbol) {
  for (size_t code = 0; code < kEventCount; ++code)
    if (kEvents[code].symbol == symbol) return static_cast<EventCode>(code);
  FAIL("no such event: " << std::string(symbol));
  return {};
}

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  FieldCaseFile run() {
    std::ifstream in(path_);
    REQUIRE_MESSAGE(in, path_);
    std::string line;
    for (size_t number = 1; std::getline(in, line); ++number) {
      if (line.empty() || line[0] == '#') continue;
      place_ = std::filesystem::path(path_).filename().string() + ":" + std::to_string(number);
      INFO(place_);
      if (line[0] == ' ') {
        read_case(line);
      } else {
        read_line(line);
      }
    }
    return std::move(out_);
  }

 private:
  FieldScene& scene() {
    REQUIRE(!out_.scenes.empty());
    return out_.scenes.back();
  }

  void read_line(std::string_view rest) {
    const std::string_view key = take_word(rest);
    if (key == "scene") {
      out_.scenes.emplace_back().name = rest;
      now_ns_ = kStart_ns - kStep_ns;
    } else if (key == "always" || key == "never") {
      while (!rest.empty()) (key == "always" ? out_.always : out_.never).emplace_back(take_word(rest));
    } else if (key == "event") {
      read_event(rest);
    } else if (key == "thread") {
      scene().capture.threads({thread_of(rest)});
    } else if (key == "fd") {
      const auto tid = static_cast<int64_t>(number_of(take_word(rest)));
      scene().capture.fds(tid, {fd_of(rest)});
    } else if (key == "user") {
      UserRecord user;
      user.uid = static_cast<uint32_t>(number_of(take_word(rest)));
      user.gid = static_cast<uint32_t>(number_of(take_word(rest)));
      user.name = take_word(rest), user.home = take_word(rest), user.shell = take_word(rest);
      users_.push_back(user);
    } else if (key == "group") {
      GroupRecord group;
      group.gid = static_cast<uint32_t>(number_of(take_word(rest)));
      group.name = rest;
      groups_.push_back(group);
    } else if (key == "machine") {
      MachineInfo machine;
      each_pair(rest, [&](std::string_view k, std::string_view value) { assign(machine, kMachineKeys, k, value); });
      scene().capture.machine(machine);
    } else if (key == "interface") {
      InterfaceRecord interface;
      interface.name = take_word(rest);
      interface.address = endpoint_of(std::string(take_word(rest)) + ":0").ip;
      interface.netmask = endpoint_of(std::string(take_word(rest)) + ":0").ip;
      interface.broadcast = interface.netmask;
      interfaces_.push_back(interface);
    } else {
      FAIL("unknown line: " << std::string(key));
    }
  }

  void read_event(std::string_view rest) {
    // Lists that a capture holds once are written before the first event.
    if (!users_.empty() || !groups_.empty()) scene().capture.users(users_, groups_);
    if (!interfaces_.empty()) scene().capture.interfaces(interfaces_);
    users_.clear(), groups_.clear(), interfaces_.clear();

    const EventCode code = symbol_of(take_word(rest));
    const auto tid = static_cast<int64_t>(number_of(take_word(rest)));
    EventOptions options;
    now_ns_ += kStep_ns;
    while (rest.starts_with('@')) {
      std::string_view option = take_word(rest);
      const std::string_view key = take_until(option, "=");
      if (key == "@cpu") {
        options.cpu = static_cast<uint16_t>(number_of(option));
      } else {
        REQUIRE(key == "@ns");
        now_ns_ += number_of(option) - kStep_ns;
      }
    }
    std::vector<Param> params;
    while (!rest.empty()) params.push_back(literal_of(take_word(rest)).param);
    scene().capture.event(code, now_ns_, tid, params, options);
    scene().steps.push_back({now_ns_, place_, {}});
  }

  void read_case(std::string_view rest) {
    REQUIRE(!scene().steps.empty());
    std::vector<FieldCase>& cases = scene().steps.back().cases;
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.starts_with('#')) return;
    if (rest.starts_with("none ")) {
      take_word(rest);
      while (!rest.empty()) cases.push_back({place_, std::string(take_word(rest)), FieldCase::Form::None, {}});
      return;
    }
    const std::string_view field = take_until(rest, " ");
    const std::string_view op = take_until(rest, " ");
    REQUIRE_MESSAGE((op == "=" || op == "~" || op == ":"), "neither =, ~ nor : behind " << std::string(field));
    const auto form = op == "="   ? FieldCase::Form::Shown
                      : op == "~" ? FieldCase::Form::Compared
                                  : FieldCase::Form::Json;
    const bool quoted =
        form != FieldCase::Form::Json && rest.size() >= 2 && rest.starts_with('"') && rest.ends_with('"');
    cases.push_back({place_, std::string(field), form, quoted ? unquoted(rest) : std::string(rest)});
  }

  std::string path_, place_;
  FieldCaseFile out_;
  uint64_t now_ns_ = 0;
  std::vector<UserRecord> users_;
  std::vector<GroupRecord> groups_;
  std::vector<InterfaceRecord> interfaces_;
};

}  // namespace

FieldCaseFile read_field_cases(const std::string& path) { return Reader(path).run(); }

}  // namespace fvm::testing
