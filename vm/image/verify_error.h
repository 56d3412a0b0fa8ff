// SPDX-License-Identifier: Apache-2.0
//
// Why an image was refused. The words come from the rows below; nobody else composes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vm/abi/image_format.h"

namespace fvm {

//   FALCO_VERIFY_ERROR(Sym, "words")
#define FALCO_VERIFY_ERRORS(FALCO_VERIFY_ERROR)                                                               \
  FALCO_VERIFY_ERROR(TooShort, "the file is shorter than an image header")                                    \
  FALCO_VERIFY_ERROR(BadMagic, "this is not a compiled rules file")                                           \
  FALCO_VERIFY_ERROR(OtherVersion, "the image has another format version; recompile the rules")               \
  FALCO_VERIFY_ERROR(OtherEvents, "the image was compiled for other event tables; recompile the rules")       \
  FALCO_VERIFY_ERROR(OtherFields, "the image was compiled for other field tables; recompile the rules")       \
  FALCO_VERIFY_ERROR(OtherOpcodes, "the image was compiled for another instruction set; recompile the rules") \
  FALCO_VERIFY_ERROR(OtherTypes, "the image was compiled for other type tables; recompile the rules")         \
  FALCO_VERIFY_ERROR(OtherCmpOps, "the image was compiled for other operators; recompile the rules")          \
  FALCO_VERIFY_ERROR(OtherTransformers, "the image was compiled for other transformers; recompile the rules") \
  FALCO_VERIFY_ERROR(WrongSize, "the file's size is not the one in its header; it may be truncated")          \
  FALCO_VERIFY_ERROR(WrongDigest, "the content does not agree with its digest; the file is damaged")          \
  FALCO_VERIFY_ERROR(BadHeader, "the header has an unknown flag or a non-zero reserved byte")                 \
  FALCO_VERIFY_ERROR(BadLayout, "the section does not follow the one before it, or has a partial record")     \
  FALCO_VERIFY_ERROR(BadPadding, "a reserved byte is not zero")                                               \
  FALCO_VERIFY_ERROR(BadCount, "the section has a wrong number of records")                                   \
  FALCO_VERIFY_ERROR(BadText, "a text lies outside its pool or holds a forbidden byte")                       \
  FALCO_VERIFY_ERROR(BadRun, "a run of records lies outside its section")                                     \
  FALCO_VERIFY_ERROR(BadEnum, "a code is not in its table")                                                   \
  FALCO_VERIFY_ERROR(BadConstant, "a constant is malformed")                                                  \
  FALCO_VERIFY_ERROR(BadField, "a field use names an unknown field or has an argument the field can't take")  \
  FALCO_VERIFY_ERROR(BadTerm, "a term is malformed")                                                          \
  FALCO_VERIFY_ERROR(TermCycle, "a term uses itself or a later term")                                         \
  FALCO_VERIFY_ERROR(TermTooDeep, "a term is nested too deep or costs too much to evaluate")                  \
  FALCO_VERIFY_ERROR(BadCall, "a transformer is called with arguments it can't take")                         \
  FALCO_VERIFY_ERROR(BadPredicate, "a predicate compares what can't be compared")                             \
  FALCO_VERIFY_ERROR(TooManyOperands, "the predicates have too many constants")                               \
  FALCO_VERIFY_ERROR(WrongDomains, "a predicate states other domains than its fields have")                   \
  FALCO_VERIFY_ERROR(BadRegex, "a regular expression does not compile within its memory bound")               \
  FALCO_VERIFY_ERROR(TooManyRegexes, "the image has too many or too big regular expressions")                 \
  FALCO_VERIFY_ERROR(BadOpcode, "an instruction is unknown")                                                  \
  FALCO_VERIFY_ERROR(BadOperand, "an instruction's operand is out of range")                                  \
  FALCO_VERIFY_ERROR(BadJump, "a jump goes backward or leaves its program")                                   \
  FALCO_VERIFY_ERROR(NoEnd, "a program can run past its last instruction")                                    \
  FALCO_VERIFY_ERROR(BadProgram, "the programs don't cover the code exactly")                                 \
  FALCO_VERIFY_ERROR(BadDispatch, "an event's program does not exist")                                        \
  FALCO_VERIFY_ERROR(BadRule, "a rule is malformed")                                                          \
  FALCO_VERIFY_ERROR(BadOutput, "an output template is malformed")                                            \
  FALCO_VERIFY_ERROR(WrongInterest, "the interest mask is not what the programs need")                        \
  FALCO_VERIFY_ERROR(BadSourceMap, "the source map is malformed")

enum class VerifyCode : uint8_t {
#define FALCO_VERIFY_ERROR(Sym, words) Sym,
  FALCO_VERIFY_ERRORS(FALCO_VERIFY_ERROR)
#undef FALCO_VERIFY_ERROR
};

struct VerifyError {
  VerifyCode code{};
  bool in_header = true;
  SectionId section{};  ///< when not in the header
  uint64_t offset = 0;  ///< bytes from the start of the file
};

std::string_view words(VerifyCode code);
/// "words (code section at byte 1234)"
std::string describe(const VerifyError& error);

}  // namespace fvm
