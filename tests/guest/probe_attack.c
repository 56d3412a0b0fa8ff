// SPDX-License-Identifier: Apache-2.0
/*
 * Calls that a hostile or broken consumer might make: each must be refused with the right error, and change nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe_rings.h"
#include "probe_scenes.h"

static int failures;

static void expect(const char *what, int result, int error)
{
	const int seen = result < 0 ? errno : 0;

	if (seen == error)
		return;
	printf("ATTACK %s: %s, expected %s\n", what, strerror(seen), strerror(error));
	failures++;
}

static int map_result(int fd, uint64_t offset, size_t bytes, int protection, int flags)
{
	void *at = mmap(NULL, bytes, protection, flags, fd, (off_t)offset);

	if (at == MAP_FAILED)
		return -1;
	munmap(at, bytes);
	return 0;
}

static void attack_ioctls(int fd)
{
	struct falco_probe_config good = {.size = sizeof(good), .ring_bytes = 1 << 20, .snaplen = 80}, bad;
	struct falco_probe_interest interest = {0};
	struct falco_probe_cpus cpus;

	expect("unknown ioctl", ioctl(fd, _IO('f', 99)), ENOTTY);
	expect("foreign ioctl", ioctl(fd, _IO('s', 1)), ENOTTY);
	expect("info to nowhere", ioctl(fd, FALCO_PROBE_GET_INFO, 16), EFAULT);
	expect("info to the kernel", ioctl(fd, FALCO_PROBE_GET_INFO, 0xffffffff81000000ul), EFAULT);
	expect("start before configure", ioctl(fd, FALCO_PROBE_START), EBUSY);
	expect("stop before configure", ioctl(fd, FALCO_PROBE_STOP), EBUSY);
	expect("interest before configure", ioctl(fd, FALCO_PROBE_SET_INTEREST, &interest), EBUSY);
	expect("cpus before configure", ioctl(fd, FALCO_PROBE_GET_CPUS, &cpus), EBUSY);
	expect("mmap before configure", map_result(fd, 0, 4096, PROT_READ, MAP_SHARED), EBUSY);
	expect("configure from nowhere", ioctl(fd, FALCO_PROBE_CONFIGURE, 16), EFAULT);
#define BAD(field, value)                                                                                               \
	bad = good;                                                                                                     \
	bad.field = value;                                                                                              \
	expect("configure " #field " " #value, ioctl(fd, FALCO_PROBE_CONFIGURE, &bad), EINVAL)
	BAD(size, 0);
	BAD(size, sizeof(good) + 8);
	BAD(ring_bytes, 0);
	BAD(ring_bytes, 4096);
	BAD(ring_bytes, (1 << 20) + 4096);
	BAD(ring_bytes, 1u << 31);
	BAD(ring_bytes, ~0u);
	BAD(watermark_bytes, 1 << 20);
	BAD(reserved_bytes, ~0u);
	BAD(snaplen, ~0u);
	BAD(flags, 1);
#undef BAD
	expect("configure", ioctl(fd, FALCO_PROBE_CONFIGURE, &good), 0);
	expect("configure twice", ioctl(fd, FALCO_PROBE_CONFIGURE, &good), EBUSY);
	expect("interest from nowhere", ioctl(fd, FALCO_PROBE_SET_INTEREST, 16), EFAULT);
	expect("stop before start", ioctl(fd, FALCO_PROBE_STOP), EBUSY);
}

static void attack_maps(int fd, unsigned possible)
{
	const size_t page = 4096, ring = 1 << 20;

	for (unsigned region = 0; region < FALCO_PROBE_REGIONS; region++) {
		const uint64_t offset = FALCO_PROBE_OFFSET(0, region);
		const size_t right = region == FALCO_PROBE_REGION_DATA ? 2 * ring :
				     region == FALCO_PROBE_REGION_COUNTERS ? counters_bytes() : page;
		const int writable = region == FALCO_PROBE_REGION_CONSUMER;
		char *at;

		expect("right length", map_result(fd, offset, right, PROT_READ, MAP_SHARED), 0);
		expect("a page more", map_result(fd, offset, right + page, PROT_READ, MAP_SHARED), EINVAL);
		expect("much more", map_result(fd, offset, right + (64 << 20), PROT_READ, MAP_SHARED), EINVAL);
		if (right > page)
			expect("less", map_result(fd, offset, right - page, PROT_READ, MAP_SHARED), EINVAL);
		expect("inside", map_result(fd, offset + page, right, PROT_READ, MAP_SHARED), EINVAL);
		expect("private", map_result(fd, offset, right, PROT_READ, MAP_PRIVATE), EACCES);
		expect("executable", map_result(fd, offset, right, PROT_READ | PROT_EXEC, MAP_SHARED), EACCES);
		expect("writable", map_result(fd, offset, right, PROT_READ | PROT_WRITE, MAP_SHARED), writable ? 0 : EACCES);
		at = mmap(NULL, right, PROT_READ, MAP_SHARED, fd, (off_t)offset);
		must(at != MAP_FAILED, "mmap region %u", region);
		expect("mprotect to write", mprotect(at, page, PROT_READ | PROT_WRITE), writable ? 0 : EACCES);
		expect("mprotect to execute", mprotect(at, page, PROT_READ | PROT_EXEC), EACCES);
		expect("growth", mremap(at, right, right + page, MREMAP_MAYMOVE) == MAP_FAILED ? -1 : 0, EFAULT);
		if (!writable) {
			/* a write through /proc goes around protections where it may */
			const int memory = open("/proc/self/mem", O_RDWR);

			must(memory >= 0, "/proc/self/mem");
			expect("write through /proc", pwrite(memory, "x", 1, (off_t)(uintptr_t)at), EIO);
			close(memory);
		}
		munmap(at, right);
	}
	expect("no such region", map_result(fd, FALCO_PROBE_OFFSET(0, 9), page, PROT_READ, MAP_SHARED), EINVAL);
	expect("no such cpu", map_result(fd, FALCO_PROBE_OFFSET(possible, 0), page, PROT_READ, MAP_SHARED), ENXIO);
	expect("a cpu beyond all", map_result(fd, FALCO_PROBE_OFFSET(0x3fffff, 0), page, PROT_READ, MAP_SHARED), ENXIO);
}

