// SPDX-License-Identifier: Apache-2.0
//
// The tables of the state reference, section 10.

#include <doctest/doctest.h>

#include "vm/base/arena.h"
#include "vm/state/state.h"

using fvm::concat_path;

TEST_CASE("joined paths") {
  struct Row {
    std::string_view base, path, result;
  };
  constexpr Row kRows[] = {
      {"/dir/", "foo", "/dir/foo"},
      {"/dir/", "./foo/.", "/dir/foo"},
      {"/dir/", "../foo", "/foo"},
      {"/dir/", "../../../foo", "/foo"},
      {"/dir/", "/a//b/../c/", "/a/c"},
      {"/dir/", "", ""},
      {"", "foo/../a", "a"},
      {"", "../a", "a"},
      {"", "/../a", "/a"},
      {"/dir", "../x", "/dir../x"},
      {"/dir", "foo", "/dirfoo"},
      {"/a/b/", "../c", "/a/c"},
      {"/a//b/", "c//d", "/a//b/c/d"},
      {"/a/b/", "/x//y/../z/", "/x/z"},
      {"/a/b/", ".", "/a/b"},
      {"rel/", "../x", "x"},
      {"<UNKNOWN>", "x", "<UNKNOWN>x"},
      {"/", "..", "/"},
      {"/a/b/", "..c", "/a/b/..c"},
      {"/a/b/", "...", "/a/b/..."},
      {"/a/b/", ".hidden/..", "/a/b"},
      {"", "/", "/"},
      {"", "//", "/"},
      {"./", "x", "./x"},
      {"/dir/", "/x/.y/z.", "/x/.y/z."},
      {"/dir/", "/x/./y", "/x/y"},
      {"/dir/", "/x/", "/x"},
      {"/dir/", "/x/y", "/x/y"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.base);
    CAPTURE(row.path);
    CHECK(concat_path(row.base, row.path) == row.result);
    fvm::Arena arena;
    CHECK(concat_path(row.base, row.path, arena) == row.result);
  }
}

TEST_CASE("what is taken out of a path is found at every place of paths of all lengths") {
  for (size_t length = 1; length < 40; ++length) {
    const std::string plain = "/" + std::string(length, 'a');
    CHECK(concat_path("/b/", plain) == plain);
    CHECK(concat_path("/b/", plain + "/") == plain);
    for (size_t at = 1; at + 1 <= length; ++at) {
      const std::string front = plain.substr(0, at + 1), behind = plain.substr(at + 1);
      CAPTURE(front);
      CAPTURE(behind);
      const std::string clean = front + "/" + behind;
      CHECK(concat_path("/b/", front + "//" + behind) == (behind.empty() ? front : clean));
      CHECK(concat_path("/b/", front + "/./" + behind) == (behind.empty() ? front : clean));
      CHECK(concat_path("/b/", front + "/../" + behind) == "/" + behind);
      CHECK(concat_path("/b/", front + "/.." + behind) == (behind.empty() ? "/" : front + "/.." + behind));
      CHECK(concat_path("/b/", front + "/x." + behind) == front + "/x." + behind);
    }
  }
}

TEST_CASE("paths that are too long") {
  const std::string base(1000, 'a');
  CHECK(concat_path(base, std::string(24, 'b')) == "/DIR_TOO_LONG/FILENAME_TOO_LONG");
  CHECK(concat_path(base, std::string(23, 'b')).size() == 1023);
  fvm::Arena arena;
  CHECK(concat_path(base, std::string(24, 'b'), arena) == "/DIR_TOO_LONG/FILENAME_TOO_LONG");
  CHECK(concat_path(base, std::string(23, 'b'), arena).size() == 1023);
}
