// SPDX-License-Identifier: Apache-2.0
//
// fd.*: what the event's descriptor record shows, and what the event itself says where there is no record (a failed open).
// The reader has made sure that the event concerns a descriptor and has a thread.
#include "vm/field/arg_render.h"
#include "vm/field/getters.h"
#include "vm/state/fd_table.h"

namespace fvm {
namespace {

constexpr std::string_view kUnknownBase = "<UNKNOWN>";

enum class NameForm : bool { Resolved, AsGiven };

/// A name for an event without a descriptor record.
ValueList name_from_event(const EvalContext& context, Arena& arena, NameForm form) {
  const EventView& event = *context.event;
  if (!event.is_exit()) return missing();
  switch (event.code) {
    case EventCode::SYSCALL_OPEN_X:
    case EventCode::SYSCALL_CREAT_X:
    case EventCode::SOCKET_ACCEPT_X:
    case EventCode::SOCKET_ACCEPT_5_X:
    case EventCode::SOCKET_ACCEPT4_X:
    case EventCode::SOCKET_ACCEPT4_5_X:
    case EventCode::SOCKET_ACCEPT4_6_X:
    case EventCode::SOCKET_CONNECT_X:
      if (shown_params(event) < 2) return missing();
      return text(arena, render_param(context, 1, arena).best());
    case EventCode::SYSCALL_OPENAT_2_X:
    case EventCode::SYSCALL_OPENAT2_X: {
      if (!event.has(2)) return missing();
      const std::string_view name = event.text(2);
      if (form == NameForm::AsGiven) return text(arena, name);
      const bool absolute = !name.empty() && name.front() == '/';
      const std::string_view base = absolute ? "" : dirfd_base(context, event.integer(1, kAtFdcwd), kUnknownBase, arena);
      return text(arena, join_path(base, name, arena));
    }
    case EventCode::SYSCALL_OPEN_BY_HANDLE_AT_X:
      return event.has(3) ? text(arena, event.text(3)) : missing();
    default:
      return text(arena, "");
  }
}

char typechar_from_event(EventCode code) {
  switch (code) {
    case EventCode::SYSCALL_OPENAT_E:
    case EventCode::SYSCALL_OPENAT_X:
    case EventCode::SYSCALL_OPENAT_2_E:
    case EventCode::SYSCALL_OPENAT_2_X:
    case EventCode::SYSCALL_OPENAT2_E:
    case EventCode::SYSCALL_OPENAT2_X:
    case EventCode::SYSCALL_CREAT_E:
    case EventCode::SYSCALL_CREAT_X: return 'f';
    case EventCode::SOCKET_SOCKET_E:
    case EventCode::SOCKET_SOCKET_X:
    case EventCode::SOCKET_ACCEPT_E:
    case EventCode::SOCKET_ACCEPT_X:
    case EventCode::SOCKET_ACCEPT_5_E:
    case EventCode::SOCKET_ACCEPT_5_X:
    case EventCode::SOCKET_ACCEPT4_E:
    case EventCode::SOCKET_ACCEPT4_X:
    case EventCode::SOCKET_ACCEPT4_5_E:
    case EventCode::SOCKET_ACCEPT4_5_X:
    case EventCode::SOCKET_ACCEPT4_6_E:
    case EventCode::SOCKET_ACCEPT4_6_X: return '4';
    case EventCode::SYSCALL_PIPE_E:
    case EventCode::SYSCALL_PIPE_X:
    case EventCode::SYSCALL_PIPE2_E:
    case EventCode::SYSCALL_PIPE2_X: return 'p';
    case EventCode::SYSCALL_EVENTFD_E:
    case EventCode::SYSCALL_EVENTFD_X:
    case EventCode::SYSCALL_EVENTFD2_E:
    case EventCode::SYSCALL_EVENTFD2_X: return 'e';
    case EventCode::SYSCALL_SIGNALFD_E:
    case EventCode::SYSCALL_SIGNALFD_X:
    case EventCode::SYSCALL_SIGNALFD4_E:
    case EventCode::SYSCALL_SIGNALFD4_X: return 's';
    case EventCode::SYSCALL_TIMERFD_CREATE_E:
    case EventCode::SYSCALL_TIMERFD_CREATE_X: return 't';
    case EventCode::SYSCALL_INOTIFY_INIT_E:
    case EventCode::SYSCALL_INOTIFY_INIT_X:
    case EventCode::SYSCALL_INOTIFY_INIT1_E:
    case EventCode::SYSCALL_INOTIFY_INIT1_X: return 'i';
    default: return 'o';
  }
}

/// Up to the last slash; a name with its only slash in front, or none, is in `/`; one that ends in a slash is its own.
std::string_view directory_of(std::string_view name) {
  const size_t slash = name.rfind('/');
  if (slash == std::string_view::npos || slash == 0) return "/";
  return slash + 1 == name.size() ? name : name.substr(0, slash);
}

ValueList without_double_slashes(std::string_view name, Arena& arena) {
  if (name.find("//") == std::string_view::npos) return text(arena, name);
  TextBuilder collapsed(arena);
  for (size_t i = 0; i < name.size(); ++i)
    if (name[i] != '/' || i == 0 || name[i - 1] != '/') collapsed.add(name[i]);
  return text(arena, collapsed.view());
}

struct Ends {
  IpAddr client_ip, server_ip;
  uint16_t client_port = 0, server_port = 0;
};

/// Both ends of an IP socket whose role is known.
bool ends_with_role(const EvalContext& context, Ends& ends) {
  const Fd* fd = fd_record(context);
  if (!fd || !fd->is_connected_type() || !fd->has_role()) return false;
  ends = {fd->sip, fd->dip, fd->sport, fd->dport};
  return true;
}

/// Local (client) and remote (server) end.
bool local_and_remote(const EvalContext& context, Ends& ends) {
  if (!ends_with_role(context, ends)) return false;
  if (!context.state->is_local_address(context.thread, ends.client_ip)) {
    std::swap(ends.client_ip, ends.server_ip);
    std::swap(ends.client_port, ends.server_port);
  }
  return true;
}

bool server_end(const EvalContext& context, IpAddr& ip) {
  const Fd* fd = fd_record(context);
  if (!fd || !fd->is_ip_socket() || !fd->has_role()) return false;
  ip = fd->is_server_socket() ? fd->sip : fd->dip;
  return true;
}

ValueList ip(Arena& arena, const IpAddr& address) { return one(arena, Value::ip(address)); }
ValueList port_text(Arena& arena, uint16_t port) {
  TextBuilder digits(arena);
  digits.add_uint(port);
  return one(arena, Value::text(digits.view()));
}

ValueList both(Arena& arena, const Value& a, const Value& b) {
  auto* values = arena.alloc_array<Value>(2);
  values[0] = a;
  values[1] = b;
  return {values, 2, true};
}

/// Addresses of either end, whatever the role; none for other descriptors.
ValueList either_ip(const EvalContext& context, Arena& arena) {
  const Fd* fd = fd_record(context);
  if (!fd) return missing();
  if (fd->is_server_socket()) return ip(arena, fd->sip);
  if (fd->is_connected_type()) return both(arena, Value::ip(fd->sip), Value::ip(fd->dip));
  return {nullptr, 0, true};
}
ValueList either_port(const EvalContext& context, Arena& arena) {
  const Fd* fd = fd_record(context);
  if (!fd) return missing();
  if (fd->is_server_socket()) return uinteger(arena, fd->sport);
  if (fd->is_connected_type()) return both(arena, Value::uinteger(fd->sport), Value::uinteger(fd->dport));
  return {nullptr, 0, true};
}

ValueList with_container(const EvalContext& context, Arena& arena, const ValueList& value) {
  if (!value.present) return missing();
  TextBuilder name(arena);
  name.add(context.thread->container_id).add(':').add(value.data[0].as_text());
  return text(arena, name.view());
}

}  // namespace

const Fd* fd_record(const EvalContext& context) {
  return context.fd ? context.fd : context.state->find_fd(*context.thread, context.fd_num);
}

L4 shown_l4(const Fd& fd) {
  return fd.is_connected_type() && !fd.has_role() && fd.l4 != L4::Raw ? L4::NotApplicable : fd.l4;
}

std::string_view join_path(std::string_view base, std::string_view path, Arena& arena) {
  return concat_path(base, path, arena);
}

std::string_view dirfd_base(const EvalContext& context, int64_t dirfd, std::string_view unknown, Arena& arena) {
  if (!context.thread) return unknown;
  if (dirfd == kAtFdcwd) return context.state->cwd_of(*context.thread);
  const Fd* directory = context.state->find_fd(*context.thread, dirfd);
  if (!directory) return unknown;
  if (directory->name.ends_with('/')) return directory->name;
  TextBuilder base(arena);
  return base.add(directory->name).add('/').view();
}

ValueList fd_name(const EvalContext& context, Arena& arena) {
  if (const Fd* fd = fd_record(context)) return text(arena, fd->name);
  return name_from_event(context, arena, NameForm::Resolved);
}

ValueList fd_directory(const EvalContext& context, Arena& arena) {
  const Fd* fd = fd_record(context);
  if (fd && fd->type == FdType::Directory) return text(arena, fd->name);
  if (fd && !fd->is_file()) return missing();
  const ValueList name = fd_name(context, arena);
  return name.present ? text(arena, directory_of(name.data[0].as_text())) : missing();
}

/// Name, directory and file name follow from the name and the kind of descriptor, or that there is none.
bool LiveFields::family_key(FieldFamily family, Arena& arena, std::string_view& text, uint8_t& tag) const {
  constexpr uint8_t kNoRecord = 0xff;
  if (family != FieldFamily::DescriptorName || !context_.has_fd_fields || context_.thread == nullptr) return false;
  if (const Fd* fd = fd_record(context_)) {
    static_assert(sizeof(FdType) == 1);
    tag = static_cast<uint8_t>(fd->type);
    text = fd->name;
    return tag != kNoRecord;
  }
  tag = kNoRecord;
  const ValueList name = name_from_event(context_, arena, NameForm::Resolved);
  if (!name.present) return false;
  text = name.data[0].as_text();
  return true;
}

FALCO_GETTER(FdNum) { return integer(arena, context.fd_num); }
FALCO_GETTER(FdType) {
  const Fd* fd = fd_record(context);
  return fd ? text(arena, fd_type_name(fd->type)) : missing();
}
FALCO_GETTER(FdTypechar) {
  const Fd* fd = fd_record(context);
  const char c = fd ? fd_typechar(fd->type) : typechar_from_event(context.event->code);
  return one(arena, Value::text(arena.copy({&c, 1})));
}
FALCO_GETTER(FdName) { return fd_name(context, arena); }
FALCO_GETTER(FdNameraw) {
  const Fd* fd = fd_record(context);
  if (fd) return without_double_slashes(fd->name_raw, arena);
  const ValueList name = name_from_event(context, arena, NameForm::AsGiven);
  return name.present ? without_double_slashes(name.data[0].as_text(), arena) : missing();
}
FALCO_GETTER(FdDirectory) { return fd_directory(context, arena); }
FALCO_GETTER(FdFilename) {
  const Fd* fd = fd_record(context);
  if (!fd || !fd->is_file()) return missing();
  const std::string_view name = fd->name;
  const size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) return text(arena, "/");
  return text(arena, slash + 1 == name.size() ? name : name.substr(slash + 1));
}

