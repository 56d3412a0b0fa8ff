// SPDX-License-Identifier: Apache-2.0
//
// Arena: scratch memory of one event. alloc() bumps a pointer; reset() forgets everything but keeps the chunks, so a
// steady workload allocates nothing. Pointers stay valid until reset(). Not thread-safe. No project knowledge.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

namespace fvm {

class Arena {
 public:
  /// `n` bytes aligned to 8.
  char* alloc(size_t n) {
    n = (n + 7) & ~size_t{7};
    if (n > room_) grow(n);
    char* p = next_;
    next_ += n;
    room_ -= n;
    return p;
  }
  template <typename T>
  T* alloc_array(size_t count) {
    static_assert(alignof(T) <= 8);
    return reinterpret_cast<T*>(alloc(count * sizeof(T)));
  }
  std::string_view copy(std::string_view text) {
    char* p = alloc(text.size());
    if (!text.empty()) std::memcpy(p, text.data(), text.size());
    return {p, text.size()};
  }
  /// Taken since reset(), unused ends of chunks included.
  size_t used_bytes() const {
    if (chunks_.empty()) return 0;
    size_t bytes = chunks_[current_].size - room_;
    for (size_t i = 0; i < current_; ++i) bytes += chunks_[i].size;
    return bytes;
  }
  void reset() {
    current_ = 0;
    if (chunks_.empty()) return;
    next_ = chunks_[0].bytes.get();
    room_ = chunks_[0].size;
  }

 private:
  struct Chunk {
    std::unique_ptr<char[]> bytes;
    size_t size;
  };
  void grow(size_t n) {
    while (!chunks_.empty() && current_ + 1 < chunks_.size()) {
      ++current_;
      if (chunks_[current_].size >= n) return use(chunks_[current_]);
    }
    const size_t size = n > kChunkBytes ? n : kChunkBytes;
    chunks_.push_back({std::make_unique<char[]>(size), size});
    current_ = chunks_.size() - 1;
    use(chunks_.back());
  }
  void use(Chunk& chunk) {
    next_ = chunk.bytes.get();
    room_ = chunk.size;
  }

  static constexpr size_t kChunkBytes = 64 * 1024;
  std::vector<Chunk> chunks_;
  size_t current_ = 0;
  char* next_ = nullptr;
  size_t room_ = 0;
};

}  // namespace fvm
