// SPDX-License-Identifier: Apache-2.0
//
// Shared by the socket handlers: how a tuple changes a record, and which end is the client. Inside of state/.
#pragma once

#include "vm/state/fd_table.h"
#include "vm/state/socket_text.h"

namespace fvm {

Fd new_socket(int64_t number, uint64_t domain, uint64_t type, uint64_t protocol);
Fd new_udp_socket(int64_t number, uint8_t family);

/// Takes over the addresses of `tuple`; false when the record has them already, in either direction.
bool update_addresses(Fd& fd, const InetTuple& tuple);
void swap_ends(Fd& fd);
/// Sets a role for a record without one, from the ports the process uses; `receiving` decides when they don't.
void guess_role(Fd& fd, const FdTable& table, bool receiving);

}  // namespace fvm
