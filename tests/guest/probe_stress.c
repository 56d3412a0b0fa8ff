// SPDX-License-Identifier: Apache-2.0
/*
 * Scenes in which the consumer is slow, stopped, killed or lacks CPUs. What is read and what is counted must agree after each.
 *
 *   stress full SECONDS       every CPU busy with calls, nobody reads: full rings; then all is read
 *   stress fast SECONDS       the same with a reader that does its best, woken by poll()
 *   stress interest SECONDS   the interest changes all the time
 *   stress wait               poll() sleeps while there is nothing and wakes for one event
 *   stress sockets            reads and writes are wanted of sockets only
 *   stress long               data of 65000 bytes
 *   stress bomb SECONDS       probe_bomb.c
 *   stress hold SECONDS       keeps the device open and started, reads nothing (to be stopped or killed)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe_rings.h"
#include "probe_scenes.h"

static void ignore(void *context, unsigned cpu, const unsigned char *event, uint32_t bytes)
{
	(void)context, (void)cpu, (void)event, (void)bytes;
}

/* One process for each CPU that makes calls until it is killed. */
static void start_workers(pid_t *workers, unsigned count)
{
	for (unsigned cpu = 0; cpu < count; cpu++) {
		workers[cpu] = fork();
		if (workers[cpu])
			continue;
		cpu_set_t set;
		char buffer[64];

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		sched_setaffinity(0, sizeof(set), &set);
		for (unsigned i = 0;; i++) {
			const int fd = open("/proc/self/comm", O_RDONLY);

			if (read(fd, buffer, sizeof(buffer)) < 0)
				_exit(1);
			close(fd);
			rename("/tmp/from", "/tmp/to");
			if (i % 100 == 0 && !fork())
				_exit(0);
			while (waitpid(-1, NULL, WNOHANG) > 0)
				;
		}
	}
}

