// SPDX-License-Identifier: Apache-2.0
/*
 * A program for tests of the kernel module, run in the guest:
 *
 *   probe_tool info                        versions, fingerprint, limits
 *   probe_tool dump OUT SECONDS            all events of some seconds into a capture file
 *   probe_tool dump OUT -- CMD [ARG ...]   all events while a command runs
 *   probe_tool counters -- CMD [ARG ...]   counters by event code after the command
 *   probe_tool attack                      probe_attack.c
 *   probe_tool stress ...                  probe_stress.c
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe_rings.h"
#include "probe_scenes.h"

struct taken {
	unsigned cpu;
	uint32_t bytes;
	unsigned char event[];
};

struct capture {
	struct taken **events;
	size_t count, room;
};

static void keep(void *context, unsigned cpu, const unsigned char *event, uint32_t bytes)
{
	struct capture *capture = context;
	struct taken *taken = malloc(sizeof(*taken) + bytes);

	if (capture->count == capture->room) {
		capture->room = capture->room ? 2 * capture->room : 4096;
		capture->events = realloc(capture->events, capture->room * sizeof(*capture->events));
	}
	must(taken && capture->events, "no memory");
	taken->cpu = cpu;
	taken->bytes = bytes;
	memcpy(taken->event, event, bytes);
	capture->events[capture->count++] = taken;
}

static int by_time(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, (*(struct taken *const *)a)->event, sizeof(x));
	memcpy(&y, (*(struct taken *const *)b)->event, sizeof(y));
	return x < y ? -1 : x > y;
}

static void put(FILE *file, const void *bytes, size_t count)
{
	must(fwrite(bytes, 1, count, file) == count, "can't write");
}

/* One block of a capture: type, length, body, padding, length. */
static void put_block(FILE *file, uint32_t type, const void *head, size_t head_bytes, const void *body, size_t body_bytes)
{
	const uint32_t padding = -(head_bytes + body_bytes) & 3, length = 12 + head_bytes + body_bytes + padding;

	put(file, &type, 4);
	put(file, &length, 4);
	put(file, head, head_bytes);
	put(file, body, body_bytes);
	put(file, "\0\0\0", padding);
	put(file, &length, 4);
}

static void write_capture(const char *path, struct capture *capture, uint32_t cpus)
{
	static const unsigned char section[] = {0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 2, 0, 255, 255, 255, 255, 255, 255, 255, 255};
	unsigned char machine[180] = {0};
	FILE *file = fopen(path, "wb");

	must(file != NULL, "can't write %s", path);
	qsort(capture->events, capture->count, sizeof(*capture->events), by_time);
	memcpy(machine, &cpus, sizeof(cpus));
	gethostname((char *)machine + 20, 127);
	put_block(file, 0x0a0d0d0a, section, sizeof(section), NULL, 0);
	put_block(file, 0x201, machine, sizeof(machine), NULL, 0);
	for (size_t i = 0; i < capture->count; i++) {
		const uint16_t cpu = capture->events[i]->cpu;

		put_block(file, 0x216, &cpu, sizeof(cpu), capture->events[i]->event, capture->events[i]->bytes);
	}
	must(!fclose(file), "can't write %s", path);
}

static void ignore(void *context, unsigned cpu, const unsigned char *event, uint32_t bytes)
{
	(void)context, (void)cpu, (void)event, (void)bytes;
}

/* Reads until the command has ended or the seconds are over. Returns the command's status. */
static int read_while(struct probe *probe, char **arguments, take_fn *take, void *context)
{
	const int seconds = arguments[0] && strcmp(arguments[0], "--") ? atoi(arguments[0]) : 0;
	const time_t end = time(NULL) + seconds;
	struct pollfd wait = {.fd = probe->fd, .events = POLLIN};
	int status = 0;
	pid_t child = -1;

	if (!seconds) {
		must(arguments[0] && arguments[1], "which command?");
		child = fork();
		if (!child) {
			execvp(arguments[1], arguments + 1);
			_exit(127);
		}
	}
	while (child > 0 ? waitpid(child, &status, WNOHANG) == 0 : time(NULL) < end) {
		poll(&wait, 1, 20);
		probe_map(probe);
		probe_read(probe, take, context);
	}
	probe_stop(probe);
	probe_read(probe, take, context);
	return WEXITSTATUS(status);
}

static int dump(char **arguments)
{
	struct capture capture = {0};
	struct probe probe;
	int status;

	probe_open(&probe);
	probe_configure(&probe, 8 << 20, 256 << 10, 1 << 20);
	probe_want_all(&probe);
	probe_start(&probe);
	status = read_while(&probe, arguments + 1, keep, &capture);
	write_capture(arguments[0], &capture, probe.info.possible_cpus);
	return probe_account(&probe) ? status : 3;
}

static int counters(char **arguments)
{
	struct probe probe;
	int status;

	probe_open(&probe);
	probe_configure(&probe, 8 << 20, 0, 0);
	probe_want_all(&probe);
	probe_start(&probe);
	status = read_while(&probe, arguments, ignore, NULL);
	for (unsigned code = 0; code < FALCO_PROBE_EVENTS; code++) {
		uint64_t seen = 0, masked = 0, sent = 0;

		for (unsigned cpu = 0; cpu < probe.info.possible_cpus; cpu++) {
			seen += probe.rings[cpu].counters[code].seen;
			masked += probe.rings[cpu].counters[code].masked;
			sent += probe.rings[cpu].counters[code].sent;
		}
		if (seen)
			printf("%u seen=%llu masked=%llu sent=%llu\n", code, (unsigned long long)seen, (unsigned long long)masked,
			       (unsigned long long)sent);
	}
	return probe_account(&probe) ? status : 3;
}

static int info(void)
{
	struct probe probe;

	probe_open(&probe);
	printf("version %s\napi %u.%u\ncpus %u\nevents_fingerprint %016llx\nclock_offset_ns %llu\nring_bytes %u..%u\n",
	       probe.info.version, probe.info.api_major, probe.info.api_minor, probe.info.possible_cpus,
	       (unsigned long long)probe.info.events_fingerprint, (unsigned long long)probe.info.clock_offset_ns,
	       probe.info.min_ring_bytes, probe.info.max_ring_bytes);
	return 0;
}

int main(int count, char **arguments)
{
	if (count >= 2 && !strcmp(arguments[1], "info"))
		return info();
	if (count >= 4 && !strcmp(arguments[1], "dump"))
		return dump(arguments + 2);
	if (count >= 4 && !strcmp(arguments[1], "counters"))
		return counters(arguments + 2);
	if (count >= 2 && !strcmp(arguments[1], "attack"))
		return attack();
	if (count >= 3 && !strcmp(arguments[1], "stress"))
		return stress(arguments + 2);
	fprintf(stderr, "usage: probe_tool info | dump OUT SECONDS|-- CMD | counters -- CMD | attack | stress SCENE\n");
	return 2;
}
