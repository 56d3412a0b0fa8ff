// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/recording.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <utility>

#include "vm/alert/value_text.h"

namespace falco_vm {
namespace {

bool is_same_file(const std::string& a, const std::string& b) {
  struct stat first {
  }, second{};
  return stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 && first.st_dev == second.st_dev &&
         first.st_ino == second.st_ino;
}

}  // namespace

fvm::Result<std::unique_ptr<Recording>, std::string> Recording::open(const std::string& path, fvm::Record what,
                                                                     const std::string& input) {
  if (!input.empty() && is_same_file(path, input)) return fvm::Err{"-w " + path + " is the capture that is read"};
  auto file = fvm::OutputFile::open(path);
  if (!file) return fvm::Err{file.error()};
  return std::unique_ptr<Recording>(new Recording(std::move(*file), path, what));
}

std::unique_ptr<fvm::EventSource> Recording::around(std::unique_ptr<fvm::EventSource> source, fvm::Engine& engine) {
  auto recording = std::make_unique<fvm::RecordingSource>(std::move(source), writer_, what_);
  source_ = recording.get();
  engine.tell_matches(*source_);
  return recording;
}

std::string Recording::update() {
  constexpr auto kWaits = std::chrono::seconds(1);
  if (const Clock::time_point now = Clock::now(); now - flushed_ >= kWaits) {
    file_->flush();
    flushed_ = now;
  }
  if (file_->error().empty() || std::exchange(told_, true)) return {};
  return file_->error() + "; recording ends here, alerts go on";
}

bool Recording::finish(std::string& error) {
  source_->finish();
  file_->finish();
  if (!told_) error = file_->error();
  return file_->error().empty();
}

std::string Recording::summary() const {
  const fvm::WriterStats& stats = writer_.stats();
  std::string out = fmt::format("falco-vm: {} events written to {}, {} of them for state only\n", stats.events,
                                fvm::escape_line(path_), stats.state_only);
  if (stats.too_long + stats.late > 0) {
    out += fmt::format(
        "falco-vm: not in the file: {} events too long for it, {} descriptors and interfaces that came late\n",
        stats.too_long, stats.late);
  }
  return out;
}

}  // namespace falco_vm
