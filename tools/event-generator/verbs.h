// SPDX-License-Identifier: Apache-2.0
//
// The verbs of steps.h as functions, by theme: verbs_files.cc, verbs_processes.cc, verbs_network.cc. Each gives 0 or an
// errno.
#pragma once

#include <string>
#include <vector>

namespace event_generator {

using Operands = std::vector<std::string>;

int read_file(const Operands&);
int write_file(const Operands&);
int empty_file(const Operands&);
int remove_file(const Operands&);
int make_symlink(const Operands&);
int change_mode(const Operands&);
int make_device(const Operands&);
int mount_here(const Operands&);
int change_root(const Operands&);

int run_from_memory(const Operands&);
int attach(const Operands&);
int refuse_trace(const Operands&);
int write_memory(const Operands&);
int set_user(const Operands&);
int enter_namespace(const Operands&);
int make_user_namespace(const Operands&);
int load_module(const Operands&);
int load_bpf(const Operands&);
int set_up_uring(const Operands&);
int set_clock(const Operands&);

int connect_to(const Operands&);
int connect_to_socket_file(const Operands&);
int listen_somewhere(const Operands&);
int tie_input(const Operands&);
int watch_packets(const Operands&);

}  // namespace event_generator
