// SPDX-License-Identifier: GPL-2.0-only
/*
 * 32-bit calls in the form of 64-bit ones, by calls32.def: from here on only pointers into user memory differ
 * (event->compat).
 */
#include <linux/string.h>

#include "events.h"
#include "shapes.h"

/* What can't be known stays the generic event that it is. */
static void unfold_socketcall(struct falco_event *event, const struct falco_syscall **call)
{
	u32 words[6] = {}, which = event->args[0];
	const struct falco_syscall *chosen;
	int i;

	if (!which || which >= FALCO_SOCKETCALLS)
		return;
	chosen = falco_multiplexed(which);
	if (!falco_read_user(words, event->args[1], chosen->shape_operand * sizeof(u32)))
		return;
	*call = chosen;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		event->args[i] = words[i];
}

/* Arguments: call, first, second, third, pointer, fifth. */
static void unfold_ipc(struct falco_event *event, const struct falco_syscall **call)
{
	const u64 first = event->args[1], second = event->args[2], third = event->args[3], pointer = event->args[4];
	u32 which = event->args[0] & 0xffff, word = 0;

	if (!which || which >= FALCO_IPC_CALLS)
		return;
	*call = falco_multiplexed(FALCO_SOCKETCALLS + which);
	event->args[0] = first;
	event->args[1] = second;
	event->args[2] = third;
	switch (which) {
	case 1: /* semop, semtimedop: id, operations, count */
	case 4:
		event->args[1] = pointer;
		event->args[2] = second;
		break;
	case 3: /* semctl: the fourth argument lies behind the pointer */
		if (!falco_read_user(&word, pointer, sizeof(word)))
			word = 0;
		event->args[3] = word;
		break;
	}
}

void falco_unfold32(struct falco_event *event, const struct falco_syscall **call)
{
	const u32 n = (*call)->shape_operand;
	u32 words[6], i;

	switch ((*call)->shape) {
	case FALCO_SHAPE_SIGNED:
		event->args[n] = (s64)(s32)event->args[n];
		break;
	case FALCO_SHAPE_JOIN:
		event->args[n] = (u32)event->args[n] | (u64)(u32)event->args[n + 1] << 32;
		break;
	case FALCO_SHAPE_LLSEEK:
		event->args[1] = event->args[1] << 32 | (u32)event->args[2];
		event->args[2] = event->args[4];
		break;
	case FALCO_SHAPE_OLD_MMAP:
		if (!falco_read_user(words, event->args[0], sizeof(words)))
			memset(words, 0, sizeof(words));
		for (i = 0; i < ARRAY_SIZE(words); i++)
			event->args[i] = words[i];
		break;
	case FALCO_SHAPE_NATIVE:
		event->compat = false;
		break;
	case FALCO_SHAPE_UID16:
		for (i = 0; i < 6; i++) {
			if (n >> i & 1)
				event->args[i] = (u16)event->args[i] == 0xffff ? (u32)-1 : (u16)event->args[i];
		}
		break;
	case FALCO_SHAPE_UID16_OUT:
		event->uid16 = true;
		break;
	case FALCO_SHAPE_SOCKETCALL:
		unfold_socketcall(event, call);
		break;
	case FALCO_SHAPE_IPC:
		unfold_ipc(event, call);
		break;
	}
}