FALCO_GETTER(FdIp) { return either_ip(context, arena); }
FALCO_GETTER(FdNet) { return either_ip(context, arena); }
FALCO_GETTER(FdPort) { return either_port(context, arena); }
FALCO_GETTER(FdProto) { return either_port(context, arena); }

FALCO_GETTER(FdCip) {
  Ends ends;
  return ends_with_role(context, ends) ? ip(arena, ends.client_ip) : missing();
}
FALCO_GETTER(FdSip) {
  IpAddr server;
  return server_end(context, server) ? ip(arena, server) : missing();
}
FALCO_GETTER(FdLip) {
  Ends ends;
  return local_and_remote(context, ends) ? ip(arena, ends.client_ip) : missing();
}
FALCO_GETTER(FdRip) {
  Ends ends;
  return local_and_remote(context, ends) ? ip(arena, ends.server_ip) : missing();
}
FALCO_GETTER(FdCnet) { return get_FdCip(use, context, arena); }
FALCO_GETTER(FdSnet) { return get_FdSip(use, context, arena); }
FALCO_GETTER(FdLnet) { return get_FdLip(use, context, arena); }
FALCO_GETTER(FdRnet) { return get_FdRip(use, context, arena); }

FALCO_GETTER(FdCport) {
  Ends ends;
  return ends_with_role(context, ends) ? uinteger(arena, ends.client_port) : missing();
}
FALCO_GETTER(FdSport) {
  const Fd* fd = fd_record(context);
  if (fd && fd->is_server_socket()) return uinteger(arena, fd->sport);
  Ends ends;
  return ends_with_role(context, ends) ? uinteger(arena, ends.server_port) : missing();
}
FALCO_GETTER(FdLport) {
  Ends ends;
  return local_and_remote(context, ends) ? uinteger(arena, ends.client_port) : missing();
}
FALCO_GETTER(FdRport) {
  Ends ends;
  return local_and_remote(context, ends) ? uinteger(arena, ends.server_port) : missing();
}

