// SPDX-License-Identifier: Apache-2.0
//
// The machine's promise of no heap after warm-up, checked by counting every allocation of this program.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/support/run_image.h"
#include "tests/support/sample_rules.h"

namespace {
std::atomic<size_t> allocations{0};

void* counted(size_t size) {
  ++allocations;
  if (void* p = std::malloc(size != 0 ? size : 1)) return p;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(size_t size) { return counted(size); }
void* operator new[](size_t size) { return counted(size); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete[](void* p, size_t) noexcept { std::free(p); }

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
