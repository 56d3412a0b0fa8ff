// SPDX-License-Identifier: Apache-2.0
#include "tests/hostile/replay.h"

#include <cstdio>
#include <cstdlib>
#include <functional>

#include "capture/input_stream.h"
#include "capture/scap_reader.h"
#include "vm/image/verifier.h"

namespace fvm::hostile {
namespace {

/// Gives the events of another source one at a time, so that it is known which one an alert is about.
class OneByOne final : public EventSource {
 public:
  explicit OneByOne(EventSource& inner) : inner_(inner) {}
  BatchStatus next_batch(StateSink& sink, std::span<EventView>& out) override {
    if (waiting_.empty()) {
      const BatchStatus status = inner_.next_batch(sink, waiting_);
      if (status != BatchStatus::Events) return status;
    }
    out = waiting_.first(1);
    waiting_ = waiting_.subspan(1);
    offset_ = out[0].offset;
    return BatchStatus::Events;
  }
  const SourceError& error() const override { return inner_.error(); }
  const SourceStats& stats() override { return inner_.stats(); }
  uint64_t position() const override { return inner_.position(); }
  uint64_t size() const override { return inner_.size(); }
  uint64_t offset() const { return offset_; }

 private:
  EventSource& inner_;
  std::span<EventView> waiting_;
  uint64_t offset_ = 0;
};

class Collector final : public AlertSink {
 public:
  Collector(const OneByOne& events, std::vector<PlacedAlert>& alerts) : events_(events), alerts_(alerts) {}
  bool write(std::string_view line) override {
    alerts_.push_back({events_.offset(), std::hash<std::string_view>{}(line)});
    return true;
  }

 private:
  const OneByOne& events_;
  std::vector<PlacedAlert>& alerts_;
};

[[noreturn]] void die(const std::string& text) {
  std::fprintf(stderr, "hostile: %s\n", text.c_str());
  std::exit(3);
}

std::vector<uint8_t> all_of(std::unique_ptr<ByteSource> source, bool unpack, const std::string& path) {
  std::vector<uint8_t> bytes;
  if (unpack) {
    InputStream in(std::move(source));
    while (in.available() > 0 || in.fill(1)) {
      bytes.insert(bytes.end(), in.data(), in.data() + in.available());
      in.consume(in.available());
    }
    if (in.error()) die(path + ": " + in.error()->message);
    return bytes;
  }
  uint8_t piece[65536];
  for (;;) {
    const auto got = source->read(piece, sizeof piece);
    if (!got) die(path + ": " + got.error().message);
    if (*got == 0) return bytes;
    bytes.insert(bytes.end(), piece, piece + *got);
  }
}

std::vector<uint8_t> read_path(const std::string& path, bool unpack) {
  auto source = open_file(path);
  if (!source) die(path + ": " + source.error().message);
  return all_of(std::move(*source), unpack, path);
}

}  // namespace

std::vector<uint8_t> unpacked_file(const std::string& path) { return read_path(path, true); }
std::vector<uint8_t> file_bytes(const std::string& path) { return read_path(path, false); }
std::unique_ptr<ByteSource> bytes_of(const std::vector<uint8_t>& bytes) { return memory_source(bytes); }

void Replay::run(Bytes image, std::unique_ptr<ByteSource> capture) {
  auto sealed = SealedImage::from_bytes(image);
  if (!sealed) die("the ruleset can't be loaded");
  auto verified = verify(std::move(*sealed));
  if (!verified) die("the ruleset is not acceptable");
  EngineOptions options;
  options.mode = MatchMode::All;
  options.json = true;
  Engine engine(std::move(*verified), options);

  auto source = open_capture(std::move(capture));
  opened = static_cast<bool>(source);
  if (!opened) {
    error = source.error();
    last = BatchStatus::Failed;
    return;
  }
  OneByOne events(**source);
  Collector sink(events, alerts);
  while ((last = engine.poll(events, sink)) == BatchStatus::Events) {
  }
  if (last == BatchStatus::Failed) error = events.error();
}

}  // namespace fvm::hostile
