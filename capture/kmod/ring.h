/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * One CPU's ring of records: reservation, completion, and what the consumer may be trusted with (nothing). Knows neither
 * events nor memory management, so the same code is tested in userspace.
 *
 * Producers of one ring run on one CPU and may interrupt each other at any instruction. Order of the words:
 *
 *   consumer->position <= producer->reserved <= claimed
 *
 * `claimed` moves by cmpxchg. A claimed record has its header written (busy) before `reserved` covers it; only the outermost
 * of nested producers moves `reserved`, so it never covers a header that an interrupted producer has yet to write.
 */
#ifndef FALCO_PROBE_RING_H
#define FALCO_PROBE_RING_H

#include "falco_probe_abi.h"
#include "ring_port.h"

struct falco_ring {
	unsigned char *data;                   /* `bytes` bytes, mapped twice in a row */
	struct falco_probe_producer *producer; /* read by the consumer */
	struct falco_probe_consumer *consumer; /* written by the consumer at will */
	u64 claimed;
	u32 bytes;                             /* a power of two */
	u32 kept;                              /* bytes that only precious records may use */
	u32 watermark;
	u32 nest;                              /* producers between claim and publication */
	u32 lost;                              /* since the last record */
};

/* Why there is no record; FALCO_RING_OK when there is one. */
enum falco_ring_result { FALCO_RING_OK, FALCO_RING_FULL, FALCO_RING_POSITION };

/* Bytes that a record of `bytes` event bytes takes, header and padding included. */
u32 falco_ring_room(u32 bytes);

/*
 * Reserves a record for an event of exactly `bytes` bytes. On success *event points at them and the record must be
 * completed with falco_ring_commit() before the producer returns to what it interrupted.
 */
enum falco_ring_result falco_ring_reserve(struct falco_ring *ring, u32 bytes, bool precious, unsigned char **event);

/* Makes the record visible. True when it brought the unread bytes over the watermark: wake the consumer. */
bool falco_ring_commit(struct falco_ring *ring, unsigned char *event, u32 bytes);

/* An event was lost; the next record says so. */
void falco_ring_count_lost(struct falco_ring *ring);

/* Whether poll() should report data. A position that makes no sense counts as data, so that the consumer looks. */
bool falco_ring_readable(const struct falco_ring *ring);

#endif
