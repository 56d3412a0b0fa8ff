// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of socket options. A value is told in one of five layouts, chosen by its first byte.
 */
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "events.h"

enum layout { LAYOUT_BYTES, LAYOUT_ERRNO, LAYOUT_U32, LAYOUT_U64, LAYOUT_TIME };

#define OPTION_COOKIE 57
#define OPTION_PEERGROUPS 59
#define OPTION_MEMINFO 55
#define OPTION_LAST_SAME 50
#define MOST_BYTES 1024u

void falco_collect_sockopt_name(struct falco_event *event, const struct falco_op *op)
{
	const u32 option = event->args[op->b];
	u32 name = 0;

	/* the format names options of sockets only, and numbers the first fifty as the kernel does */
	if ((s32)event->args[op->a] != SOL_SOCKET)
		name = 0;
	else if (option <= OPTION_LAST_SAME)
		name = option;
	else if (option == OPTION_PEERGROUPS)
		name = 51;
	else if (option == OPTION_MEMINFO)
		name = 52;
	else if (option == OPTION_COOKIE)
		name = 53;
	falco_put_number(event, name);
}

static enum layout layout_of(u32 level, u32 option, u64 bytes)
{
	if (level != SOL_SOCKET)
		return LAYOUT_BYTES;
	switch (option) {
	case SO_ERROR:
		return LAYOUT_ERRNO;
	case 20: /* SO_RCVTIMEO, SO_SNDTIMEO in their two generations */
	case 21:
	case 66:
	case 67:
		return LAYOUT_TIME;
	case OPTION_COOKIE:
		return LAYOUT_U64;
	case SO_LINGER:
	case SO_PEERCRED:
	case SO_BINDTODEVICE:
	case SO_ATTACH_FILTER:
	case SO_PEERNAME:
	case SO_PEERSEC:
	case OPTION_MEMINFO:
	case OPTION_PEERGROUPS:
		return LAYOUT_BYTES;
	}
	return bytes == 4 ? LAYOUT_U32 : LAYOUT_BYTES;
}

static bool read_time(struct falco_event *event, u32 option, u64 from, u64 *ns)
{
	const u32 width = event->compat && option < 66 ? 4 : 8;
	u64 seconds = 0, rest = 0;

	if (!falco_read_user(&seconds, from, width) || !falco_read_user(&rest, from + width, width))
		return false;
	*ns = seconds * NSEC_PER_SEC + rest * NSEC_PER_USEC;
	return true;
}

static void put_option(struct falco_event *event, u64 from, u64 bytes)
{
	const u32 level = event->args[1], option = event->args[2];
	enum layout layout = layout_of(level, option, bytes);
	u8 value[9] = {layout};
	u32 word = 0, room, got;
	u64 number = 0;
	u8 *to;

	switch (layout) {
	case LAYOUT_ERRNO:
		if (!falco_read_user(&word, from, sizeof(word)))
			goto unreadable;
		/* as results of calls are: negative when it is an error */
		number = -(s64)word;
		break;
	case LAYOUT_U32:
		if (!falco_read_user(&word, from, sizeof(word)))
			goto unreadable;
		number = word;
		break;
	case LAYOUT_U64:
		if (!falco_read_user(&number, from, sizeof(number)))
			goto unreadable;
		break;
	case LAYOUT_TIME:
		if (!read_time(event, option, from, &number))
			goto unreadable;
		break;
	case LAYOUT_BYTES:
		to = falco_room(event, 1 + min_t(u64, bytes, MOST_BYTES), &room);
		if (!room)
			goto unreadable;
		to[0] = layout;
		got = falco_read_user_part(to + 1, from, room - 1);
		falco_put_written(event, 1 + got);
		return;
	}
	memcpy(value + 1, &number, sizeof(number));
	falco_put_bytes(event, value, layout == LAYOUT_U32 ? 5 : 9);
	return;
unreadable:
	event->unreadable++;
	falco_put_empty(event);
}

void falco_collect_sockopt_set(struct falco_event *event, const struct falco_op *op)
{
	if (event->args[op->a])
		put_option(event, event->args[op->a], (u32)event->args[op->b]);
	else
		falco_put_empty(event);
}

static u32 returned_bytes(struct falco_event *event, u8 argument)
{
	u32 bytes = 0;

	if (!falco_read_user(&bytes, event->args[argument], sizeof(bytes)))
		return 0;
	return bytes;
}

void falco_collect_sockopt_get(struct falco_event *event, const struct falco_op *op)
{
	if (event->result < 0 || !event->args[op->a])
		falco_put_empty(event);
	else
		put_option(event, event->args[op->a], returned_bytes(event, op->b));
}

void falco_collect_sockopt_bytes(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, returned_bytes(event, op->a));
}
