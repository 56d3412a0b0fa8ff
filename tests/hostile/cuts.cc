// SPDX-License-Identifier: Apache-2.0
//
// A capture that ends too early, at and inside every block: replayed once, by a process that forks wherever the reader asks for
// the next block. The child is told that there is no more, and must end as promised.
#include "tests/hostile/cuts.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <utility>

#include "tests/hostile/replay.h"

namespace fvm::hostile {
namespace {

constexpr unsigned kSecondsPerCut = 60;  ///< a cut that takes longer hangs
constexpr uint64_t kInsideEvery = 8;     ///< of the blocks that are cut in front, so many are cut inside, too

/// Hands out one block at a time; in front of each the process forks, once for a cut there and once for one inside.
class CutSource final : public ByteSource {
 public:
  CutSource(const std::vector<uint8_t>& bytes, uint64_t every, uint64_t phase, CutResult& result, bool& child, bool& inside)
      : bytes_(bytes), every_(every), phase_(phase), result_(result), child_(child), inside_(inside) {}

  Result<size_t, SourceError> read(uint8_t* to, size_t capacity) override {
    if (child_) return size_t{0};
    if (rest_ == 0 && at_ < bytes_.size()) {
      rest_ = block_bytes();
      if (block_++ % every_ == phase_) {
        cut(false);
        // A fork is expensive under sanitizers, and the insides of blocks are much alike.
        if (!child_ && rest_ > 1 && block_ / every_ % kInsideEvery == 0) cut(true);
        if (child_ && !inside_) return size_t{0};
        if (child_) rest_ = 1 + (at_ * 2654435761u) % (rest_ - 1);  // some of it
      }
    }
    const size_t n = std::min(capacity, rest_);
    std::memcpy(to, bytes_.data() + at_, n);
    at_ += n;
    rest_ -= n;
    return n;
  }
  uint64_t position() const override { return at_; }
  uint64_t size() const override { return bytes_.size(); }
  uint64_t at() const { return at_; }

 private:
  size_t block_bytes() const {
    const size_t left = bytes_.size() - at_;
    if (left < 12) return left;
    uint32_t length;
    std::memcpy(&length, bytes_.data() + at_ + 4, sizeof length);
    return std::clamp<size_t>(length, 12, left);
  }
  void cut(bool inside) {
    std::fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
      alarm(kSecondsPerCut);
      child_ = true;
      inside_ = inside;
      return;
    }
    int status = 0;
    const bool fine = pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    ++(fine ? result_.passed : result_.failed);
    if (!fine) {
      std::printf("FAILED: a cut %s block at byte %zu: %s %d\n", inside ? "inside the" : "in front of the", at_,
                  WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
  }

  const std::vector<uint8_t>& bytes_;
  uint64_t every_, phase_;
  CutResult& result_;
  bool& child_;
  bool& inside_;
  uint64_t block_ = 0;
  size_t at_ = 0, rest_ = 0;
};

bool complain(const char* what) {
  std::printf("FAILED: %s\n", what);
  return false;
}

/// What the run of a cut capture must have come to. `cut`: bytes it had.
bool as_promised(const Replay& run, const std::vector<PlacedAlert>& uncut, uint64_t cut, bool inside, bool has_events) {
  // Every event block that lies in front of the cut is complete; the block that was cut gives nothing.
  const auto end = std::lower_bound(uncut.begin(), uncut.end(), cut, [](const PlacedAlert& a, uint64_t at) { return a.offset < at; });
  if (!std::equal(uncut.begin(), end, run.alerts.begin(), run.alerts.end())) return complain("alerts from before the cut are missing or others were added");
  if (!inside && has_events) return run.last == BatchStatus::End || complain("a cut between events is no clean end");
  if (run.last != BatchStatus::Failed) return complain("a cut inside a block, or before any event, goes unnoticed");
  if (run.error.message.empty()) return complain("no message");
  if (run.opened && run.error.message.find("byte " + std::to_string(run.error.offset)) == std::string::npos) {
    return complain("the message does not say where");
  }
  return true;
}

}  // namespace

CutResult run_cuts(Bytes image, const std::vector<uint8_t>& capture, uint64_t every, uint64_t phase) {
  Replay uncut;
  uncut.run(image, bytes_of(capture));
  CutResult result;
  if (uncut.last != BatchStatus::End) {
    std::printf("FAILED: the uncut capture ends with an error: %s\n", uncut.error.message.c_str());
    ++result.failed;
    return result;
  }
  std::printf("uncut: %zu alerts\n", uncut.alerts.size());
  std::fflush(stdout);

  bool child = false;
  bool inside = false;
  auto owned = std::make_unique<CutSource>(capture, every, phase, result, child, inside);
  Replay cut;
  uint64_t start = 0;  // of the block that was cut
  {
    // The source dies with the run; where the cut was is needed afterwards.
    class Watched final : public ByteSource {
     public:
      Watched(std::unique_ptr<CutSource> inner, bool& is_child, uint64_t& where) : inner_(std::move(inner)), child_(is_child), start_(where) {}
      Result<size_t, SourceError> read(uint8_t* to, size_t capacity) override {
        if (!child_) start_ = inner_->at();
        return inner_->read(to, capacity);
      }
      uint64_t position() const override { return inner_->position(); }
      uint64_t size() const override { return inner_->size(); }

     private:
      std::unique_ptr<CutSource> inner_;
      bool& child_;
      uint64_t& start_;
    };
    cut.run(image, std::make_unique<Watched>(std::move(owned), child, start));
  }
  if (child) {
    const bool has_events = start > first_event_block(capture);
    const bool fine = as_promised(cut, uncut.alerts, start, inside, has_events);
    std::fflush(stdout);
    _exit(fine ? 0 : 1);
  }
  if (cut.alerts != uncut.alerts) {
    std::printf("FAILED: reading block by block gives other alerts\n");
    ++result.failed;
  }
  return result;
}

uint64_t first_event_block(const std::vector<uint8_t>& capture) {
  for (size_t at = 0; at + 12 <= capture.size();) {
    uint32_t type, length;
    std::memcpy(&type, capture.data() + at, sizeof type);
    std::memcpy(&length, capture.data() + at + 4, sizeof length);
    if (block_info(type).kind == BlockKind::Event) return at;
    at += std::max<uint32_t>(length, 12);
  }
  return capture.size();
}

}  // namespace fvm::hostile
