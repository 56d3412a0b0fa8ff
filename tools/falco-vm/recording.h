// SPDX-License-Identifier: Apache-2.0
//
// Recording: what -w asks for: a capture file beside the alerts. A file that can't be written any more costs one
// complaint and the exit code, never an alert. Does not know options.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "capture/output_file.h"
#include "capture/recording_source.h"
#include "capture/scap_writer.h"
#include "vm/base/result.h"
#include "vm/engine.h"

namespace falco_vm {

class Recording {
 public:
  /// Creates the file, which must not be `input`. The error is text for people.
  static fvm::Result<std::unique_ptr<Recording>, std::string> open(const std::string& path, fvm::Record what,
                                                                   const std::string& input);

  /// What `engine` is to read from `source` from now on. The recording must outlive it.
  std::unique_ptr<fvm::EventSource> around(std::unique_ptr<fvm::EventSource> source, fvm::Engine& engine);

  /// What `engine` is to ask instead of `lookup`, so that a replay hears the same answers. After around().
  fvm::ThreadLookup& around(fvm::ThreadLookup& lookup) {
    source_->record_lookups(lookup);
    return *source_;
  }

  /// To be called after every batch: what waits does not wait for long. An error is told the first time only.
  std::string update();
  /// The end of the file. False: it is not complete; update() has not told yet what it returns here in `error`.
  bool finish(std::string& error);
  /// What there is to say about the file in the end.
  std::string summary() const;

 private:
  using Clock = std::chrono::steady_clock;
  Recording(std::unique_ptr<fvm::OutputFile> file, std::string path, fvm::Record what)
      : file_(std::move(file)), path_(std::move(path)), what_(what), writer_(*file_) {}

  std::unique_ptr<fvm::OutputFile> file_;
  std::string path_;
  fvm::Record what_;
  fvm::ScapWriter writer_;
  fvm::RecordingSource* source_ = nullptr;
  Clock::time_point flushed_ = Clock::now();
  bool told_ = false;
};

}  // namespace falco_vm
