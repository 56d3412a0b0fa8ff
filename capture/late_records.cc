// SPDX-License-Identifier: Apache-2.0
#include "capture/late_records.h"

#include <cstdint>

#include "capture/param_bytes.h"

namespace fvm {

namespace {

using param_bytes::number;
using param_bytes::text;

enum : uint32_t { kExeWritable = 1u << 0, kExeUpperLayer = 1u << 1, kExeFromMemfd = 1u << 2, kExeLowerLayer = 1u << 3 };

/// What clone and execve begin with.
std::vector<std::string> common_params(const ThreadRecord& t) {
  return {number(int64_t{0}),  text(t.exe),         t.args,
          number(t.tid),       number(t.pid),       number(t.ptid),
          text(t.cwd),         number(t.fdlimit),   number(t.pfmajor),
          number(t.pfminor),   number(t.vmsize_kb), number(t.vmrss_kb),
          number(t.vmswap_kb), text(t.comm),        t.cgroups};
}

}  // namespace

std::vector<std::string> clone_params(const ThreadRecord& t) {
  std::vector<std::string> params = common_params(t);
  for (std::string& more : std::vector<std::string>{number(t.flags), number(t.uid), number(t.gid), number(t.vtid),
                                                    number(t.vpid), number(t.pidns_init_start_ts)})
    params.push_back(std::move(more));
  return params;
}

std::vector<std::string> exec_params(const ThreadRecord& t) {
  std::vector<std::string> params = common_params(t);
  const uint32_t flags = (t.exe_writable ? kExeWritable : 0u) | (t.exe_upper_layer ? kExeUpperLayer : 0u) |
                         (t.exe_from_memfd ? kExeFromMemfd : 0u) | (t.exe_lower_layer ? kExeLowerLayer : 0u);
  for (std::string& more : std::vector<std::string>{
           t.env, number(t.tty), number(t.vpgid), number(t.loginuid), number(flags), number(t.cap_inheritable),
           number(t.cap_permitted), number(t.cap_effective), number(t.exe_ino), number(t.exe_ino_ctime),
           number(t.exe_ino_mtime), number(t.uid), text(t.exepath), number(t.pgid), number(t.gid), text(t.exepath)})
    params.push_back(std::move(more));
  return params;
}

std::vector<std::string> chdir_params(const ThreadRecord& t) { return {number(int64_t{0}), text(t.cwd)}; }

std::vector<std::string> user_params(const UserRecord& u) {
  return {number(u.uid), number(u.gid), text(u.name), text(u.home), text(u.shell), text({})};
}

std::vector<std::string> group_params(const GroupRecord& g) { return {number(g.gid), text(g.name), text({})}; }

}  // namespace fvm
