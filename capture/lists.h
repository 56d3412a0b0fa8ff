// SPDX-License-Identifier: Apache-2.0
//
// The metadata blocks of a capture: machine, threads, descriptors, interfaces, users, in all versions. Each reader
// takes the body to its end and gives the sink what it found, in chunks of kListChunk. On a problem (body.ok() is
// false) the entries before it have been given out. Does not interpret: links, roles and containers are state's.
#pragma once

#include <array>
#include <cstddef>

#include "capture/body_reader.h"
#include "vm/source/event_source.h"

namespace fvm {

/// The longest texts that an entry may hold.
namespace list_limits {
inline constexpr size_t kName = 1024;    ///< comm, exe, exepath, cwd, root
inline constexpr size_t kVector = 4096;  ///< args, env, cgroups
inline constexpr size_t kFdName = 1023;
inline constexpr size_t kUserText = 255;
inline constexpr size_t kInterfaceName = 1023;
}  // namespace list_limits

/// Transport protocols by their number in descriptor lists.
inline constexpr std::array kListedL4 = {L4::Unknown, L4::NotApplicable, L4::Tcp, L4::Udp, L4::Icmp, L4::Raw};

/// Kinds of an interface list's entries.
enum class ListedInterface : uint16_t { Ipv4 = 1, Ipv6 = 2, Ipv4WithoutSpeed = 3, Ipv6WithoutSpeed = 4 };

void read_machine(BodyReader& body, StateSink& sink);
void read_threads(BodyReader& body, int version, StateSink& sink);
/// False: the rest of a version 1 list could not be used, because of a descriptor type from a newer writer.
bool read_fds(BodyReader& body, int version, StateSink& sink);
/// False: there were more than kInterfaces; the rest was left out.
bool read_interfaces(BodyReader& body, int version, StateSink& sink);
void read_users(BodyReader& body, int version, StateSink& sink);

}  // namespace fvm
