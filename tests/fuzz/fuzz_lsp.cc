// SPDX-License-Identifier: Apache-2.0
//
// What an editor may send to the language server: each line is the body of a message, behind `initialize`; a line that
// begins with `!` is sent without a header of its own.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "tools/lsp/server.h"
#include "vm/base/check.h"

namespace {

std::string framed(std::string_view body) {
  return "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string stream = framed(R"({"id":0,"method":"initialize","params":{}})");
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    stream += line.starts_with('!') ? std::string(line.substr(1)) + "\r\n" : framed(line);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  const int input = memfd_create("editor", MFD_CLOEXEC);
  const int output = open("/dev/null", O_WRONLY | O_CLOEXEC);
  FALCO_CHECK(input >= 0 && output >= 0);
  FALCO_CHECK(write(input, stream.data(), stream.size()) == static_cast<ssize_t>(stream.size()));
  FALCO_CHECK(lseek(input, 0, SEEK_SET) == 0);
  lsp::serve(input, output);
  close(input);
  close(output);
  return 0;
}
