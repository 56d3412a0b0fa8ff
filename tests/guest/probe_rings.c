// SPDX-License-Identifier: Apache-2.0
/* See probe_rings.h. */
#include "probe_rings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

void must(int ok, const char *format, ...)
{
	va_list list;

	if (ok)
		return;
	va_start(list, format);
	fprintf(stderr, "probe_tool: ");
	vfprintf(stderr, format, list);
	fprintf(stderr, " (%s)\n", strerror(errno));
	va_end(list);
	exit(1);
}

size_t counters_bytes(void)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (FALCO_PROBE_EVENTS * sizeof(struct falco_probe_counter) + page - 1) / page * page;
}

void probe_open(struct probe *probe)
{
	memset(probe, 0, sizeof(*probe));
	probe->fd = open(FALCO_PROBE_DEVICE, O_RDWR | O_CLOEXEC);
	must(probe->fd >= 0, "can't open %s", FALCO_PROBE_DEVICE);
	must(!ioctl(probe->fd, FALCO_PROBE_GET_INFO, &probe->info), "GET_INFO");
	probe->rings = calloc(probe->info.possible_cpus, sizeof(*probe->rings));
}

void probe_configure(struct probe *probe, uint32_t ring_bytes, uint32_t watermark, uint32_t kept)
{
	const uint32_t snaplen = probe->config.snaplen ? probe->config.snaplen : 80;

	probe->config = (struct falco_probe_config){.size = sizeof(probe->config), .ring_bytes = ring_bytes,
						    .watermark_bytes = watermark, .reserved_bytes = kept, .snaplen = snaplen};
	/* process life, opens and closes of descriptors: what state can't do without */
	static const unsigned precious[] = {3, 5, 186, 223, 225, 227, 293, 307, 335};
	for (size_t i = 0; i < sizeof(precious) / sizeof(*precious); i++)
		probe->config.precious[precious[i] / 64] |= 1ull << precious[i] % 64;
	must(!ioctl(probe->fd, FALCO_PROBE_CONFIGURE, &probe->config), "CONFIGURE");
	probe_map(probe);
}

static void *map(const struct probe *probe, unsigned cpu, unsigned region, size_t bytes, int protection)
{
	void *at = mmap(NULL, bytes, protection, MAP_SHARED, probe->fd, FALCO_PROBE_OFFSET(cpu, region));

	must(at != MAP_FAILED, "mmap of cpu %u region %u", cpu, region);
	return at;
}

void probe_map(struct probe *probe)
{
	struct falco_probe_cpus cpus;
	size_t page = sysconf(_SC_PAGESIZE);

	must(!ioctl(probe->fd, FALCO_PROBE_GET_CPUS, &cpus), "GET_CPUS");
	for (unsigned cpu = 0; cpu < probe->info.possible_cpus; cpu++) {
		struct ring *ring = &probe->rings[cpu];

		if (!ring->counters)
			ring->counters = map(probe, cpu, FALCO_PROBE_REGION_COUNTERS, counters_bytes(), PROT_READ);
		if (ring->there || !(cpus.with_ring[cpu / 64] >> cpu % 64 & 1))
			continue;
		ring->producer = map(probe, cpu, FALCO_PROBE_REGION_PRODUCER, page, PROT_READ);
		ring->consumer = map(probe, cpu, FALCO_PROBE_REGION_CONSUMER, page, PROT_READ | PROT_WRITE);
		ring->data = map(probe, cpu, FALCO_PROBE_REGION_DATA, 2 * (size_t)probe->config.ring_bytes, PROT_READ);
		ring->there = 1;
	}
}

static void set_interest(struct probe *probe, struct falco_probe_interest *interest)
{
	must(!ioctl(probe->fd, FALCO_PROBE_SET_INTEREST, interest), "SET_INTEREST");
}

void probe_want_all(struct probe *probe)
{
	struct falco_probe_interest interest;

	memset(&interest, 0xff, sizeof(interest));
	memset(interest.sockets, 0, sizeof(interest.sockets));
	set_interest(probe, &interest);
}

void probe_want_of_sockets(struct probe *probe, const unsigned *codes, size_t count)
{
	struct falco_probe_interest interest = {0};

	for (size_t i = 0; i < count; i++) {
		interest.events[codes[i] / 64] |= 1ull << codes[i] % 64;
		interest.sockets[codes[i] / 64] |= 1ull << codes[i] % 64;
	}
	set_interest(probe, &interest);
}

