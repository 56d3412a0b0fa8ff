// SPDX-License-Identifier: Apache-2.0
//
// The block loop. Events are parsed where they lie in the stream's window, so a batch ends when the window must move.
#include "capture/scap_reader.h"

#include <array>
#include <optional>

#include "capture/blocks.h"
#include "capture/byte_order.h"
#include "capture/event_batch.h"
#include "capture/event_run.h"
#include "capture/input_stream.h"
#include "capture/lists.h"
#include "capture/upgrader.h"

namespace fvm {

namespace {

constexpr size_t kSwappedBytes = 1u << 20;  ///< copies of a batch of the other byte order, one event more at most

std::string hex(uint32_t n) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string s = "0x";
  for (int shift = n > 0xffff ? 28 : 12; shift >= 0; shift -= 4) s += kDigits[(n >> shift) & 15u];
  return s;
}

std::string_view kind_name(BlockKind kind) {
  switch (kind) {
    case BlockKind::Section:
      return "the section header";
    case BlockKind::Machine:
      return "the machine description";
    case BlockKind::Threads:
      return "a process list";
    case BlockKind::Fds:
      return "a descriptor list";
    case BlockKind::Interfaces:
      return "an interface list";
    case BlockKind::Users:
      return "a user list";
    case BlockKind::Event:
      return "an event";
    case BlockKind::Unknown:
      break;
  }
  return "a block of an unknown type";
}

class ScapReader final : public EventSource {
 public:
  ScapReader(std::unique_ptr<ByteSource> source, InflateThread thread) : in_(std::move(source), thread) {
    in_.before_move([this] { upgrader_.keep_enters(); });
  }
  ScapReader(const ScapReader&) = delete;
  ScapReader& operator=(const ScapReader&) = delete;

  /// Whether the stream begins like a capture; error() says why not.
  bool begins_well();

  BatchStatus next_batch(StateSink& sink, std::span<EventView>& out) override;
  void set_interest(const Interest& interest) override {
    run_.settle(stats_);
    run_.set_interest(interest);
  }
  const SourceError& error() const override { return error_; }
  const SourceStats& stats() override {
    run_.settle(stats_);
    return stats_;
  }
  uint64_t position() const override { return in_.position(); }
  uint64_t size() const override { return in_.size(); }

 private:
  enum class Step : uint8_t { Continue, EndBatch, Stop };

  /// A number of the stream, in the section's byte order.
  template <typename T>
  T number(const uint8_t* p) const {
    const T value = load<T>(p);
    return swapped_ ? swap_bytes(value) : value;
  }
  Step read_run();
  Step next_block(StateSink& sink);
  Step at_end();
  Step read_metadata(BlockInfo info, uint32_t type, uint32_t length, StateSink& sink);
  bool read_section(BodyReader& body, StateSink& sink);
  Step read_event(BlockInfo info, const uint8_t* body, const uint8_t* body_end);
  Step refuse_event(std::string_view why, const uint8_t* body_end, std::optional<uint16_t> code = {});
  void note_refusal(std::string_view why);
  void lose_tail();
  Step stop(SourceError::Kind kind, std::string message);
  Step stop_short(std::string_view what);

