// SPDX-License-Identifier: GPL-2.0-only
/*
 * An event from its plan: user structures first, then each parameter by its collector, then the header. Also the
 * collectors that only look at arguments and at plain user memory.
 */
#include <linux/file.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "compat.h"
#include "copies.h"
#include "events.h"
#include "flags.h"

#define HEADER_BYTES 26u
#define PATH_BYTES 4096u

static void collect(struct falco_event *event, const struct falco_op *op)
{
	/* a chain of direct calls: an indirect call costs more where it must be guarded against speculation */
	switch ((enum falco_collector)op->collector) {
#define FALCO_COLLECTOR(name, doc)                                                                                      \
	case FALCO_C_##name:                                                                                            \
		falco_collect_##name(event, op);                                                                        \
		break;
#include "collectors.def"
#undef FALCO_COLLECTOR
	}
}

/*
 * Arguments 2 to 4 become flags, mode and resolve. How the file can be used is asked of the file that was opened: the
 * structure may have changed since.
 */
static void unfold_openat2(struct falco_event *event)
{
	const unsigned int told = O_ACCMODE | O_PATH;
	u64 how[3] = {};
	struct file *file;
	int i;

	if (!falco_read_user(how, event->args[2], sizeof(how)))
		event->unreadable++;
	file = event->result >= 0 ? falco_event_file(event, event->result) : NULL;
	if (file) {
		if ((how[0] ^ file->f_flags) & told)
			event->raced++;
		how[0] = (how[0] & ~(u64)told) | (file->f_flags & told);
		if (file->f_mode & FMODE_CREATED)
			how[0] |= O_CREAT;
	}
	for (i = 0; i < 3; i++)
		event->args[2 + i] = how[i];
}

/* Argument 0 becomes the flags: the kernel's copy of them, else from user memory. */
static void unfold_clone3(struct falco_event *event)
{
	u64 flags;

	if (!event->copies || !falco_copied_flags(event->copies, &flags)) {
		flags = 0;
		/* a child's copy of the memory may not be there yet: no flags then */
		if (!falco_read_user(&flags, event->args[0], sizeof(flags)))
			event->unreadable++;
		if (event->result >= 0 && falco_copies_wanted(FALCO_COPY_FLAGS))
			event->raced++;
	}
	event->args[0] = flags;
}

static void unfold_structures(struct falco_event *event)
{
	u32 ring[7] = {};
	int i;

	switch ((enum falco_prepare)event->plan->prepare) {
	case FALCO_PREPARE_NONE:
		return;
	case FALCO_PREPARE_OPENAT2:
		unfold_openat2(event);
		return;
	case FALCO_PREPARE_CLONE3:
		unfold_clone3(event);
		return;
	case FALCO_PREPARE_IO_URING:
		if (!falco_read_user(ring, event->args[1], 6 * sizeof(u32)))
			event->unreadable++;
		/* struct io_uring_params: entries of both queues, flags, CPU and idle time of the thread, features */
		for (i = 0; i < 6; i++)
			event->args[1 + i] = ring[i];
		return;
	case FALCO_PREPARE_IOV:
	case FALCO_PREPARE_MSG:
	case FALCO_PREPARE_MMSG:
		falco_message_prepare(event);
		return;
	}
}

bool falco_event_build(struct falco_event *event, enum falco_probe_loss *loss)
{
	const struct falco_plan *plan = event->plan;
	const u64 tid = task_pid_nr(current);
	const u32 params = plan->params;
	const u16 code = event->code;
	u64 now;
	u32 i;

	event->at = HEADER_BYTES + 2 * params;
	event->next = 0;
	unfold_structures(event);
	for (i = 0; i < params; i++) {
		collect(event, &plan->ops[i]);
		if (WARN_ON_ONCE(event->next != i + 1)) {
			*loss = FALCO_PROBE_LOST_FAULT;
			return false;
		}
	}
	if (event->too_long) {
		*loss = FALCO_PROBE_LOST_TOO_LONG;
		return false;
	}
	now = ktime_get_mono_fast_ns() + falco_state.clock_offset_ns;
	memcpy(event->base, &now, sizeof(now));
	memcpy(event->base + 8, &tid, sizeof(tid));
	memcpy(event->base + 16, &event->at, sizeof(event->at));
	memcpy(event->base + 20, &code, sizeof(code));
	memcpy(event->base + 22, &params, sizeof(params));
	return true;
}

void falco_event_finish(struct falco_event *event)
{
	if (event->file)
		fput(event->file);
	event->file = NULL;
}

void falco_collect_result(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, event->result);
}

void falco_collect_arg(struct falco_event *event, const struct falco_op *op)
{
	const u8 type = event->plan->types[event->next];
	const u64 value = event->args[op->a];

	/* signed numbers of calls are int, whatever the width of the parameter */
	falco_put_number(event, type == FALCO_T_ERRNO || type == FALCO_T_INT64 ? (u64)(s64)(s32)value : value);
}

void falco_collect_constant(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, op->a);
}

void falco_collect_empty_text(struct falco_event *event, const struct falco_op *op)
{
	falco_put_text(event, "", 0);
}

void falco_collect_flags(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, falco_convert_flags(op->b, event->args[op->a]));
}

