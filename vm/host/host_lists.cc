// SPDX-License-Identifier: Apache-2.0
#include "vm/host/host_lists.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <cstring>

#include "vm/abi/limits.h"

namespace fvm::host {

namespace {

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

std::string_view next_field(std::string_view& line) {
  const std::string_view field = line.substr(0, line.find(':'));
  line.remove_prefix(std::min(line.size(), field.size() + 1));
  return field;
}

IpAddr address_of(const sockaddr* address, uint8_t family) {
  IpAddr ip;
  ip.family = family;
  if (address == nullptr) return ip;
  if (family == 4) {
    std::memcpy(ip.bytes.data(), &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, 4);
  } else {
    std::memcpy(ip.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, 16);
  }
  return ip;
}

}  // namespace

std::optional<MachineInfo> read_machine(const Folder& root) {
  MachineInfo machine;
  root.each_line("proc/stat", [&](std::string_view line) {
    const std::string_view name = next_word(line);
    if (name.starts_with("cpu") && name.size() > 3) ++machine.num_cpus;
    if (name == "btime") machine.boot_ts_ns = number_of<uint64_t>(next_word(line)).value_or(0) * 1'000'000'000;
  });
  if (machine.boot_ts_ns == 0) return std::nullopt;
  root.each_line("proc/meminfo", [&](std::string_view line) {
    if (next_word(line) == "MemTotal:") machine.memory_bytes = number_of<uint64_t>(next_word(line)).value_or(0) * 1024;
  });
  constexpr size_t kShort = 256;
  const auto line_of = [&](const char* path) { return std::string(first_line(root.read(path, kShort).value_or(""))); };
  machine.max_pid = number_of<uint64_t>(line_of("proc/sys/kernel/pid_max")).value_or(0);
  machine.hostname = line_of("proc/sys/kernel/hostname");
  return machine;
}

void read_users(const Folder& root, StateSink& sink) {
  size_t left = limits::kUsersAndGroups;
  root.each_line("etc/passwd", [&](std::string_view line) {
    UserRecord user;
    user.name = next_field(line);
    next_field(line);  // password
    const auto uid = number_of<uint32_t>(next_field(line)), gid = number_of<uint32_t>(next_field(line));
    if (!uid || !gid || left == 0) return;
    --left;
    next_field(line);  // full name
    user.uid = *uid, user.gid = *gid;
    user.home = next_field(line);
    user.shell = next_field(line);
    sink.on_user(user);
  });
  root.each_line("etc/group", [&](std::string_view line) {
    GroupRecord group;
    group.name = next_field(line);
    next_field(line);  // password
    const auto gid = number_of<uint32_t>(next_field(line));
    if (!gid || left == 0) return;
    --left;
    group.gid = *gid;
    sink.on_group(group);
  });
}

std::vector<InterfaceRecord> read_interfaces() {
  std::vector<InterfaceRecord> list;
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return list;
  for (const ifaddrs* i = first; i != nullptr && list.size() < limits::kInterfaces; i = i->ifa_next) {
    if (i->ifa_addr == nullptr) continue;
    const int family = i->ifa_addr->sa_family;
    if (family != AF_INET && family != AF_INET6) continue;
    const uint8_t generation = family == AF_INET ? 4 : 6;
    const sockaddr* const broadcast = (i->ifa_flags & IFF_BROADCAST) != 0 ? i->ifa_broadaddr : nullptr;
    list.push_back({i->ifa_name, address_of(i->ifa_addr, generation), address_of(i->ifa_netmask, generation),
                    address_of(broadcast, generation)});
  }
  freeifaddrs(first);
  return list;
}

}  // namespace fvm::host