  InputStream in_;
  Upgrader upgrader_;
  EventRun run_{upgrader_};
  EventBatch batch_;
  uint32_t event_type_ = kSectionBlock;  ///< of the blocks that read_run() takes; kSectionBlock: of none
  bool has_flags_ = false;               ///< they have
  uint64_t block_offset_ = 0;
  Arena swapped_blocks_;  ///< events of the batch that were in the other byte order
  bool swapped_ = false;  ///< the section is in the other byte order
  bool in_section_ = false;
  bool has_machine_ = false;
  bool has_events_ = false;
  bool ended_ = false;
  bool failed_ = false;
  SourceError error_;
  SourceStats stats_;
};

bool ScapReader::begins_well() {
  const bool long_enough = in_.fill(kBlockHeaderBytes + kSectionBodyBytes);
  if (!long_enough && in_.error()) {
    error_ = *in_.error();
    return false;
  }
  if (in_.available() == 0) {
    error_ = {SourceError::Kind::NotACapture, 0, "the file is empty"};
    return false;
  }
  uint32_t type = 0;
  if (in_.available() >= sizeof type) type = load<uint32_t>(in_.data());
  if (block_info(type).kind != BlockKind::Section) {
    error_ = {SourceError::Kind::NotACapture, 0, "not a .scap capture: it does not begin with a section header"};
    return false;
  }
  return true;
}

BatchStatus ScapReader::next_batch(StateSink& sink, std::span<EventView>& out) {
  batch_.clear();
  in_.advance();
  upgrader_.start_batch();
  if (swapped_blocks_.used_bytes() > 0) {
    upgrader_.keep_enters();
    swapped_blocks_.reset();
  }
  Step step = Step::Continue;
  if (!failed_ && !ended_) {
    while (step == Step::Continue) {
      step = event_type_ == kSectionBlock ? Step::Continue : read_run();
      if (step == Step::Continue) step = next_block(sink);
    }
  }
  if (in_.lost_from() < in_.offset()) lose_tail();
  stats_.bytes = in_.offset();
  stats_.enters_evicted = upgrader_.enters_evicted();
  out = batch_.events();
  if (!batch_.empty()) return BatchStatus::Events;
  return failed_ ? BatchStatus::Failed : BatchStatus::End;
}

/// The file became shorter while it was read: what was made of bytes that are gone is taken back.
void ScapReader::lose_tail() {
  uint64_t end = in_.offset();
  while (!batch_.empty() && end > in_.lost_from()) end = batch_.drop_last().offset;
  failed_ = true;
  error_ = {SourceError::Kind::Io, in_.lost_from(), "the file became shorter while it was read"};
}

/// Consecutive event blocks that are like the one before, as nearly all of a capture is. Continue: what comes is
/// something else.
ScapReader::Step ScapReader::read_run() {
  EventRun::Window window{in_.data(), in_.data() + in_.available(), in_.offset()};
  batch_.filled(run_.take(window, event_type_, has_flags_, batch_.places(), batch_.free_places(), stats_));
  in_.consume(static_cast<size_t>(window.at - in_.data()));
  return batch_.free_places() == 0 ? Step::EndBatch : Step::Continue;
}

ScapReader::Step ScapReader::next_block(StateSink& sink) {
  if (in_.available() < kBlockHeaderBytes) {
    if (!batch_.empty()) return Step::EndBatch;
    if (!in_.fill(kBlockHeaderBytes)) return at_end();
  }
  const uint8_t* block = in_.data();
  if (load<uint32_t>(block) == kSectionBlock) {
    // Says the byte order of all that follows, its own length included. Its type reads the same in both.
    if (!batch_.empty()) return Step::EndBatch;
    if (!in_.fill(kBlockHeaderBytes + sizeof(uint32_t))) return stop_short(kind_name(BlockKind::Section));
    block = in_.data();
    swapped_ = load<uint32_t>(block + kBlockHeaderBytes) == swap_bytes(kSectionMagic);
  }
  const uint32_t type = number<uint32_t>(block);
  const uint32_t length = number<uint32_t>(block + 4);
  const BlockInfo info = block_info(type);
  block_offset_ = in_.offset();
  if (!in_section_ && info.kind != BlockKind::Section) {
    return stop(SourceError::Kind::NotACapture, "it does not begin with a section header");
  }
  if (length < kBlockFrameBytes) {
    return stop(SourceError::Kind::Corrupt,
                std::string(kind_name(info.kind)) + " says it is " + std::to_string(length) + " bytes long");
  }
  if (info.kind != BlockKind::Event) {
    if (!batch_.empty()) return Step::EndBatch;  // its events must not see what comes after them
    return read_metadata(info, type, length, sink);
  }

  if (length > in_.available()) {
    if (!batch_.empty()) return Step::EndBatch;
    if (length > limits::kEventBytes || (!info.large && length - kBlockHeaderBytes > limits::kPlainEventBytes)) {
      return stop(SourceError::Kind::Corrupt,
                  "an event says it is " + std::to_string(length) + " bytes long, which is too much");
    }
    if (!in_.fill(length)) return stop_short(kind_name(info.kind));
    block = in_.data();
  } else if (!info.large && length - kBlockHeaderBytes > limits::kPlainEventBytes) {
    return stop(SourceError::Kind::Corrupt,
                "an event says it is " + std::to_string(length) + " bytes long, which is too much");
  }
  if (!has_events_) {
    has_events_ = true;
    if (!has_machine_) {
      MachineInfo unknown;
      unknown.num_cpus = UINT32_MAX;
      sink.on_machine(unknown);
    }
  }
  // From here on blocks like this one are expected.
  event_type_ = swapped_ || info.version < 2 ? kSectionBlock : type;
  has_flags_ = info.has_flags;
  if (swapped_) block = swap_event_block(block, length, info, swapped_blocks_);
  const Step step = read_event(info, block + kBlockHeaderBytes, block + length - kBlockTrailerBytes);
  if (step == Step::Stop) return step;
  ++stats_.raw_events;
  in_.consume(length);
  return step;
}

/// No complete block header is left.
ScapReader::Step ScapReader::at_end() {
  block_offset_ = in_.offset();
  if (in_.error() || in_.available() > 0) return stop_short("a block header");
  if (!has_events_) return stop(SourceError::Kind::Truncated, "the capture ends before its first event");
  ended_ = true;
  return Step::EndBatch;
}

ScapReader::Step ScapReader::read_metadata(BlockInfo info, uint32_t type, uint32_t length, StateSink& sink) {
  in_.consume(kBlockHeaderBytes);
  BodyReader body(in_, length - kBlockFrameBytes, swapped_);
  switch (info.kind) {
    case BlockKind::Section:
      if (!read_section(body, sink)) return Step::Stop;
      break;
    case BlockKind::Machine:
      read_machine(body, sink);
      has_machine_ = true;
      break;
    case BlockKind::Threads:
      read_threads(body, info.version, sink);
      break;
    case BlockKind::Fds:
      if (!read_fds(body, info.version, sink)) note_refusal("descriptors of an unknown type");
      break;
    case BlockKind::Interfaces:
      if (!read_interfaces(body, info.version, sink)) note_refusal("too many network interfaces");
      break;
    case BlockKind::Users:
      read_users(body, info.version, sink);
      break;
    case BlockKind::Unknown:
    case BlockKind::Event:
      body.skip(body.left());
      ++stats_.unknown_blocks;
      break;
  }
  std::string name(kind_name(info.kind));
  if (info.kind == BlockKind::Unknown) name += " (" + hex(type) + ")";
  if (!body.ok()) {
    if (body.kind() == SourceError::Kind::Truncated) return stop_short(name);
    return stop(body.kind(), name + " is damaged: " + body.why());
  }
  if (!in_.fill(kBlockTrailerBytes)) return stop_short(name);
  // The section header's trailer is not compared: readers never did.
  if (info.kind != BlockKind::Section && number<uint32_t>(in_.data()) != length) {
    return stop(SourceError::Kind::Corrupt, "the two lengths of " + name + " differ");
  }
  in_.consume(kBlockTrailerBytes);
  return Step::Continue;
}

/// False: stopped.
bool ScapReader::read_section(BodyReader& body, StateSink& sink) {
  const uint32_t magic = body.number<uint32_t>();
  const uint16_t major = body.number<uint16_t>();
  body.skip(sizeof(uint16_t) + sizeof(uint64_t));  // minor version and section length say nothing a reader needs
  if (!body.ok()) return true;
  if (magic != kSectionMagic) {
    stop(SourceError::Kind::NotACapture, "the section header has the wrong magic number " + hex(magic));
    return false;
  }
  if (major > kSectionMajor) {
    stop(SourceError::Kind::Unsupported,
         "the capture has format version " + std::to_string(major) + ", this program reads up to 1");
    return false;
  }
  if (in_section_ && !has_events_) {
    stop(SourceError::Kind::Corrupt, "a section without any event");
    return false;
  }
  body.skip(body.left());  // options
  in_section_ = true;
  has_machine_ = false;
  has_events_ = false;
  event_type_ = kSectionBlock;
  upgrader_.forget_enters();
  sink.on_section();
  return true;
}

ScapReader::Step ScapReader::read_event(BlockInfo info, const uint8_t* body, const uint8_t* body_end) {
  const size_t header_bytes = info.version >= 2 ? kEventHeaderBytes : kEventHeaderBytesV1;
  const size_t prefix_bytes = sizeof(uint16_t) + (info.has_flags ? sizeof(uint32_t) : 0);
  if (static_cast<size_t>(body_end - body) < prefix_bytes + header_bytes) {
    return refuse_event("it is too short for an event", body_end);
  }
  const uint8_t* header = body + prefix_bytes;
  const uint16_t code = load<uint16_t>(header + 20);
  if (code >= kEventCount) {
    ++stats_.unknown_events;
    return Step::Continue;
  }

  EventView& event = batch_.next();
  event.more = 0;
  event.ts_ns = load<uint64_t>(header);
  event.tid = load<int64_t>(header + 8);
  event.code = static_cast<EventCode>(code);
  event.cpu = load<uint16_t>(body);
  event.unread = false;
  event.state_only = info.has_flags && (load<uint32_t>(body + sizeof(uint16_t)) & kEventFlagStateOnly) != 0;
  event.offset = block_offset_;
  const uint32_t length = event_length(load<uint32_t>(header + 16), event.code, info.version);
  if (length > static_cast<size_t>(body_end - header)) {
    return refuse_event("the event says it is longer than its block", body_end, code);
  }
  if (length < header_bytes) return refuse_event("the event says it is shorter than its header", body_end, code);

  WireParams wire{header + header_bytes, header + length, 0, false};
  if (info.version >= 2) {
    wire.count = load<uint32_t>(header + kEventHeaderBytesV1);
    wire.large_lens = event.info().has(FALCO_EF_LARGE_PAYLOAD);
  } else {
    const auto count = inferred_count<false>(wire.lens, wire.payload_bytes(), event.info().param_count);
    if (!count) return refuse_event(kLyingLengths, body_end, code);
    wire.count = *count;
  }
  std::string why;
  switch (batch_.add_next(upgrader_, wire, stats_, why)) {
    case Upgrader::Outcome::Current:
    case Upgrader::Outcome::Absorbed:
      break;
    case Upgrader::Outcome::Refused:
      ++stats_.refused_by_code[code];
      note_refusal(why);
      break;
    case Upgrader::Outcome::Lies:
      return refuse_event(why, body_end, code);
  }
  return !batch_.has_room() || (swapped_ && swapped_blocks_.used_bytes() > kSwappedBytes) ? Step::EndBatch
                                                                                          : Step::Continue;
}

/// An event whose inside lies. If the block's frame is intact the next block can be trusted to be where it should be.
ScapReader::Step ScapReader::refuse_event(std::string_view why, const uint8_t* body_end, std::optional<uint16_t> code) {
  const uint32_t length = number<uint32_t>(in_.data() + sizeof(uint32_t));
  if (load<uint32_t>(body_end) != length) {
    return stop(SourceError::Kind::Corrupt, "an event block is damaged: " + std::string(why));
  }
  if (code) ++stats_.refused_by_code[*code];
  note_refusal(why);
  return Step::Continue;
}

void ScapReader::note_refusal(std::string_view why) {
  if (stats_.refused++ == 0) {
    stats_.first_refusal = std::string(why) + " (block at byte " + std::to_string(block_offset_) + ")";
  }
}

/// Reading ends here. What the batch holds is given out first.
ScapReader::Step ScapReader::stop(SourceError::Kind kind, std::string message) {
  failed_ = true;
  error_ = {kind, block_offset_, std::move(message) + " (block at byte " + std::to_string(block_offset_) + ")"};
  return Step::Stop;
}

/// The stream ended or failed inside something.
ScapReader::Step ScapReader::stop_short(std::string_view what) {
  if (in_.error()) return stop(in_.error()->kind, in_.error()->message);
  return stop(SourceError::Kind::Truncated, "the capture is cut off inside " + std::string(what));
}

}  // namespace

Result<std::unique_ptr<EventSource>, SourceError> open_capture(const std::string& path, InflateThread thread) {
  Result<std::unique_ptr<ByteSource>, SourceError> source = open_file(path);
  if (!source) return Err{source.error()};
  return open_capture(std::move(*source), thread);
}

Result<std::unique_ptr<EventSource>, SourceError> open_capture(Bytes bytes, InflateThread thread) {
  return open_capture(memory_source(bytes), thread);
}

Result<std::unique_ptr<EventSource>, SourceError> open_capture(std::unique_ptr<ByteSource> bytes,
                                                               InflateThread thread) {
  auto reader = std::make_unique<ScapReader>(std::move(bytes), thread);
  if (!reader->begins_well()) return Err{reader->error()};
  return std::unique_ptr<EventSource>(std::move(reader));
}

}  // namespace fvm