void probe_want(struct probe *probe, const unsigned *codes, size_t count)
{
	struct falco_probe_interest interest = {0};

	for (size_t i = 0; i < count; i++)
		interest.events[codes[i] / 64] |= 1ull << codes[i] % 64;
	set_interest(probe, &interest);
}

void probe_start(struct probe *probe)
{
	must(!ioctl(probe->fd, FALCO_PROBE_START), "START");
}

void probe_stop(struct probe *probe)
{
	must(!ioctl(probe->fd, FALCO_PROBE_STOP), "STOP");
}

uint64_t probe_read(struct probe *probe, take_fn *take, void *context)
{
	uint64_t records = 0;

	for (unsigned cpu = 0; cpu < probe->info.possible_cpus; cpu++) {
		struct ring *ring = &probe->rings[cpu];

		if (!ring->there)
			continue;
		uint64_t end = __atomic_load_n(&ring->producer->reserved, __ATOMIC_ACQUIRE), at = ring->consumer->position;

		while (at < end) {
			const unsigned char *place = ring->data + (at & (probe->config.ring_bytes - 1));
			const struct falco_probe_record *record = (const void *)place;
			uint32_t state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE), bytes = state & FALCO_PROBE_RECORD_BYTES;
			uint64_t ts;
			uint32_t length;

			if (state & FALCO_PROBE_RECORD_BUSY)
				break;
			ring->lost_before += record->lost_before;
			memcpy(&ts, place + sizeof(*record), sizeof(ts));
			memcpy(&length, place + sizeof(*record) + 16, sizeof(length));
			must(bytes >= 26 && length == bytes, "cpu %u: a record of %u bytes with an event of %u", cpu, bytes, length);
			must(ts >= ring->last_ts, "cpu %u: time goes backwards", cpu);
			ring->last_ts = ts;
			take(context, cpu, place + sizeof(*record), bytes);
			ring->records++;
			ring->bytes += bytes;
			records++;
			at += (sizeof(*record) + bytes + FALCO_PROBE_RECORD_ALIGN - 1) & ~(uint64_t)(FALCO_PROBE_RECORD_ALIGN - 1);
		}
		must(at <= end, "cpu %u: a record beyond what is reserved", cpu);
		__atomic_store_n(&ring->consumer->position, at, __ATOMIC_RELEASE);
	}
	return records;
}

struct totals probe_totals(const struct probe *probe)
{
	struct totals all = {0};

	for (unsigned cpu = 0; cpu < probe->info.possible_cpus; cpu++) {
		const struct ring *ring = &probe->rings[cpu];

		for (unsigned code = 0; ring->counters && code < FALCO_PROBE_EVENTS; code++) {
			const struct falco_probe_counter *counter = &ring->counters[code];

			all.seen += counter->seen;
			all.masked += counter->masked;
			all.sent += counter->sent;
			for (int loss = 0; loss < FALCO_PROBE_LOSSES; loss++) {
				all.lost[loss] += counter->lost[loss];
				all.lost_all += counter->lost[loss];
			}
		}
		all.read += ring->records;
		all.lost_before += ring->lost_before;
		if (ring->there) {
			all.raced += ring->producer->raced;
			all.unreadable += ring->producer->unreadable;
		}
	}
	return all;
}

int probe_account(const struct probe *probe)
{
	struct totals all = probe_totals(probe);
	/* what was lost after the last record of a CPU is not told by any record */
	int ok = all.seen == all.masked + all.sent + all.lost_all && all.read == all.sent && all.lost_before <= all.lost_all;

	printf("ACCOUNT seen=%llu masked=%llu sent=%llu lost=%llu full=%llu long=%llu fault=%llu position=%llu noring=%llu read=%llu "
	       "lost_before=%llu raced=%llu unreadable=%llu %s\n",
	       (unsigned long long)all.seen, (unsigned long long)all.masked, (unsigned long long)all.sent,
	       (unsigned long long)all.lost_all, (unsigned long long)all.lost[0], (unsigned long long)all.lost[1],
	       (unsigned long long)all.lost[2], (unsigned long long)all.lost[3], (unsigned long long)all.lost[4],
	       (unsigned long long)all.read, (unsigned long long)all.lost_before, (unsigned long long)all.raced,
	       (unsigned long long)all.unreadable, ok ? "agree" : "DISAGREE");
	fflush(stdout);
	return ok;
}
