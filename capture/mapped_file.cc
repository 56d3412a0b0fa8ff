// SPDX-License-Identifier: Apache-2.0
//
// A page beyond the end of a mapped file raises SIGBUS. The handler puts a page of zeros in its place when the address
// lies in one of our mappings; any other SIGBUS takes its usual course.
#include "capture/mapped_file.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>

namespace fvm {

namespace {
constexpr size_t kMostMappings = 16;
}

/// The mappings a handler has to know. Changed under a lock, read by the handler without one.
struct BusErrors {
  std::array<std::atomic<MappedFile*>, kMostMappings> files{};
  std::mutex changes;
  struct sigaction before {};

  static BusErrors& get() {
    static BusErrors all;
    return all;
  }

  /// False when there are too many.
  bool add(MappedFile* file) {
    const std::lock_guard lock(changes);
    if (!installed) {
      struct sigaction action {};
      action.sa_sigaction = handle;
      action.sa_flags = SA_SIGINFO;
      sigemptyset(&action.sa_mask);
      if (sigaction(SIGBUS, &action, &before) != 0) return false;
      installed = true;
    }
    for (auto& place : files) {
      if (place.load() != nullptr) continue;
      place.store(file);
      return true;
    }
    return false;
  }

  void remove(MappedFile* file) {
    const std::lock_guard lock(changes);
    for (auto& place : files)
      if (place.load() == file) place.store(nullptr);
  }

  static void handle(int, siginfo_t* info, void*) {
    const auto* at = static_cast<const uint8_t*>(info->si_addr);
    for (auto& place : get().files) {
      MappedFile* file = place.load();
      if (file == nullptr || at < file->data_ || at >= file->data_ + file->size_) continue;
      const auto page_bytes = static_cast<uintptr_t>(getpagesize());
      void* page = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(at) & ~(page_bytes - 1));
      if (mmap(page, page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) break;
      file->lose(static_cast<size_t>(static_cast<uint8_t*>(page) - file->data_));
      return;
    }
    sigaction(SIGBUS, &get().before, nullptr);  // the faulting access is repeated and meets the handler before ours
  }

  bool installed = false;
};

std::unique_ptr<MappedFile> MappedFile::open(int fd, uint64_t size_bytes) {
  if (size_bytes == 0 || size_bytes > SIZE_MAX / 2) return nullptr;
  const auto size = static_cast<size_t>(size_bytes);
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return nullptr;
  std::unique_ptr<MappedFile> file(new MappedFile(fd, static_cast<uint8_t*>(data), size));
  if (!BusErrors::get().add(file.get())) return nullptr;
  return file;
}

MappedFile::~MappedFile() {
  BusErrors::get().remove(this);
  munmap(data_, size_);
}

void MappedFile::populate(size_t offset) {
  const auto page_bytes = static_cast<size_t>(getpagesize());
  const size_t end = std::min(size_, (offset & ~(page_bytes - 1)) + kAheadBytes);
  check_size();
  // Failure costs time only: the pages come one by one, or not at all and then the handler fills in.
  if (end > populated_) madvise(data_ + populated_, end - populated_, MADV_POPULATE_READ);
  populated_ = (end == size_) ? size_ : end & ~(page_bytes - 1);
  const size_t behind = offset & ~(page_bytes - 1);
  if (behind > released_) madvise(data_ + released_, behind - released_, MADV_DONTNEED);
  released_ = std::max(released_, behind);
}

void MappedFile::check_size() {
  struct stat info {};
  if (fstat(fd_, &info) == 0 && static_cast<uint64_t>(info.st_size) < size_) lose(static_cast<size_t>(info.st_size));
}

/// Also runs in the signal handler, in the thread that reads.
void MappedFile::lose(size_t from) {
  if (from < lost_from()) lost_from_.store(from, std::memory_order_relaxed);
}

}  // namespace fvm
