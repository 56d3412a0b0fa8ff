// SPDX-License-Identifier: Apache-2.0
//
// The metadata blocks of a capture: machine, threads, descriptors, interfaces, users, in all versions. Each reader
// takes the body to its end and gives the sink what it found, in chunks of kListChunk. On a problem (body.ok() is
// false) the entries before it have been given out. Does not interpret: links, roles and containers are state's.
#pragma once

#include "capture/body_reader.h"
#include "vm/source/event_source.h"

namespace fvm {

void read_machine(BodyReader& body, StateSink& sink);
void read_threads(BodyReader& body, int version, StateSink& sink);
/// False: the rest of a version 1 list could not be used, because of a descriptor type from a newer writer.
bool read_fds(BodyReader& body, int version, StateSink& sink);
/// False: there were more than kInterfaces; the rest was left out.
bool read_interfaces(BodyReader& body, int version, StateSink& sink);
void read_users(BodyReader& body, int version, StateSink& sink);

}  // namespace fvm
