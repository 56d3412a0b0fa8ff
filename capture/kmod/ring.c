// SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0
/*
 * See ring.h. Compiled into the module and, as it is, into the userspace test of the ring.
 */
#include "ring.h"

#define HEADER_BYTES ((u32)sizeof(struct falco_probe_record))

static struct falco_probe_record *record_at(const struct falco_ring *ring, u64 position)
{
	return (struct falco_probe_record *)(ring->data + (position & (ring->bytes - 1)));
}

u32 falco_ring_room(u32 bytes)
{
	return (HEADER_BYTES + bytes + FALCO_PROBE_RECORD_ALIGN - 1) & ~(FALCO_PROBE_RECORD_ALIGN - 1);
}

void falco_ring_count_lost(struct falco_ring *ring)
{
	u32 seen;

	do {
		seen = ring_read(&ring->lost);
	} while (ring_cmpxchg(&ring->lost, seen, seen + 1) != seen);
}

static u32 take_lost(struct falco_ring *ring)
{
	u32 seen;

	do {
		seen = ring_read(&ring->lost);
	} while (seen && ring_cmpxchg(&ring->lost, seen, 0) != seen);
	return seen;
}

/* A claim that an interrupting producer made while we published is ours to publish: it saw us and left it. */
static void publish(struct falco_ring *ring)
{
	for (;;) {
		u64 claimed = ring_read(&ring->claimed);

		ring_local_barrier();
		if (ring_read(&ring->nest) == 1)
			ring_store_release(&ring->producer->reserved, claimed);
		ring_write(&ring->nest, ring_read(&ring->nest) - 1);
		ring_local_barrier();
		if (ring_read(&ring->nest) || ring_read(&ring->claimed) == claimed)
			return;
		ring_write(&ring->nest, 1);
		ring_local_barrier();
	}
}

enum falco_ring_result falco_ring_reserve(struct falco_ring *ring, u32 bytes, bool precious, unsigned char **event)
{
	const u32 need = falco_ring_room(bytes);
	const u32 kept = precious ? 0 : ring->kept;
	enum falco_ring_result result;
	struct falco_probe_record *record;
	u64 claimed, used;

	ring_write(&ring->nest, ring_read(&ring->nest) + 1);
	ring_local_barrier();
	for (;;) {
		claimed = ring_read(&ring->claimed);
		/* pairs with the consumer's release: what it read is read before we overwrite it */
		used = claimed - ring_load_acquire(&ring->consumer->position);
		if (used > ring->bytes || used % FALCO_PROBE_RECORD_ALIGN)
			result = FALCO_RING_POSITION;
		else if ((u64)need + kept > ring->bytes - used)
			result = FALCO_RING_FULL;
		else
			result = FALCO_RING_OK;
		if (result == FALCO_RING_OK) {
			if (ring_cmpxchg(&ring->claimed, claimed, claimed + need) == claimed)
				break;
		} else if (ring_read(&ring->claimed) == claimed) {
			/* an interrupting record that was read meanwhile would have put the position past `claimed` */
			publish(ring);
			return result;
		}
	}
	record = record_at(ring, claimed);
	record->lost_before = take_lost(ring);
	ring_write(&record->state, bytes | FALCO_PROBE_RECORD_BUSY);
	ring_local_barrier();
	publish(ring);
	*event = (unsigned char *)(record + 1);
	return FALCO_RING_OK;
}

bool falco_ring_commit(struct falco_ring *ring, unsigned char *event, u32 bytes)
{
	struct falco_probe_record *record = (struct falco_probe_record *)event - 1;
	u64 after, before;

	ring_store_release(&record->state, bytes);
	/*
	 * Pairs with the barrier of poll(): either we see the position with which the consumer went to sleep, or it sees
	 * our record.
	 */
	ring_full_barrier();
	after = ring_read(&ring->producer->reserved) - ring_read(&ring->consumer->position);
	before = after - falco_ring_room(bytes);
	return after > ring->bytes || (after >= ring->watermark && (before < ring->watermark || !before));
}

bool falco_ring_readable(const struct falco_ring *ring)
{
	u64 unread = ring_load_acquire(&ring->producer->reserved) - ring_read(&ring->consumer->position);

	return unread && unread >= ring->watermark;
}
