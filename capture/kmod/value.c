// SPDX-License-Identifier: GPL-2.0-only
/*
 * Values into the event, and bytes out of user memory. Nothing here waits: a page that is not there reads as nothing.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "events.h"

#define HEADER_BYTES 26u
#define TEXT_CHUNK 256u
#define MAX_VALUE 65535u
/* What may be cut leaves room for the values that may not: numbers, ends of connections. */
#define KEPT_BYTES 512u

static void finish_value(struct falco_event *event, u32 count)
{
	u16 length = count;

	memcpy(event->base + HEADER_BYTES + 2 * event->next, &length, sizeof(length));
	event->at += count;
	event->next++;
}

u8 *falco_room(struct falco_event *event, u32 want, u32 *got)
{
	const u32 room = event->limit - event->at;

	*got = min3(want, room > KEPT_BYTES ? room - KEPT_BYTES : 0, MAX_VALUE);
	return event->base + event->at;
}

void falco_put_written(struct falco_event *event, u32 count)
{
	finish_value(event, count);
}

void falco_put_empty(struct falco_event *event)
{
	finish_value(event, 0);
}

void falco_put_bytes(struct falco_event *event, const void *bytes, u32 count)
{
	if (count > event->limit - event->at) {
		event->too_long = true;
		count = 0;
	}
	memcpy(event->base + event->at, bytes, count);
	finish_value(event, count);
}

void falco_put_text(struct falco_event *event, const char *text, u32 count)
{
	if (count >= event->limit - event->at) {
		event->too_long = true;
		finish_value(event, 0);
		return;
	}
	memcpy(event->base + event->at, text, count);
	event->base[event->at + count] = 0;
	finish_value(event, count + 1);
}

void falco_put_number(struct falco_event *event, u64 value)
{
	const u8 type = event->plan->types[event->next];
	const u32 bytes = falco_type_bytes[type];

	/* int and pid_t arguments come in 64-bit registers whose upper halves mean nothing */
	if (type == FALCO_T_FD || type == FALCO_T_PID)
		value = (s64)(s32)value;
	if (bytes > event->limit - event->at) {
		event->too_long = true;
		finish_value(event, 0);
		return;
	}
	/* little endian: the low bytes are the value; behind the limit there is room for the others */
	memcpy(event->base + event->at, &value, sizeof(value));
	finish_value(event, bytes);
}

u32 falco_read_user_part(void *to, u64 from, u32 count)
{
	const void __user *user = (const void __user *)(unsigned long)from;
	unsigned long left = count;

	if (!count || !falco_access_ok(user, count))
		return 0;
	pagefault_disable();
	left = __copy_from_user_inatomic(to, user, count);
	pagefault_enable();
	return count - left;
}

bool falco_read_user(void *to, u64 from, u32 count)
{
	return falco_read_user_part(to, from, count) == count;
}

int falco_read_user_text(char *to, u64 from, u32 limit)
{
	u32 at = 0;

	while (at + 1 < limit) {
		/* up to a page's end: the next page need not be there */
		u32 chunk = min3(limit - 1 - at, TEXT_CHUNK, (u32)(PAGE_SIZE - ((from + at) & (PAGE_SIZE - 1))));
		u32 got = falco_read_user_part(to + at, from + at, chunk);
		char *end = memchr(to + at, 0, got);

		if (end)
			return end - to;
		at += got;
		if (got < chunk)
			return -1;
	}
	if (!limit)
		return -1;
	to[at] = 0;
	return at;
}

bool falco_read_user_word(const struct falco_event *event, u64 *to, u64 from)
{
	*to = 0;
	return falco_read_user(to, from, event->compat ? 4 : 8);
}
