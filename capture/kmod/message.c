// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of data in several buffers: readv and friends, sendmsg and recvmsg. Of sendmmsg and recvmmsg the first message
 * is told.
 */
#include <linux/kernel.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/uio.h>

#include "endpoints.h"
#include "events.h"

/* Descriptors that are passed must not be cut off as data may. */
#define CONTROL_BYTES 4096u

/* A header of a message in the caller's word size: name, length, vector, count, control, length, flags. */
static bool read_header(struct falco_event *event, u64 from)
{
	struct falco_message *message = &event->message;
	u64 words[6];
	u32 small[6];

	if (event->compat) {
		if (!falco_read_user(small, from, sizeof(small)))
			return false;
		message->name = small[0];
		message->name_bytes = small[1];
		message->iov = small[2];
		message->iov_count = small[3];
		message->control = small[4];
		message->control_bytes = small[5];
		return true;
	}
	if (!falco_read_user(words, from, sizeof(words)))
		return false;
	message->name = words[0];
	message->name_bytes = (u32)words[1];
	message->iov = words[2];
	message->iov_count = words[3];
	message->control = words[4];
	message->control_bytes = words[5];
	return true;
}

void falco_message_prepare(struct falco_event *event)
{
	struct falco_message *message = &event->message;
	const u32 header_bytes = event->compat ? 28 : 56;
	u32 transferred;

	message->bytes = event->result;
	if (event->plan->prepare == FALCO_PREPARE_IOV) {
		message->iov = event->args[1];
		message->iov_count = event->args[2];
		message->valid = true;
		return;
	}
	message->valid = read_header(event, event->args[1]);
	if (!message->valid)
		event->unreadable++;
	if (message->valid && event->plan->prepare == FALCO_PREPARE_MMSG && event->result > 0)
		message->bytes = falco_read_user(&transferred, event->args[1] + header_bytes, 4) ? transferred : -1;
}

/* Entry i of the vector. */
static bool read_iov(const struct falco_event *event, u64 i, u64 *base, u64 *bytes)
{
	const u64 width = event->compat ? 4 : 8, from = event->message.iov + 2 * width * i;

	return falco_read_user_word(event, base, from) && falco_read_user_word(event, bytes, from + width);
}

void falco_collect_message_bytes(struct falco_event *event, const struct falco_op *op)
{
	const u64 count = event->message.valid ? min_t(u64, event->message.iov_count, UIO_MAXIOV) : 0;
	u64 i, base, bytes, all = 0;

	for (i = 0; i < count && read_iov(event, i, &base, &bytes); i++)
		all += bytes;
	falco_put_number(event, all);
}

/* At most `most` bytes of all buffers together. */
static void put_gathered(struct falco_event *event, u64 most)
{
	const u64 count = event->message.valid ? min_t(u64, event->message.iov_count, UIO_MAXIOV) : 0;
	u32 room, at = 0, want, got;
	u8 *to = falco_room(event, min_t(u64, most, falco_state.config.snaplen), &room);
	u64 i, base, bytes;

	for (i = 0; i < count && at < room && read_iov(event, i, &base, &bytes); i++) {
		want = min_t(u64, bytes, room - at);
		got = falco_read_user_part(to + at, base, want);
		at += got;
		if (got < want) {
			event->unreadable++;
			break;
		}
	}
	falco_put_written(event, at);
}

void falco_collect_message_in(struct falco_event *event, const struct falco_op *op)
{
	put_gathered(event, event->message.bytes > 0 ? event->message.bytes : 0);
}

void falco_collect_message_out(struct falco_event *event, const struct falco_op *op)
{
	put_gathered(event, event->message.bytes > 0 ? event->message.bytes : U64_MAX);
}

void falco_collect_message_control(struct falco_event *event, const struct falco_op *op)
{
	const struct falco_message *message = &event->message;
	u32 room;
	u8 *to = falco_room(event, min_t(u64, message->control_bytes, CONTROL_BYTES), &room);

	if (event->result < 0 || !message->valid || !message->control)
		room = 0;
	falco_put_written(event, falco_read_user_part(to, message->control, room));
}

static void put_message_tuple(struct falco_event *event, bool inbound)
{
	const struct falco_message *message = &event->message;
	const bool there = falco_event_socket(event, (int)event->args[0]);
	struct sockaddr_storage address;
	const u32 bytes = there ? falco_event_address(event, message->valid ? message->name : 0, message->name_bytes, &address) : 0;

	falco_put_tuple(event, (int)event->args[0], inbound, bytes ? &address : NULL, bytes);
}

void falco_collect_message_tuple_out(struct falco_event *event, const struct falco_op *op)
{
	put_message_tuple(event, false);
}

void falco_collect_message_tuple_in(struct falco_event *event, const struct falco_op *op)
{
	if (event->result < 0)
		falco_put_empty(event);
	else
		put_message_tuple(event, true);
}
