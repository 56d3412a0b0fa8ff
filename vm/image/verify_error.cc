// SPDX-License-Identifier: Apache-2.0
//
// Words of verification errors.
#include "vm/image/verify_error.h"

namespace fvm {
namespace {

constexpr std::string_view kWords[] = {
#define FALCO_VERIFY_ERROR(Sym, words) words,
    FALCO_VERIFY_ERRORS(FALCO_VERIFY_ERROR)
#undef FALCO_VERIFY_ERROR
};

}  // namespace

std::string_view words(VerifyCode code) { return kWords[static_cast<size_t>(code)]; }

std::string describe(const VerifyError& error) {
  std::string text(words(error.code));
  text += " (";
  text += error.in_header ? std::string_view("header") : section_info(error.section).name;
  text += ", byte " + std::to_string(error.offset) + ")";
  return text;
}

}  // namespace fvm
