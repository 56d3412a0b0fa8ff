// SPDX-License-Identifier: Apache-2.0
//
// The machine's promise of no heap after warm-up, checked by counting every allocation of this program.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "tests/support/run_image.h"
#include "tests/support/sample_rules.h"

namespace {
std::atomic<size_t> allocations{0};

/// Null without memory. `alignment` is a power of two.
void* counted(size_t size, std::align_val_t alignment = std::align_val_t{alignof(std::max_align_t)}) noexcept {
  ++allocations;
  const auto least = static_cast<size_t>(alignment);
  return std::aligned_alloc(least, (std::max(size, size_t{1}) + least - 1) / least * least);
}

void* or_throw(void* p) {
  if (p == nullptr) throw std::bad_alloc();
  return p;
}
}  // namespace

// All of them: a sanitizer brings its own for those that are left out, and what it allocates only it may free.
void* operator new(size_t size) { return or_throw(counted(size)); }
void* operator new[](size_t size) { return or_throw(counted(size)); }
void* operator new(size_t size, std::align_val_t alignment) { return or_throw(counted(size, alignment)); }
void* operator new[](size_t size, std::align_val_t alignment) { return or_throw(counted(size, alignment)); }
void* operator new(size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new[](size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void* operator new(size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(size, alignment);
}
void* operator new[](size_t size, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return counted(size, alignment);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t, std::align_val_t) noexcept { std::free(p); }

TEST_CASE("no allocation per event after warm-up") {
  using namespace falcoc::test;
  auto sealed = fvm::SealedImage::from_bytes(sample_image().bytes);
  REQUIRE(sealed);
  auto image = fvm::verify(std::move(*sealed));
  REQUIRE(image);
  fvm::Machine machine(*image);
  fvm::MatchSet out(machine.rule_count());
  size_t matched = 0;
  const auto round = [&] {
    for (unsigned salt = 0; salt < 5; ++salt) {
      const TypedFields fields(salt);
      for (size_t code = 0; code < fvm::kEventCount; ++code) {
        out.clear();
        machine.run(static_cast<fvm::EventCode>(code), fields, fvm::MatchMode::All, out);
        matched += out.rules().size();
      }
    }
  };
  round();
  const size_t before = allocations;
  for (int i = 0; i < 20; ++i) round();
  CHECK(allocations == before);
  CHECK(matched > 0);
}
