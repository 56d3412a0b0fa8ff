// SPDX-License-Identifier: Apache-2.0
//
// Capture files: an EventSource over the `.scap` format, plain or gzip, of every age. Streams with constant memory.
// What can't be read never stops what can: unknown blocks, unknown event codes, parameter counts nobody wrote and
// events with impossible lengths in an intact block frame are counted and skipped. A frame that lies or a damaged list
// ends the reading with an error, after everything before it was given out.
#pragma once

#include <memory>
#include <string>

#include "capture/byte_source.h"
#include "capture/input_stream.h"
#include "vm/base/result.h"
#include "vm/source/event_source.h"

namespace fvm {

/// Opens `path` ("-": standard input) and looks at its first block. Waits for a FIFO's writer.
Result<std::unique_ptr<EventSource>, SourceError> open_capture(const std::string& path,
                                                               InflateThread thread = InflateThread::WhenWorthIt);

/// The same over bytes in memory, which are borrowed.
Result<std::unique_ptr<EventSource>, SourceError> open_capture(Bytes bytes, InflateThread thread = InflateThread::WhenWorthIt);

/// The same over any bytes.
Result<std::unique_ptr<EventSource>, SourceError> open_capture(std::unique_ptr<ByteSource> bytes,
                                                               InflateThread thread = InflateThread::WhenWorthIt);

}  // namespace fvm