static void in_child(const char *what, int error, void (*become)(void))
{
	int status;
	const pid_t child = fork();

	if (!child) {
		if (become)
			become();
		_exit(open(FALCO_PROBE_DEVICE, O_RDWR) < 0 ? errno : 0);
	}
	waitpid(child, &status, 0);
	errno = WEXITSTATUS(status);
	expect(what, errno ? -1 : 0, error);
}

static void become_nobody(void)
{
	must(!setgid(65534) && !setuid(65534), "setuid");
}

static void ignore(void *context, unsigned cpu, const unsigned char *event, uint32_t bytes)
{
	(void)context, (void)cpu, (void)event, (void)bytes;
}

/* System calls of another process, for the ring to have something. */
static void make_events(void)
{
	int status;
	const pid_t child = fork();

	if (!child) {
		for (int i = 0; i < 2000; i++)
			close(open("/proc/self/status", O_RDONLY));
		_exit(0);
	}
	waitpid(child, &status, 0);
}

/* Positions out of nowhere: events are lost and counted, nothing else happens, and a sane position mends it. */
static void attack_positions(void)
{
	static const uint64_t lies[] = {1, 7, ~0ull, 1ull << 63, 0xffffffff81000000ull, 1ull << 40};
	struct probe probe;
	struct totals before, after;

	probe_open(&probe);
	probe_configure(&probe, 1 << 20, 0, 0);
	probe_want_all(&probe);
	probe_start(&probe);
	make_events();
	for (size_t i = 0; i < sizeof(lies) / sizeof(*lies); i++) {
		before = probe_totals(&probe);
		for (unsigned cpu = 0; cpu < probe.info.possible_cpus; cpu++) {
			if (probe.rings[cpu].there)
				probe.rings[cpu].consumer->position = lies[i];
		}
		make_events();
		after = probe_totals(&probe);
		errno = EINVAL;
		expect("a position out of nowhere is noticed",
		       after.lost[FALCO_PROBE_LOST_POSITION] > before.lost[FALCO_PROBE_LOST_POSITION] ? 0 : -1, 0);
		expect("nothing is sent then", after.sent == before.sent ? 0 : -1, 0);
	}
	for (unsigned cpu = 0; cpu < probe.info.possible_cpus; cpu++) {
		if (probe.rings[cpu].there)
			probe.rings[cpu].consumer->position = probe.rings[cpu].producer->reserved;
	}
	before = probe_totals(&probe);
	make_events();
	after = probe_totals(&probe);
	expect("a sane position mends it", after.sent > before.sent ? 0 : -1, 0);
	probe_stop(&probe);
	probe_read(&probe, ignore, NULL);
	errno = EINVAL;
	after = probe_totals(&probe);
	expect("counters agree", after.seen == after.masked + after.sent + after.lost_all ? 0 : -1, 0);
	close(probe.fd);
}

int attack(void)
{
	struct falco_probe_info info;
	int fd;

	in_child("unprivileged open", EACCES, become_nobody);
	fd = open(FALCO_PROBE_DEVICE, O_RDWR | O_CLOEXEC);
	must(fd >= 0, "open");
	must(!ioctl(fd, FALCO_PROBE_GET_INFO, &info), "GET_INFO");
	in_child("second open", EBUSY, NULL);
	attack_ioctls(fd);
	attack_maps(fd, info.possible_cpus);
	expect("start", ioctl(fd, FALCO_PROBE_START), 0);
	expect("start twice", ioctl(fd, FALCO_PROBE_START), EBUSY);
	close(fd);
	in_child("open after close", 0, NULL);
	attack_positions();
	printf("ATTACK %d failures\n", failures);
	return failures != 0;
}