// Ports as text; a descriptor with a role that has no such port gives "".
FALCO_GETTER(FdCproto) {
  Ends ends;
  if (ends_with_role(context, ends)) return port_text(arena, ends.client_port);
  const Fd* fd = fd_record(context);
  return fd && fd->has_role() ? text(arena, "") : missing();
}
FALCO_GETTER(FdSproto) {
  Ends ends;
  if (ends_with_role(context, ends)) return port_text(arena, ends.server_port);
  const Fd* fd = fd_record(context);
  return fd && fd->is_server_socket() ? text(arena, "") : missing();
}
FALCO_GETTER(FdLproto) {
  Ends ends;
  return local_and_remote(context, ends) ? port_text(arena, ends.client_port) : missing();
}
FALCO_GETTER(FdRproto) {
  Ends ends;
  return local_and_remote(context, ends) ? port_text(arena, ends.server_port) : missing();
}

// Host names would need a resolver, which a runtime that reads captures has no business asking.
FALCO_GETTER(FdCipName) { return missing(); }
FALCO_GETTER(FdSipName) { return missing(); }
FALCO_GETTER(FdLipName) { return missing(); }
FALCO_GETTER(FdRipName) { return missing(); }

FALCO_GETTER(FdL4proto) {
  const Fd* fd = fd_record(context);
  if (!fd) return missing();
  switch (fd->is_ip_socket() ? shown_l4(*fd) : L4::NotApplicable) {
    case L4::Tcp: return text(arena, "tcp");
    case L4::Udp: return text(arena, "udp");
    case L4::Icmp: return text(arena, "icmp");
    case L4::Raw: return text(arena, "raw");
    default: return text(arena, kNotAvailable);
  }
}
FALCO_GETTER(FdSockfamily) {
  const Fd* fd = fd_record(context);
  if (fd && fd->is_ip_socket()) return text(arena, "ip");
  return fd && fd->type == FdType::UnixSock ? text(arena, "unix") : missing();
}
FALCO_GETTER(FdIsServer) {
  const Fd* fd = fd_record(context);
  if (!fd) return missing();
  const bool local_target = fd->is_connected_type() && context.state->is_local_address(context.thread, fd->dip);
  return boolean(arena, fd->is_server_socket() || local_target);
}
FALCO_GETTER(FdConnected) {
  const Fd* fd = fd_record(context);
  return fd ? boolean(arena, (fd->flags & fd_flag::kConnected) != 0) : missing();
}
FALCO_GETTER(FdNameChanged) { return fd_record(context) ? boolean(arena, context.fd_name_changed) : missing(); }

