// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of calls whose arguments mean something else for each request: ptrace, prctl, keyctl, fsconfig.
 */
#include <linux/kernel.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <linux/string.h>

#include "events.h"

#define TEXT_BYTES 4096u
#define BINARY_BYTES 1024u

/* A value in layout 0 (a number) or 1 (a signal). */
static void put_number_dyn(struct falco_event *event, u64 number)
{
	u8 value[9] = {0};

	memcpy(value + 1, &number, sizeof(number));
	falco_put_bytes(event, value, sizeof(value));
}

static void put_signal_dyn(struct falco_event *event, u8 signal)
{
	const u8 value[2] = {1, signal};

	falco_put_bytes(event, value, sizeof(value));
}

void falco_collect_ptrace_addr(struct falco_event *event, const struct falco_op *op)
{
	put_number_dyn(event, event->args[2]);
}

void falco_collect_ptrace_data(struct falco_event *event, const struct falco_op *op)
{
	u64 word;

	switch ((long)event->args[0]) {
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
	case PTRACE_PEEKUSR:
		/* the word that was read lies behind the pointer */
		if (event->result >= 0 && falco_read_user_word(event, &word, event->args[3]))
			put_number_dyn(event, word);
		else
			falco_put_empty(event);
		break;
	case PTRACE_CONT:
	case PTRACE_SINGLESTEP:
	case PTRACE_DETACH:
	case PTRACE_SYSCALL:
		put_signal_dyn(event, event->args[3]);
		break;
	default:
		put_number_dyn(event, event->args[3]);
	}
}

static void put_text(struct falco_event *event, u64 from, bool dyn)
{
	u32 room;
	char *to = (char *)falco_room(event, TEXT_BYTES, &room);
	int length;

	if (room < 2) {
		falco_put_empty(event);
		return;
	}
	/* with the layout's number in front */
	to[0] = 1;
	length = falco_read_user_text(to + dyn, from, room - dyn);
	if (length < 0) {
		event->unreadable++;
		falco_put_empty(event);
		return;
	}
	falco_put_written(event, dyn + length + 1);
}

void falco_collect_prctl_text(struct falco_event *event, const struct falco_op *op)
{
	const bool name = event->args[0] == PR_SET_NAME || (event->args[0] == PR_GET_NAME && event->result >= 0);

	if (name)
		put_text(event, event->args[1], false);
	else
		falco_put_text(event, "", 0);
}

void falco_collect_prctl_number(struct falco_event *event, const struct falco_op *op)
{
	u64 number = 0;
	u32 word = 0;

	switch (event->args[0]) {
	case PR_SET_NAME:
	case PR_GET_NAME:
		break;
	case PR_GET_CHILD_SUBREAPER:
		if (event->result >= 0 && falco_read_user(&word, event->args[1], sizeof(word)))
			number = word;
		break;
	default:
		number = event->args[1];
	}
	falco_put_number(event, number);
}

/* Which arguments of a keyctl operation are texts: bits by argument number. */
static u32 keyctl_texts(u32 operation)
{
	switch (operation) {
	case 1: /* JOIN_SESSION_KEYRING: name */
		return 1 << 1;
	case 10: /* SEARCH, RESTRICT_KEYRING: type, description or restriction */
	case 29:
		return 1 << 2 | 1 << 3;
	}
	return 0;
}

void falco_collect_keyctl(struct falco_event *event, const struct falco_op *op)
{
	const u64 argument = event->args[op->a];

	if (keyctl_texts(event->args[0]) >> op->a & 1 && argument)
		put_text(event, argument, true);
	else
		put_number_dyn(event, argument);
}

enum { FSCONFIG_STRING = 1, FSCONFIG_BINARY = 2, FSCONFIG_PATH = 3, FSCONFIG_EMPTY_PATH = 4 };

void falco_collect_fsconfig_bytes(struct falco_event *event, const struct falco_op *op)
{
	/* of this command argument 4 is the size */
	u64 bytes = event->args[1] == FSCONFIG_BINARY ? min_t(u64, (u32)event->args[4], BINARY_BYTES) : 0;
	u32 room;
	u8 *to = falco_room(event, bytes, &room);

	falco_put_written(event, falco_read_user_part(to, event->args[op->a], room));
}

void falco_collect_fsconfig_text(struct falco_event *event, const struct falco_op *op)
{
	switch (event->args[1]) {
	case FSCONFIG_STRING:
	case FSCONFIG_PATH:
	case FSCONFIG_EMPTY_PATH:
		put_text(event, event->args[op->a], false);
		break;
	default:
		falco_put_empty(event);
	}
}
