// SPDX-License-Identifier: Apache-2.0
//
// Fd: what is known about one open descriptor. Shapes and flag bits: the state reference, section 5. Written by state/
// only.
#pragma once

#include <cstdint>
#include <string>

#include "vm/ops/value.h"
#include "vm/source/event_source.h"

namespace fvm {

namespace fd_flag {
inline constexpr uint32_t kFromProc = 1u << 0, kRoleClient = 1u << 2, kRoleServer = 1u << 3, kConnected = 1u << 13,
                          kCloned = 1u << 14, kPending = 1u << 15, kFailed = 1u << 16, kOverlayUpper = 1u << 17,
                          kOverlayLower = 1u << 18;
}  // namespace fd_flag

/// open_flags bits. O_RDONLY is 1 here, not 0.
namespace open_flag {
inline constexpr uint32_t kRdOnly = 1u << 0, kWrOnly = 1u << 1, kCreat = 1u << 2, kDirectory = 1u << 10,
                          kCloExec = 1u << 12, kTmpFile = 1u << 13, kCreated = 1u << 14, kUpperLayer = 1u << 15,
                          kLowerLayer = 1u << 16;
}  // namespace open_flag

/// All but the texts.
struct FdFacts {
  int64_t fd = -1;
  FdType type = FdType::Unknown;
  L4 l4 = L4::NotApplicable;
  uint16_t sport = 0, dport = 0;  ///< source = client side, destination = server side
  uint32_t flags = 0;             ///< fd_flag
  uint32_t open_flags = 0;        ///< open_flag
  uint32_t dev = 0, mount_id = 0;
  uint64_t ino = 0;
  int64_t pid = -1;  ///< pidfd
  IpAddr sip, dip;   ///< listening sockets: the address is in sip/sport
  uint64_t unix_source = 0, unix_destination = 0;
  uint32_t generation = 0;  ///< grows whenever a value that fd.* fields show changes

  bool is_ip_socket() const {
    return type == FdType::Ipv4Sock || type == FdType::Ipv6Sock || type == FdType::Ipv4ServSock ||
           type == FdType::Ipv6ServSock;
  }
  bool is_server_socket() const { return type == FdType::Ipv4ServSock || type == FdType::Ipv6ServSock; }
  bool is_connected_type() const { return type == FdType::Ipv4Sock || type == FdType::Ipv6Sock; }
  bool has_role() const { return (flags & (fd_flag::kRoleClient | fd_flag::kRoleServer)) != 0; }
  bool is_file() const { return type == FdType::File || type == FdType::FileV2; }
};

struct Fd : FdFacts {
  std::string name;      ///< fd.name
  std::string name_raw;  ///< as given to the call
};

char fd_typechar(FdType type);               ///< fd.typechar; '?' for uninitialised
std::string_view fd_type_name(FdType type);  ///< fd.type; "<NA>" where there is none

}  // namespace fvm
