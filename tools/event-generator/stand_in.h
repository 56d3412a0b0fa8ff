// SPDX-License-Identifier: Apache-2.0
//
// Stand-ins: copies of this program under another program's name, which perform the steps of an act in its place. Rules
// see `nc -e /bin/sh`, but what runs is this program, and all it does are its steps.
//
//   command ::= PREFIX* PROGRAM["~"ARGV0] ARGUMENT*          separated by blanks
//   PREFIX  ::= VARIABLE=VALUE    in its environment
//             | <pipe             its standard input is a pipe, else /dev/null
//             | tty               it has a terminal of its own, else none
//             | container         it starts in a control group as container engines make them
//             | uid:N             it starts as user N
//   PROGRAM is a name in the folder of stand-ins, or a path; ARGV0 is what it is told its name was.
//
// Steps and children travel in environment variables, so that command lines show only what rules are to see.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace event_generator {

struct Command {
  std::vector<std::string> environment;
  std::vector<std::string> arguments;  // from argv[0] on
  std::string path;                    // of the program; a bare name is one of the folder of stand-ins
  bool piped_input = false;
  bool terminal = false;
  bool container = false;
  uid_t uid = 0;
  bool other_user = false;
};

/// What to start: a command that performs steps, by a parent if one is named.
struct Errand {
  std::string folder;  // of stand-ins
  std::string cgroup;  // for commands in a container
  std::string parent;
  std::string command;
  std::string steps;
};

Command parse_command(std::string_view text, std::string_view folder);

/// Starts an errand and waits for its end. Gives an empty text if all its steps were done, else what failed.
std::string run_errand(const Errand& errand);

/// Whether this process was started as a stand-in.
bool is_stand_in();

/// The main program of a stand-in: its exit code.
int stand_in_main();

}  // namespace event_generator
