/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How the arguments of 32-bit calls become those of the 64-bit call that means the same (calls32.def).
 */
#ifndef FALCO_PROBE_SHAPES_H
#define FALCO_PROBE_SHAPES_H

#include <linux/types.h>

enum falco_shape {
	FALCO_SHAPE_SAME,
	FALCO_SHAPE_SIGNED,     /* argument n is a signed long */
	FALCO_SHAPE_JOIN,       /* arguments n and n + 1 are halves of one number, low first */
	FALCO_SHAPE_LLSEEK,     /* halves of the offset in 1 and 2, high first; whence in 4 */
	FALCO_SHAPE_OLD_MMAP,   /* argument 0 points at six words */
	FALCO_SHAPE_NATIVE,     /* structures in user memory are as in 64-bit calls */
	FALCO_SHAPE_UID16,      /* bits of n: arguments that are 16-bit ids */
	FALCO_SHAPE_UID16_OUT,  /* pointers to 16-bit ids */
	FALCO_SHAPE_SOCKETCALL, /* argument 0 is the call, 1 points at its arguments */
	FALCO_SHAPE_IPC,        /* argument 0 is the call, its arguments follow */
	FALCO_SHAPE_WORDS,      /* behind a multiplexer: n arguments */
};

/* Rows of calls32.def from this number on are not system calls but what socketcall() and ipc() choose. */
#define FALCO_MULTIPLEXED_FIRST 1000
#define FALCO_SOCKETCALLS 21
#define FALCO_IPC_CALLS 5
#define FALCO_MULTIPLEXED (FALCO_SOCKETCALLS + FALCO_IPC_CALLS)

const struct falco_syscall *falco_multiplexed(u32 which);

#endif
