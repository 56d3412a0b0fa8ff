// SPDX-License-Identifier: Apache-2.0
//
// List entries -> records of state: the capture format reference, sections 7 and 8. Does not know blocks or events.

#include "vm/state/import.h"

#include <utility>

#include "vm/state/socket_text.h"

namespace fvm {
namespace {

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
  core.refresh_container_id(t);
}

void set_name(Fd& fd) {
  if (fd.type == FdType::Ipv6Sock && is_ipv4_mapped(fd.sip.bytes.data()) && is_ipv4_mapped(fd.dip.bytes.data())) {
    fd.type = FdType::Ipv4Sock;
    fd.sip = unmapped(fd.sip);
    fd.dip = unmapped(fd.dip);
  }
  if (fd.is_connected_type()) {
    if (fd.l4 == L4::Tcp) fd.flags |= fd_flag::kConnected;
    fd.name = socket_text(fd);
  }
  if (fd.is_server_socket()) fd.name = endpoint_text(fd.sip, fd.sport);
  if (fd.type == FdType::UnixSock) fd.flags |= fd.name.empty() ? fd_flag::kRoleClient : fd_flag::kRoleServer;
}

Fd make_fd(FdRecord&& r) {
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
  set_name(fd);
  return fd;
}

}  // namespace

void Import::add(StateCore& core, const std::vector<ThreadRecord>& threads) {
  pending_ = true;
  for (const ThreadRecord& record : threads) {
    auto entry = core.threads.make(record.tid);
    fill_thread(core, *entry, record);
    core.threads.add_unlinked(std::move(entry));
    tids_.push_back(record.tid);
  }
}

void Import::add(StateCore& core, int64_t tid, std::vector<FdRecord> fds) {
  ThreadEntry* thread = core.threads.find(tid);
  if (!thread || fds.empty()) return;
  pending_ = true;
  if (!server_ports_) server_ports_ = std::make_unique<Ports>();
  if (tids_.empty() || tids_.back() != tid) tids_.push_back(tid);
  if (!thread->fds) thread->fds = std::make_shared<FdTable>(core.fd_pool);
  for (FdRecord& record : fds) {
    if (record.type == FdType::Unknown) continue;  // says nothing, and counts for nobody
    Fd fd = make_fd(std::move(record));
    if (fd.is_server_socket()) server_ports_->set(fd.sport);
    core.generations.touch_fd(fd);
    if (!thread->fds->set(std::move(fd))) ++core.stats.fds_refused;
  }
}

/// A connection from a port that someone listens on was accepted there, all others were made by us.
void Import::resolve_roles(StateCore& core, ThreadEntry& thread, const Ports& server_ports) {
  if (!thread.fds) return;
  for (const auto& [number, listed] : thread.fds->all()) {
    if (listed.type != FdType::Ipv4Sock || listed.has_role()) continue;
    Fd& fd = *thread.fds->edit(number);
    fd.flags |= server_ports[fd.sport] ? fd_flag::kRoleServer : fd_flag::kRoleClient;
    if (fd.flags & fd_flag::kRoleServer) {
      std::swap(fd.sip, fd.dip);
      std::swap(fd.sport, fd.dport);
      fd.name = socket_text(fd);
    }
    core.generations.touch_fd(fd);
  }
}

void Import::finish(StateCore& core) {
  for (const int64_t tid : tids_) {
    ThreadEntry* const thread = core.threads.find(tid);
    if (!thread) continue;  // there was no room for it
    if (server_ports_) resolve_roles(core, *thread, *server_ports_);
    if (!thread->is_invalid()) core.threads.link(*thread);
  }
  clear();
}

}  // namespace fvm
