// SPDX-License-Identifier: Apache-2.0
#include "vm/host/file_watch.h"

#include <doctest/doctest.h>

#include "tests/unit/host/tree.h"

using namespace fvm;
using namespace fvm::testing;

namespace {
constexpr uint64_t kSecond = 1'000'000'000;
}  // namespace

TEST_CASE("a file is reported once for each change, when it has settled") {
  Tree tree;
  tree.file("a", "one");
  const std::string path = tree.root() + "/a";
  FileWatch watch(path);
  CHECK_FALSE(watch.has_changed(10 * kSecond));
  tree.file("a", "other");
  CHECK_FALSE(watch.has_changed(10 * kSecond + 5));  // not asked again within the second
  CHECK_FALSE(watch.has_changed(11 * kSecond));      // may still be written
  CHECK(watch.has_changed(12 * kSecond));
  CHECK_FALSE(watch.has_changed(13 * kSecond));
  tree.file("a", "more of it");
  CHECK_FALSE(watch.has_changed(14 * kSecond));
  tree.file("a", "more of it, and more");
  CHECK_FALSE(watch.has_changed(15 * kSecond));
  CHECK(watch.has_changed(16 * kSecond));
}

TEST_CASE("a file that is replaced, one that is missing, one that comes later") {
  Tree tree;
  tree.file("a", "same").file("b", "same");
  const std::string path = tree.root() + "/a";
  std::filesystem::last_write_time(tree.root() + "/b", std::filesystem::last_write_time(path));
  FileWatch watch(path);
  std::filesystem::rename(tree.root() + "/b", path);
  CHECK_FALSE(watch.has_changed(1 * kSecond));
  CHECK(watch.has_changed(2 * kSecond));
  tree.remove("a");
  for (uint64_t s = 3; s < 6; ++s) CHECK_FALSE(watch.has_changed(s * kSecond));
  tree.file("a", "back");
  CHECK_FALSE(watch.has_changed(6 * kSecond));
  CHECK(watch.has_changed(7 * kSecond));

  FileWatch early(tree.root() + "/c");
  CHECK_FALSE(early.has_changed(1 * kSecond));
  tree.file("c", "now");
  CHECK_FALSE(early.has_changed(2 * kSecond));
  CHECK(early.has_changed(3 * kSecond));
}
