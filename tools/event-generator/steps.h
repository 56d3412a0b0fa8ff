// SPDX-License-Identifier: Apache-2.0
//
// What stand-ins do: steps in a small language, each one or a few system calls that rules look for.
//
//   steps ::= step (";" step)*        step ::= ["?"] VERB OPERAND*        "?": the step may fail
//
// Verbs and their operands are a table in steps.cc. Data is never read nor changed: files are opened, and what is
// written goes to files that the sandbox made. Knows nothing of rules, the sandbox or command lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace event_generator {

/// What must stand ready before a step runs, done by the sandbox.
enum class Prepare : unsigned char { Nothing, File, Parent, Folder, Listener, Socket };

struct Step {
  std::string_view verb;
  std::vector<std::string> operands;
  bool may_fail = false;
  Prepare prepare = Prepare::Nothing;
  std::string_view shows;  // the fields in which rules see the operands, in their order, after blanks; `-`: in none
};

/// Splits a text at `separator`, leaves out what is empty.
std::vector<std::string> split(std::string_view text, char separator);

/// The steps of a text. A verb that doesn't exist, or a wrong number of operands, is a mistake in the table of acts:
/// `problem` then says so.
std::vector<Step> parse_steps(std::string_view text, std::string& problem);

/// Performs one step in this process. Gives 0, or the errno of what failed.
int perform(const Step& step);

}  // namespace event_generator
