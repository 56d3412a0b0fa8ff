// SPDX-License-Identifier: Apache-2.0
/*
 * A fork bomb of an ordinary user within a limit of processes, while its events are read: every process forks as often as it
 * may, and most of those that may not any more end. What is read and what is counted must agree, and births and deaths be seen.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe_rings.h"
#include "probe_scenes.h"

#define USER 65534
#define MOST 300
#define CLONE_CODE 223
#define EXIT_CODE 186

static void ignore(void *context, unsigned cpu, const unsigned char *event, uint32_t bytes)
{
	(void)context, (void)cpu, (void)event, (void)bytes;
}

static void become_user(void)
{
	const struct rlimit limit = {MOST, MOST};

	must(!setrlimit(RLIMIT_NPROC, &limit) && !setgid(USER) && !setuid(USER), "setuid");
}

static void bomb(void)
{
	become_user();
	srand(getpid());
	for (;;) {
		if (fork() < 0 && errno == EAGAIN && rand() % 4)
			_exit(0);
	}
}

/* One signal reaches all of the user's processes: none forks once it has it. */
static void end_bomb(void)
{
	if (!fork()) {
		become_user();
		kill(-1, SIGKILL);
		_exit(0);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static uint64_t count_of(const struct probe *probe, unsigned code)
{
	uint64_t seen = 0;

	for (unsigned cpu = 0; cpu < probe->info.possible_cpus; cpu++)
		seen += probe->rings[cpu].counters[code].seen;
	return seen;
}

int fork_bomb(int seconds)
{
	const time_t start = time(NULL);
	struct probe probe;
	struct pollfd wait;
	uint64_t births, deaths;
	int ok;

	probe_open(&probe);
	probe_configure(&probe, 1 << 20, 64 << 10, 256 << 10);
	probe_want_all(&probe);
	probe_start(&probe);
	wait = (struct pollfd){.fd = probe.fd, .events = POLLIN};
	/* orphans come to us, for the limit counts the dead until somebody has waited for them */
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "subreaper");
	if (!fork())
		bomb();
	/* longer where the machine is slow: until as many have ended as can be at once */
	while (time(NULL) < start + seconds || (count_of(&probe, EXIT_CODE) <= MOST && time(NULL) < start + 20 * seconds)) {
		poll(&wait, 1, 20);
		probe_read(&probe, ignore, NULL);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	end_bomb();
	probe_stop(&probe);
	probe_read(&probe, ignore, NULL);
	births = count_of(&probe, CLONE_CODE);
	deaths = count_of(&probe, EXIT_CODE);
	printf("clone=%llu procexit=%llu\n", (unsigned long long)births, (unsigned long long)deaths);
	ok = probe_account(&probe) && deaths > MOST && births > 2 * deaths - MOST;
	close(probe.fd);
	return !ok;
}
