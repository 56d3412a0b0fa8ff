// SPDX-License-Identifier: Apache-2.0
//
// List entries -> records of state: the capture format reference, sections 7 and 8.

#include "vm/state/import.h"

#include <bitset>

#include "vm/state/socket_text.h"

namespace fvm {
namespace {

using Ports = std::bitset<65536>;

void fill_thread(StateCore& core, ThreadEntry& t, const ThreadRecord& r) {
  t.pid = r.pid, t.ptid = r.ptid, t.sid = r.sid, t.vpgid = r.vpgid, t.pgid = r.pgid, t.vtid = r.vtid, t.vpid = r.vpid;
  t.flags |= r.flags;
  t.uid = r.uid, t.gid = r.gid, t.loginuid = r.loginuid, t.tty = r.tty;
  t.cwd = stored_text(r.cwd);
  if (t.cwd.empty() || t.cwd.back() != '/') t.cwd += '/';
  t.root = stored_text(r.root);
  t.fdlimit = r.fdlimit;
  t.vmsize_kb = r.vmsize_kb, t.vmrss_kb = r.vmrss_kb, t.vmswap_kb = r.vmswap_kb;
  t.pfmajor = r.pfmajor, t.pfminor = r.pfminor;
  t.clone_ts = r.clone_ts, t.pidns_init_start_ts = r.pidns_init_start_ts;
  t.cap_permitted = r.cap_permitted, t.cap_effective = r.cap_effective, t.cap_inheritable = r.cap_inheritable;

  ExecImage image;
  image.comm = stored_text(r.comm);
  image.exe = stored_text(r.exe);
  image.exepath = without_deleted_mark(stored_text(r.exepath));
  image.args = split_list(r.args);
  image.env = split_list(r.env);
  image.cmdline = join_cmdline(image);
  image.exe_writable = r.exe_writable, image.exe_upper_layer = r.exe_upper_layer;
  image.exe_lower_layer = r.exe_lower_layer, image.exe_from_memfd = r.exe_from_memfd;
  image.exe_ino = r.exe_ino, image.exe_ino_ctime = r.exe_ino_ctime, image.exe_ino_mtime = r.exe_ino_mtime;
  core.set_image(t, std::move(image));
  core.set_cgroups(t, r.cgroups);
  t.container_id = t.cgroup_set->container_id;
}

void set_role_and_name(Fd& fd, const Ports& server_ports) {
  if (fd.type == FdType::Ipv6Sock && is_ipv4_mapped(fd.sip.bytes.data()) && is_ipv4_mapped(fd.dip.bytes.data())) {
    fd.type = FdType::Ipv4Sock;
    fd.sip = unmapped(fd.sip);
    fd.dip = unmapped(fd.dip);
  }
  if (fd.type == FdType::Ipv4Sock) {
    if (server_ports[fd.sport]) {
      std::swap(fd.sip, fd.dip);
      std::swap(fd.sport, fd.dport);
      fd.flags |= fd_flag::kRoleServer;
    } else {
      fd.flags |= fd_flag::kRoleClient;
    }
  }
  if (fd.is_connected_type()) {
    if (fd.l4 == L4::Tcp) fd.flags |= fd_flag::kConnected;
    fd.name = socket_text(fd);
  }
  if (fd.is_server_socket()) fd.name = endpoint_text(fd.sip, fd.sport);
  if (fd.type == FdType::UnixSock) fd.flags |= fd.name.empty() ? fd_flag::kRoleClient : fd_flag::kRoleServer;
}

Fd make_fd(FdRecord&& r, const Ports& server_ports) {
  Fd fd;
  fd.fd = r.fd, fd.type = r.type, fd.l4 = r.l4, fd.ino = r.ino;
  fd.sip = r.sip, fd.dip = r.dip, fd.sport = r.sport, fd.dport = r.dport;
  fd.flags = fd_flag::kFromProc;
  fd.open_flags = r.open_flags, fd.dev = r.dev, fd.mount_id = r.mount_id;
  if (fd.open_flags & open_flag::kUpperLayer) fd.flags |= fd_flag::kOverlayUpper;
  if (fd.open_flags & open_flag::kLowerLayer) fd.flags |= fd_flag::kOverlayLower;
  fd.unix_source = r.unix_source, fd.unix_destination = r.unix_destination;
  fd.name = std::move(r.name);
  if (fd.name.size() > limits::kPathBytes) fd.name.resize(limits::kPathBytes);
  set_role_and_name(fd, server_ports);
  return fd;
}

}  // namespace

void Import::add(std::vector<ThreadRecord> threads) {
  pending_ = true;
  threads_.insert(threads_.end(), std::make_move_iterator(threads.begin()), std::make_move_iterator(threads.end()));
}

void Import::add(int64_t tid, std::vector<FdRecord> fds) {
  pending_ = true;
  fds_.emplace_back(tid, std::move(fds));
}

void Import::finish(StateCore& core) {
  for (const ThreadRecord& record : threads_) {
    auto entry = core.threads.make(record.tid);
    fill_thread(core, *entry, record);
    core.threads.add_unlinked(std::move(entry));
  }
  auto server_ports = std::make_unique<Ports>();
  for (const auto& [tid, fds] : fds_)
    for (const FdRecord& fd : fds)
      if (fd.type == FdType::Ipv4ServSock || fd.type == FdType::Ipv6ServSock) server_ports->set(fd.sport);
  for (auto& [tid, fds] : fds_) {
    ThreadEntry* thread = core.threads.find(tid);
    if (!thread || fds.empty()) continue;
    if (!thread->fds) thread->fds = std::make_shared<FdTable>(&core.budget);
    for (FdRecord& record : fds) {
      Fd fd = make_fd(std::move(record), *server_ports);
      core.generations.touch_fd(fd);
      if (!thread->fds->set(std::move(fd))) ++core.stats.fds_refused;
    }
  }
  core.threads.link_all();
  clear();
}

}  // namespace fvm