static void stop_workers(const pid_t *workers, unsigned count)
{
	for (unsigned cpu = 0; cpu < count; cpu++) {
		kill(workers[cpu], SIGKILL);
		waitpid(workers[cpu], NULL, 0);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void open_all(struct probe *probe, uint32_t ring_bytes, uint32_t watermark, uint32_t kept)
{
	probe_open(probe);
	probe_configure(probe, ring_bytes, watermark, kept);
	probe_want_all(probe);
	probe_start(probe);
}

static int full(int seconds)
{
	const unsigned count = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t workers[count];
	struct probe probe;
	uint64_t exits_sent = 0, exits_lost = 0;
	int ok;

	open_all(&probe, 256 << 10, 0, 64 << 10);
	start_workers(workers, count);
	/* longer where the machine is slow */
	for (int i = 0; i < seconds || (!probe_totals(&probe).lost_all && i < 20 * seconds); i++)
		sleep(1);
	stop_workers(workers, count);
	probe_stop(&probe);
	probe_read(&probe, ignore, NULL);
	for (unsigned cpu = 0; cpu < probe.info.possible_cpus; cpu++) {
		exits_sent += probe.rings[cpu].counters[186].sent;
		exits_lost += probe.rings[cpu].counters[186].lost[FALCO_PROBE_LOST_FULL];
	}
	printf("exits sent=%llu lost=%llu\n", (unsigned long long)exits_sent, (unsigned long long)exits_lost);
	ok = probe_account(&probe) && probe_totals(&probe).lost[FALCO_PROBE_LOST_FULL] > 0;
	close(probe.fd);
	return !ok;
}

static int fast(int seconds, int wander)
{
	static const unsigned few[] = {3, 307, 5};
	const unsigned count = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t workers[count];
	struct probe probe;
	struct pollfd wait;
	unsigned wakes = 0, rounds = 0;
	const double end = now() + seconds;
	int ok;

	open_all(&probe, 256 << 10, 16 << 10, 64 << 10);
	wait = (struct pollfd){.fd = probe.fd, .events = POLLIN};
	start_workers(workers, count);
	while (now() < end) {
		wakes += poll(&wait, 1, 50) > 0;
		probe_map(&probe);
		probe_read(&probe, ignore, NULL);
		if (wander && ++rounds % 8 == 0)
			probe_want(&probe, few, rounds % 16 ? 3 : 0);
		else if (wander)
			probe_want_all(&probe);
	}
	stop_workers(workers, count);
	probe_stop(&probe);
	probe_read(&probe, ignore, NULL);
	printf("wakes=%u\n", wakes);
	ok = probe_account(&probe);
	close(probe.fd);
	return !ok;
}

static int wait_scene(void)
{
	struct probe probe;
	struct pollfd wait;
	static const unsigned only[] = {277};
	double start;
	int quiet, woken;

	probe_open(&probe);
	probe_configure(&probe, 1 << 20, 0, 0);
	probe_want(&probe, only, 1);
	probe_start(&probe);
	wait = (struct pollfd){.fd = probe.fd, .events = POLLIN};
	start = now();
	quiet = poll(&wait, 1, 300);
	printf("quiet poll: %d after %.3f s\n", quiet, now() - start);
	if (!fork()) {
		usleep(200000);
		mkdir("/tmp/awake", 0700);
		_exit(0);
	}
	start = now();
	woken = poll(&wait, 1, 5000);
	printf("woken poll: %d after %.3f s\n", woken, now() - start);
	if (quiet != 0 || woken != 1 || now() - start > 2 || probe_read(&probe, ignore, NULL) != 1)
		return 1;
	probe_stop(&probe);
	return !probe_account(&probe);
}

/* Reads and writes of sockets only: those of files and pipes are masked. */
static int sockets_scene(void)
{
	static const unsigned both[] = {7, 9};
	struct probe probe;
	int pair[2], file;
	char byte;

	probe_open(&probe);
	probe_configure(&probe, 1 << 20, 0, 0);
	probe_want_of_sockets(&probe, both, 2);
	probe_start(&probe);
	const pid_t child = fork();
	if (!child) {
		file = open("/proc/self/comm", O_RDONLY);
		for (int i = 0; i < 10; i++) {
			if (pread(file, &byte, 0, 0) || read(file, &byte, 1) != 1 || write(-1, "x", 1) >= 0)
				_exit(1);
		}
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) || write(pair[0], "x", 1) != 1 || read(pair[1], &byte, 1) != 1)
			_exit(1);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	probe_stop(&probe);
	return probe_read(&probe, ignore, NULL) != 2 || !probe_account(&probe);
}

static void longest(void *context, unsigned cpu, const unsigned char *event, uint32_t bytes)
{
	uint32_t *most = context;

	(void)cpu, (void)event;
	*most = bytes > *most ? bytes : *most;
}

/* Data as long as an event can carry, with control data besides. */
static int long_scene(void)
{
	static const unsigned codes[] = {9, 49, 53};
	static char data[100000];
	uint32_t most = 0;
	struct probe probe;
	int pair[2];

	probe_open(&probe);
	probe.config.snaplen = 65000;
	probe_configure(&probe, 1 << 20, 0, 0);
	probe_want(&probe, codes, 3);
	probe_start(&probe);
	const pid_t child = fork();
	if (!child) {
		struct iovec vector = {data, sizeof(data)};
		char control[4000];
		struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};

		memset(data, 'x', sizeof(data));
		memset(control, 'c', sizeof(control));
		write(-1, data, sizeof(data));
		socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair);
		sendmsg(pair[0], &(struct msghdr){.msg_iov = &vector, .msg_iovlen = 1}, 0);
		recvmsg(pair[1], &message, 0);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	probe_stop(&probe);
	const uint64_t records = probe_read(&probe, longest, &most);
	printf("%llu records, the longest of %u bytes\n", (unsigned long long)records, most);
	return records != 3 || most < 65000 || most > 65524 || !probe_account(&probe);
}

static int hold(int seconds)
{
	struct probe probe;

	open_all(&probe, 1 << 20, 0, 0);
	printf("holding\n");
	fflush(stdout);
	sleep(seconds);
	return 0;
}

int stress(char **arguments)
{
	const int seconds = arguments[1] ? atoi(arguments[1]) : 2;

	if (!strcmp(arguments[0], "full"))
		return full(seconds);
	if (!strcmp(arguments[0], "fast"))
		return fast(seconds, 0);
	if (!strcmp(arguments[0], "interest"))
		return fast(seconds, 1);
	if (!strcmp(arguments[0], "wait"))
		return wait_scene();
	if (!strcmp(arguments[0], "sockets"))
		return sockets_scene();
	if (!strcmp(arguments[0], "long"))
		return long_scene();
	if (!strcmp(arguments[0], "bomb"))
		return fork_bomb(seconds);
	if (!strcmp(arguments[0], "hold"))
		return hold(seconds);
	fprintf(stderr, "no such scene\n");
	return 2;
}
