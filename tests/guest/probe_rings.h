/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device as a test program sees it: opened, set up, rings mapped and read. Plain and slow; the product's reader is another.
 */
#ifndef TESTS_GUEST_PROBE_RINGS_H
#define TESTS_GUEST_PROBE_RINGS_H

#include <stddef.h>
#include <stdint.h>

#include "falco_probe_abi.h"

struct ring {
	int there;
	const struct falco_probe_producer *producer;
	struct falco_probe_consumer *consumer;
	const unsigned char *data;
	const struct falco_probe_counter *counters;
	uint64_t records, lost_before, bytes; /* read so far */
	uint64_t last_ts;
};

struct probe {
	int fd;
	struct falco_probe_info info;
	struct falco_probe_config config;
	struct ring *rings; /* info.possible_cpus */
};

struct totals {
	uint64_t seen, masked, sent, lost[FALCO_PROBE_LOSSES], lost_all, read, lost_before, raced, unreadable;
};

/* Ends the program with a message when `ok` is false. */
void must(int ok, const char *format, ...) __attribute__((format(printf, 2, 3)));

void probe_open(struct probe *probe);
/* config.snaplen may have been set before. */
void probe_configure(struct probe *probe, uint32_t ring_bytes, uint32_t watermark, uint32_t kept);
/* Maps the rings that came since. */
void probe_map(struct probe *probe);
void probe_want_all(struct probe *probe);
void probe_want(struct probe *probe, const unsigned *codes, size_t count);
void probe_want_of_sockets(struct probe *probe, const unsigned *codes, size_t count);
void probe_start(struct probe *probe);
void probe_stop(struct probe *probe);
size_t counters_bytes(void);

/* Takes what is complete now: calls `take` for each event. Returns the number of records. */
typedef void take_fn(void *context, unsigned cpu, const unsigned char *event, uint32_t bytes);
uint64_t probe_read(struct probe *probe, take_fn *take, void *context);

struct totals probe_totals(const struct probe *probe);
/* Prints one line; after a stop and a full read: whether the sums agree. */
int probe_account(const struct probe *probe);

#endif
