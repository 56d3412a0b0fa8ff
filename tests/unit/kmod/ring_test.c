// SPDX-License-Identifier: Apache-2.0
/*
 * The module's ring in userspace: one producer that is interrupted, at every point where it matters, by producers that are
 * interrupted themselves, and one consumer in another thread. Nothing may be lost unless the ring is full, nothing doubled,
 * each producer's records in order, every loss told by the next record.
 *
 *   ring_test [RECORDS]
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ring.h"

#define RING_BYTES 65536u
#define DEEPEST 4
#define SMALLEST 32u
#define SPREAD 900u

struct event {
	u64 number; /* of this depth */
	u32 depth, bytes;
};

static struct falco_ring ring;
static struct falco_probe_producer producer;
static struct falco_probe_consumer consumer;
static u64 made[DEEPEST], sent[DEEPEST], lost, wakes;
static unsigned depth, randomness = 1;
static int careful, done;

static void must(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "ring_test: %s\n", what);
	exit(1);
}

static unsigned pick(unsigned below)
{
	randomness = randomness * 1664525 + 1013904223;
	return (randomness >> 8) % below;
}

static void produce(void)
{
	struct event event = {.number = made[depth]++, .depth = depth, .bytes = SMALLEST + pick(SPREAD)};
	unsigned char *to;
	u32 i;

	/* the deepest nesting must fit, so that what is lost would be lost by nesting */
	/* a full ring is one that the consumer empties now and then */
	if (!careful && !depth && made[0] % 128 == 0)
		usleep(10);
	while (careful && !depth && RING_BYTES - (ring.claimed - ring_load_acquire(&consumer.position)) < RING_BYTES / 2)
		usleep(10);
	if (falco_ring_reserve(&ring, event.bytes, false, &to) != FALCO_RING_OK) {
		lost++;
		falco_ring_count_lost(&ring);
		return;
	}
	memcpy(to, &event, sizeof(event));
	ring_local_barrier();
	for (i = sizeof(event); i < event.bytes; i++)
		to[i] = (unsigned char)(event.number + i);
	sent[event.depth]++;
	wakes += falco_ring_commit(&ring, to, event.bytes);
}

void falco_ring_test_interrupt(void)
{
	if (depth + 1 >= DEEPEST || pick(12))
		return;
	depth++;
	produce();
	depth--;
}

struct seen {
	u64 records, lost_before, last[DEEPEST], count[DEEPEST];
};

static void check(struct seen *seen, const struct falco_probe_record *record, u32 bytes)
{
	const unsigned char *at = (const unsigned char *)(record + 1);
	struct event event;
	u32 i;

	memcpy(&event, at, sizeof(event));
	must(event.bytes == bytes && event.depth < DEEPEST, "a record's head is damaged");
	must(!seen->count[event.depth] || event.number > seen->last[event.depth], "records of one producer out of order");
	for (i = sizeof(event); i < bytes; i++)
		must(at[i] == (unsigned char)(event.number + i), "a record's bytes are damaged");
	seen->last[event.depth] = event.number;
	seen->count[event.depth]++;
	seen->records++;
	seen->lost_before += record->lost_before;
}

static void *consume(void *context)
{
	struct seen *seen = context;
	u64 at = 0;

	for (;;) {
		const int last = __atomic_load_n(&done, __ATOMIC_ACQUIRE);
		const u64 end = ring_load_acquire(&producer.reserved);

		must(end - at <= RING_BYTES, "more reserved than there is");
		while (at < end) {
			const struct falco_probe_record *record = (const void *)(ring.data + (at & (RING_BYTES - 1)));
			const u32 state = ring_load_acquire(&record->state);

			if (state & FALCO_PROBE_RECORD_BUSY)
				break;
			check(seen, record, state & FALCO_PROBE_RECORD_BYTES);
			at += falco_ring_room(state & FALCO_PROBE_RECORD_BYTES);
			must(at <= end, "a record reaches beyond what is reserved");
			ring_store_release(&consumer.position, at);
		}
		if (last && at == end)
			return NULL;
	}
}

static void run(u64 records, int with_care)
{
	struct seen seen = {0};
	pthread_t thread;
	u64 all = 0;

	memset(&producer, 0, sizeof(producer));
	memset(&consumer, 0, sizeof(consumer));
	memset(made, 0, sizeof(made));
	memset(sent, 0, sizeof(sent));
	lost = wakes = 0;
	ring.claimed = 0;
	ring.lost = 0;
	careful = with_care;
	done = 0;
	must(!pthread_create(&thread, NULL, consume, &seen), "no thread");
	while (made[0] < records) {
		produce();
		must(producer.reserved == ring.claimed && !ring.nest, "a record waits for the next one to be published");
	}
	__atomic_store_n(&done, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
	for (int i = 0; i < DEEPEST; i++) {
		must(seen.count[i] == sent[i], "records lost or doubled");
		all += sent[i];
	}
	must(made[DEEPEST - 1] > 0, "never nested deepest");
	must(seen.lost_before + ring.lost == lost, "losses told do not add up");
	must(with_care || seen.lost_before > 0, "no record tells of losses");
	must(with_care ? !lost : lost > 0, with_care ? "lost without need" : "the ring was never full");
	must(wakes > 0, "the consumer was never woken");
	printf("%s: sent %llu (nested %llu), lost %llu, wakes %llu\n", with_care ? "roomy" : "full", (unsigned long long)all,
	       (unsigned long long)(all - sent[0]), (unsigned long long)lost, (unsigned long long)wakes);
}

/* Positions that no consumer can have reached, and records that only precious events may have. */
static void check_refusals(void)
{
	unsigned char *to;

	ring.claimed = producer.reserved = 4096;
	consumer.position = 4097;
	must(falco_ring_reserve(&ring, 64, false, &to) == FALCO_RING_POSITION, "a position ahead is believed");
	consumer.position = 4;
	must(falco_ring_reserve(&ring, 64, false, &to) == FALCO_RING_POSITION, "a crooked position is believed");
	consumer.position = (u64)4096 - RING_BYTES - 8;
	must(falco_ring_reserve(&ring, 64, false, &to) == FALCO_RING_POSITION, "a position far behind is believed");
	consumer.position = 4096;
	must(falco_ring_reserve(&ring, RING_BYTES, false, &to) == FALCO_RING_FULL, "a record larger than the ring");
	ring.kept = RING_BYTES - 1024;
	must(falco_ring_reserve(&ring, 1017, false, &to) == FALCO_RING_FULL, "others use what is kept for the precious");
	must(falco_ring_reserve(&ring, 1017, true, &to) == FALCO_RING_OK, "the precious don't get what is kept for them");
	falco_ring_commit(&ring, to, 1017);
	ring.kept = 0;
}

int main(int count, char **arguments)
{
	const u64 records = count > 1 ? strtoull(arguments[1], NULL, 10) : 300000;
	const int memory = memfd_create("ring", 0);
	unsigned char *data = mmap(NULL, 2 * RING_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(memory >= 0 && !ftruncate(memory, RING_BYTES) && data != MAP_FAILED, "no memory");
	for (int i = 0; i < 2; i++)
		must(mmap(data + i * RING_BYTES, RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory, 0) != MAP_FAILED,
		     "no mapping");
	ring = (struct falco_ring){.data = data, .producer = &producer, .consumer = &consumer, .bytes = RING_BYTES, .watermark = 4096};
	run(records, 1);
	run(records, 0);
	depth = DEEPEST; /* no interrupts */
	check_refusals();
	return 0;
}
