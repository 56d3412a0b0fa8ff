// SPDX-License-Identifier: Apache-2.0
#include "tools/falco-vm/print_events.h"

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>

#include "tools/falco-vm/options.h"
#include "vm/alert/event_format.h"
#include "vm/event_pump.h"

namespace falco_vm {

int print_events(const PrintRequest& request, fvm::EventSource& source, std::FILE* out) {
  auto format = fvm::EventFormat::parse(request.format);
  if (!format) {
    std::fprintf(stderr, "falco-vm: error: --print: %s\n", fvm::escape_line(format.error()).c_str());
    return kUsage;
  }
  fvm::EventPump pump(request.max_event_time_ns);
  nlohmann::json object;
  std::string line;
  bool written = true;
  fvm::BatchStatus status = fvm::BatchStatus::Events;
  while (status == fvm::BatchStatus::Events && written && *request.stop == 0) {
    status = pump.poll_shown(source, [&](const fvm::EvalContext& context) {
      line.clear();
      if (request.json) {
        if (!format->to_object(context, object)) return true;
        line = fvm::to_line(object);
      } else if (!format->append_line(context, line)) {
        return true;
      }
      line += '\n';
      written = std::fwrite(line.data(), 1, line.size(), out) == line.size();
      return written;
    });
  }
  written = std::fflush(out) == 0 && written;
  const bool reader_left = !written && errno == EPIPE;  // `| head` has seen enough; nothing is wrong
  if (reader_left) {
    std::clearerr(out);
    return kOk;
  }
  if (!written) std::fprintf(stderr, "falco-vm: error: can't write: %s\n", std::strerror(errno));
  if (status == fvm::BatchStatus::Failed) {
    std::fprintf(stderr, "falco-vm: error: %s (at byte %llu of the uncompressed stream); events up to there were printed\n",
                 fvm::escape_line(source.error().message).c_str(), static_cast<unsigned long long>(source.error().offset));
  }
  return written && status != fvm::BatchStatus::Failed ? kOk : kOutsideWorld;
}

}  // namespace falco_vm
