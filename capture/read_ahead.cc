// SPDX-License-Identifier: Apache-2.0
//
// A ring of buffers, each filled by one read(). The lock is taken once per buffer from both sides and guards the counters only:
// a buffer between them belongs to the reader, all others to the thread. The last piece is the end or an error.
#include "capture/read_ahead.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>

namespace fvm {

namespace {

constexpr size_t kPieces = 4;
constexpr size_t kPieceBytes = 256 * 1024;

class ReadAhead final : public ByteSource {
 public:
  explicit ReadAhead(std::unique_ptr<ByteSource> inner)
      : inner_(std::move(inner)),
        bytes_(new uint8_t[kPieces * kPieceBytes]),
        position_(inner_->position()),
        size_(inner_->size()) {}
  ~ReadAhead() override { stop(); }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// False: no thread is to be had.
  bool start() {
    // Signals are for the program, not for this thread; but those that say that memory is bad come to whom they concern.
    sigset_t all, before;
    sigfillset(&all);
    for (const int number : {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT}) sigdelset(&all, number);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    running_ = pthread_create(&thread_, nullptr, run, this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return running_;
  }
  std::unique_ptr<ByteSource> give_back() { return std::move(inner_); }

  Result<size_t, SourceError> read(uint8_t* to, size_t capacity) override {
    Piece& piece = pieces_[taken_ % kPieces];
    if (at_ == 0) {
      std::unique_lock lock(mutex_);
      filled_changed_.wait(lock, [&] { return filled_ > taken_; });
    }
    position_ = piece.position;
    if (piece.error) return Err{*piece.error};
    if (piece.count == 0) return size_t{0};
    const size_t n = std::min(capacity, piece.count - at_);
    std::memcpy(to, bytes_of(taken_) + at_, n);
    at_ += n;
    if (at_ == piece.count) {
      at_ = 0;
      const std::lock_guard lock(mutex_);
      ++taken_;
      taken_changed_.notify_one();
    }
    return n;
  }
  uint64_t position() const override { return position_; }
  uint64_t size() const override { return size_; }

 private:
  struct Piece {
    size_t count = 0;
    uint64_t position = 0;  ///< of the source, behind these bytes
    std::optional<SourceError> error;
  };

  uint8_t* bytes_of(uint64_t piece) { return bytes_.get() + piece % kPieces * kPieceBytes; }

  static void* run(void* self) {
    static_cast<ReadAhead*>(self)->fill();
    return nullptr;
  }

  /// The thread.
  void fill() {
    for (uint64_t next = 0;; ++next) {
      {
        std::unique_lock lock(mutex_);
        taken_changed_.wait(lock, [&] { return stopping_ || next < taken_ + kPieces; });
        if (stopping_) return;
      }
      Piece& piece = pieces_[next % kPieces];
      const Result<size_t, SourceError> n = inner_->read(bytes_of(next), kPieceBytes);
      piece.count = n ? *n : 0;
      piece.position = inner_->position();
      if (!n) piece.error = n.error();
      const bool last = piece.count == 0;  // nobody may touch the piece behind the lock
      {
        const std::lock_guard lock(mutex_);
        filled_ = next + 1;
        filled_changed_.notify_one();
      }
      if (last) return;
    }
  }

  void stop() {
    if (!running_) return;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      taken_changed_.notify_one();
    }
    pthread_join(thread_, nullptr);
  }

  std::unique_ptr<ByteSource> inner_;  ///< the thread's while it runs
  std::unique_ptr<uint8_t[]> bytes_;   ///< not zeroed: it is written before it is read
  std::array<Piece, kPieces> pieces_;

  std::mutex mutex_;
  std::condition_variable filled_changed_, taken_changed_;
  uint64_t filled_ = 0;  ///< pieces there have been; written by the thread
  uint64_t taken_ = 0;   ///< pieces used up; written by the reader, who may look without the lock
  bool stopping_ = false;

  // The reader's own.
  size_t at_ = 0;  ///< bytes used of the piece at hand
  uint64_t position_;
  const uint64_t size_;
  pthread_t thread_{};
  bool running_ = false;
};

}  // namespace

std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> inner) {
  auto source = std::make_unique<ReadAhead>(std::move(inner));
  if (!source->start()) return source->give_back();
  return source;
}

}  // namespace fvm
