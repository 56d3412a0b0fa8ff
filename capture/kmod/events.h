/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One event while it is put together: where its values come from (struct falco_event), how they are collected (the plan of
 * its code, from params.def), and the tables of system calls.
 *
 * Values go into a scratch buffer of the CPU first and are copied to the ring once their size is known: the ring reserves
 * exact sizes, because what is reserved can't shrink when others have reserved behind it, and a worst case is 60 KiB where
 * most events take 100 bytes. The copy of those costs less than measuring every value beforehand would.
 */
#ifndef FALCO_PROBE_EVENTS_H
#define FALCO_PROBE_EVENTS_H

#include <linux/binfmts.h>
#include <linux/fs.h>
#include <linux/types.h>

#include "state.h"

#define FALCO_PROBE_VERSION "0.1.0"

/* Codes that the module's own logic needs; all others are rows of params.def only. */
#define FALCO_CODE_GENERIC 1
#define FALCO_CODE_PROCEXIT 186
#define FALCO_CODE_EXECVE 293
#define FALCO_CODE_EXECVEAT 331

/* How many arguments a call can have once its structures are unfolded (io_uring_setup has 7). */
#define FALCO_ARGS 8

/* Value types by name, as in types.def. */
enum falco_type {
#define FALCO_TYPE(id, Sym, size, Kind) FALCO_T_##Sym = (id),
#include "types.def"
#undef FALCO_TYPE
};

/* One way to collect a value, a row of collectors.def; a, b: its operands. */
enum falco_collector {
#define FALCO_COLLECTOR(name, doc) FALCO_C_##name,
#include "collectors.def"
#undef FALCO_COLLECTOR
};

struct falco_op {
	u8 collector, a, b;
};

struct falco_plan {
	u8 params;
	u8 prepare;                /* enum falco_prepare */
	u8 copies;                 /* FALCO_COPY_* */
	const u8 *types;
	const struct falco_op *ops; /* NULL: this code is not produced here */
};

/* What is read from user memory once, before the parameters. */
enum falco_prepare {
	FALCO_PREPARE_NONE,
	FALCO_PREPARE_OPENAT2,   /* args 2..4 become flags, mode, resolve */
	FALCO_PREPARE_CLONE3,    /* arg 0 becomes the flags */
	FALCO_PREPARE_IO_URING,  /* args 1..6 become the fields of the parameters */
	FALCO_PREPARE_IOV,       /* message: the vector in args 1, 2 */
	FALCO_PREPARE_MSG,       /* message: the header in arg 1 */
	FALCO_PREPARE_MMSG,      /* message: the first header in arg 1 */
};

/* Copies of user memory that the kernel made for this call and that names.c takes and copies.c keeps until its exit. */
#define FALCO_COPY_PATHS 1
#define FALCO_COPY_ADDRESS 2
#define FALCO_COPY_FLAGS 4

struct falco_message {
	u64 iov, iov_count, name, name_bytes, control, control_bytes;
	s64 bytes;                 /* transferred, or to be transferred when that failed; -1: not known */
	bool valid;
};

struct falco_event {
	const struct falco_plan *plan;
	u16 code;
	u16 syscall_code;          /* of syscalls.def */
	u16 native_nr;
	bool compat;               /* a 32-bit call: pointers and longs in user memory have 4 bytes */
	bool uid16;                /* ... of the kind with 16-bit user ids behind pointers */
	long result;
	u64 args[FALCO_ARGS];
	struct falco_message message;
	struct linux_binprm *program; /* a successful exec */
	struct falco_copies *copies;
	struct file *file;         /* of the descriptor that collectors asked for last; NULL: none or not yet looked up */
	int file_fd;
	u32 unreadable, raced;
	bool raced_address;        /* counted once for each event */

	u8 *base;                  /* scratch */
	u32 at, limit;             /* next value's offset */
	u32 next;                  /* next parameter */
	bool too_long;
};

struct pt_regs;

/* build.c: collects all parameters. False: the event can't be sent, *loss says why. */
bool falco_event_build(struct falco_event *event, enum falco_probe_loss *loss);
void falco_event_finish(struct falco_event *event);

/* value.c: how collectors hand in a value, exactly one each. Width of numbers by the parameter's type. */
void falco_put_number(struct falco_event *event, u64 value);
void falco_put_empty(struct falco_event *event);
void falco_put_bytes(struct falco_event *event, const void *bytes, u32 count);
/* A text with one NUL at its end; `count` without it. */
void falco_put_text(struct falco_event *event, const char *text, u32 count);
/* In pieces: room for at most `want` bytes (less when the event is nearly full); then say how many were written. */
u8 *falco_room(struct falco_event *event, u32 want, u32 *got);
void falco_put_written(struct falco_event *event, u32 count);

/* value.c: user memory, never waiting for a page. */
bool falco_read_user(void *to, u64 from, u32 count);
/* Bytes read before the first that can't be. */
u32 falco_read_user_part(void *to, u64 from, u32 count);
/* Length without NUL, at most limit - 1; -1: not readable. `to` always ends in NUL on success. */
int falco_read_user_text(char *to, u64 from, u32 limit);
/* A word of the caller's size: 4 bytes in 32-bit calls. */
bool falco_read_user_word(const struct falco_event *event, u64 *to, u64 from);

/* fdinfo.c: descriptors of the current task. The file is kept until falco_event_finish(). */
struct file *falco_event_file(struct falco_event *event, int fd);

/* message.c */
void falco_message_prepare(struct falco_event *event);

/* Collectors, one function for each row of collectors.def. */
#define FALCO_COLLECTOR(name, doc) void falco_collect_##name(struct falco_event *event, const struct falco_op *op);
#include "collectors.def"
#undef FALCO_COLLECTOR

/* events.c: tables. */
extern const struct falco_plan falco_plans[FALCO_PROBE_EVENTS];
extern u64 falco_events_fingerprint;
struct falco_syscall {
	u16 event;                 /* exit event; FALCO_CODE_GENERIC without one of its own, 0: not a system call */
	u16 code;                  /* of syscalls.def */
	u8 shape;                  /* enum falco_shape, 32-bit calls only */
	u8 shape_operand;
};
int falco_events_init(void);
extern const u8 falco_type_bytes[];  /* of numbers */
const struct falco_syscall *falco_syscall_of(u32 nr);
const struct falco_syscall *falco_syscall32_of(u32 nr);
/* Arguments of a 32-bit call as the 64-bit one has them; *call becomes what socketcall() or ipc() chose. */
void falco_unfold32(struct falco_event *event, const struct falco_syscall **call);

/* names.c: where copies.h's copies are taken. */
/* Whether copies of this kind are made now, so that one that is missing is worth to be told. */
bool falco_copies_wanted(u8 kind);
void falco_names_follow_interest(void);
void falco_names_on_fork(void *data, struct task_struct *parent, struct task_struct *child);
/* stop_copying: no new copies; stop: the table goes too, when no hook can look any more. */
void falco_names_stop_copying(void);
void falco_names_stop(void);

#endif