void falco_collect_mount_flags(struct falco_event *event, const struct falco_op *op)
{
	const u32 flags = event->args[op->a];

	falco_put_number(event, (flags & 0xffff0000u) == 0xc0ed0000u ? flags & 0xffff : flags);
}

void falco_collect_syscall_id(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, event->syscall_code);
}

void falco_collect_syscall_nr(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, event->native_nr);
}

/* Whether there was anything to read. */
static bool put_user_text(struct falco_event *event, u64 from)
{
	u32 room;
	char *to = (char *)falco_room(event, PATH_BYTES, &room);
	int length = from ? falco_read_user_text(to, from, room) : -1;

	if (length >= 0) {
		falco_put_written(event, length + 1);
		return length > 0;
	}
	/* a null pointer is no text; anything else would have been one */
	if (from)
		event->unreadable++;
	falco_put_empty(event);
	return from;
}

void falco_collect_text(struct falco_event *event, const struct falco_op *op)
{
	put_user_text(event, event->args[op->a]);
}

void falco_collect_text_if_ok(struct falco_event *event, const struct falco_op *op)
{
	put_user_text(event, event->result >= 0 ? event->args[op->a] : 0);
}

void falco_collect_path(struct falco_event *event, const struct falco_op *op)
{
	const u64 user = event->args[op->a];
	u32 bytes;
	const char *copy = event->copies ? falco_copied_path(event->copies, user, &bytes) : NULL;

	if (copy) {
		falco_put_text(event, copy, bytes);
		return;
	}
	/* an empty path names no file: calls with AT_EMPTY_PATH don't copy it */
	if (put_user_text(event, user) && falco_copies_wanted(FALCO_COPY_PATHS))
		event->raced++;
}

static void put_user_bytes(struct falco_event *event, u64 from, u64 count)
{
	u32 room;
	u8 *to = falco_room(event, min_t(u64, count, falco_state.config.snaplen), &room);
	u32 got = falco_read_user_part(to, from, room);

	if (got < room)
		event->unreadable++;
	falco_put_written(event, got);
}

void falco_collect_data_in(struct falco_event *event, const struct falco_op *op)
{
	put_user_bytes(event, event->args[op->a], event->result > 0 ? event->result : 0);
}

void falco_collect_data_out(struct falco_event *event, const struct falco_op *op)
{
	/* what did not go out is of interest too */
	put_user_bytes(event, event->args[op->a], event->result > 0 ? event->result : event->args[op->b]);
}

void falco_collect_bytes(struct falco_event *event, const struct falco_op *op)
{
	put_user_bytes(event, event->args[op->a], event->args[op->b]);
}

/* A number behind a pointer; 0 when there is no pointer, as the call then does without. */
static void put_user_number(struct falco_event *event, u64 from, u32 bytes)
{
	u64 value = 0;

	if (from && !falco_read_user(&value, from, bytes))
		event->unreadable++;
	falco_put_number(event, value);
}

void falco_collect_word32(struct falco_event *event, const struct falco_op *op)
{
	put_user_number(event, event->args[op->a], 4);
}

void falco_collect_word64(struct falco_event *event, const struct falco_op *op)
{
	put_user_number(event, event->args[op->a], 8);
}

void falco_collect_long_word(struct falco_event *event, const struct falco_op *op)
{
	put_user_number(event, event->args[op->a], event->compat ? 4 : 8);
}

void falco_collect_uid_out(struct falco_event *event, const struct falco_op *op)
{
	if (event->result < 0)
		falco_put_empty(event);
	else
		put_user_number(event, event->args[op->a], event->uid16 ? 2 : 4);
}

void falco_collect_timespec(struct falco_event *event, const struct falco_op *op)
{
	const u64 from = event->args[op->a];
	const u32 bytes = event->compat ? 4 : 8;
	u64 seconds, rest;

	if (!from || !falco_read_user_word(event, &seconds, from) || !falco_read_user_word(event, &rest, from + bytes)) {
		if (from)
			event->unreadable++;
		/* all ones: no time */
		falco_put_number(event, ~0ull);
		return;
	}
	falco_put_number(event, seconds * NSEC_PER_SEC + rest);
}

void falco_collect_sigset(struct falco_event *event, const struct falco_op *op)
{
	put_user_number(event, event->args[op->a], 4);
}

/* b: 0 and 1 for long limits, 2 and 3 for those of 64 bits in any call. */
static void put_rlimit(struct falco_event *event, const struct falco_op *op, bool present)
{
	const bool small = event->compat && op->b < 2;
	const u64 from = event->args[op->a];
	u64 value = 0;

	if (!from || !present) {
		falco_put_number(event, ~0ull);
		return;
	}
	if (!falco_read_user(&value, from + (op->b & 1) * (small ? 4 : 8), small ? 4 : 8)) {
		event->unreadable++;
		falco_put_empty(event);
		return;
	}
	falco_put_number(event, small && value == (u32)-1 ? ~0ull : value);
}

void falco_collect_rlimit(struct falco_event *event, const struct falco_op *op)
{
	put_rlimit(event, op, true);
}

void falco_collect_rlimit_out(struct falco_event *event, const struct falco_op *op)
{
	put_rlimit(event, op, event->result >= 0);
}