FALCO_GETTER(FdUid) {
  TextBuilder both_numbers(arena);
  both_numbers.add_int(context.event->tid).add_int(context.fd_num);
  return one(arena, Value::text(both_numbers.view()));
}
FALCO_GETTER(FdContainername) { return with_container(context, arena, fd_name(context, arena)); }
FALCO_GETTER(FdContainerdirectory) { return with_container(context, arena, fd_directory(context, arena)); }

FALCO_GETTER(FdDev) {
  const Fd* fd = fd_record(context);
  return fd ? integer(arena, static_cast<int32_t>(fd->dev)) : missing();
}
FALCO_GETTER(FdDevMajor) {
  const Fd* fd = fd_record(context);
  return fd ? integer(arena, (fd->dev & 0xfff00) >> 8) : missing();
}
FALCO_GETTER(FdDevMinor) {
  const Fd* fd = fd_record(context);
  return fd ? integer(arena, (fd->dev & 0xff) | (fd->dev >> 12 & 0xfff00)) : missing();
}
FALCO_GETTER(FdIno) {
  const Fd* fd = fd_record(context);
  return fd ? integer(arena, static_cast<int64_t>(fd->ino)) : missing();
}
FALCO_GETTER(FdIsUpperLayer) {
  const Fd* fd = fd_record(context);
  return fd ? boolean(arena, (fd->flags & fd_flag::kOverlayUpper) != 0) : missing();
}
FALCO_GETTER(FdIsLowerLayer) {
  const Fd* fd = fd_record(context);
  return fd ? boolean(arena, (fd->flags & fd_flag::kOverlayLower) != 0) : missing();
}

// Types in the order of first appearance by descriptor number.
FALCO_GETTER(FdTypes) {
  const FdTable* table = context.state->fds_of(*context.thread);
  if (!table) return missing();
  if (use.arg == FieldArg::Index) {
    const Fd* fd = table->find(use.index);
    return fd ? text(arena, fd_type_name(fd->type)) : missing();
  }
  constexpr size_t kTypeNumbers = 32;
  auto* values = arena.alloc_array<Value>(kTypeNumbers);
  uint32_t count = 0;
  for (const auto& [number, fd] : table->all()) {
    const std::string_view name = fd_type_name(fd.type);
    bool known = false;
    for (uint32_t i = 0; i < count; ++i) known = known || values[i].as_text() == name;
    if (!known && count < kTypeNumbers) values[count++] = Value::text(name);
  }
  return count == 0 ? missing() : ValueList{values, count, true};
}

}  // namespace fvm
