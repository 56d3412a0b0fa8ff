// SPDX-License-Identifier: Apache-2.0
/*
 * Calls whose structures and addresses change while the kernel uses them. After each a write that nobody gets tells by its size
 * what the kernel really took: RACE_* + that. race_check.py compares.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "race_calls.h"

#define FIRST_PORT 5000
#define SENDER_PORT 5002

static struct open_how how;
static struct sockaddr_in to = {.sin_family = AF_INET}, from;
static volatile int parent_tid;
static struct clone_args clone3_args = {.exit_signal = SIGCHLD, .parent_tid = (uintptr_t)&parent_tid};

void race_rewrite(void)
{
	((volatile struct open_how *)&how)->flags ^= O_WRONLY;
	((volatile struct sockaddr_in *)&to)->sin_port ^= htons(1);
	((volatile struct sockaddr_in *)&from)->sin_port ^= htons(1);
	((volatile struct clone_args *)&clone3_args)->flags ^= CLONE_PARENT_SETTID;
}

static void tell(unsigned kind, unsigned value)
{
	if (write(-1, "", kind + value) >= 0)
		exit(1);
}

static int bound(unsigned port)
{
	const struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address))) {
		perror("bind");
		exit(1);
	}
	return fd;
}

/* Who got the message; it may be on its way still. */
static void receive(const int *receivers)
{
	for (long tries = 0; tries < 1000000; tries++) {
		const unsigned i = tries % 2;
		socklen_t length = sizeof(from);
		char byte;

		if (recvfrom(receivers[i], &byte, 1, MSG_DONTWAIT, (struct sockaddr *)&from, &length) == 1) {
			tell(RACE_PORT, FIRST_PORT + i);
			return;
		}
	}
	fprintf(stderr, "a message did not arrive\n");
	exit(1);
}

static void open_round(void)
{
	const int fd = syscall(SYS_openat2, AT_FDCWD, "/tmp/race.a", &how, sizeof(how));

	tell(RACE_MODE, fcntl(fd, F_GETFL) & O_ACCMODE);
	close(fd);
}

static void clone_round(void)
{
	parent_tid = 0;
	const long child = syscall(SYS_clone3, &clone3_args, sizeof(clone3_args));

	if (!child)
		syscall(SYS_exit_group, 0);
	waitpid(child, NULL, 0);
	tell(RACE_CLONE, parent_tid != 0);
}

void race_calls(int rounds)
{
	const int receivers[2] = {bound(FIRST_PORT), bound(FIRST_PORT + 1)}, sender = bound(SENDER_PORT);
	struct iovec vector = {"x", 1};

	for (int i = 0; i < rounds; i++) {
		const struct msghdr message = {.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &vector, .msg_iovlen = 1};

		open_round();
		if (sendto(sender, "x", 1, 0, (struct sockaddr *)&to, sizeof(to)) != 1)
			exit(1);
		receive(receivers);
		if (sendmsg(sender, &message, 0) != 1)
			exit(1);
		receive(receivers);
		if (i % 8 == 0)
			clone_round();
	}
}

void race_calls_start(void)
{
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(FIRST_PORT);
}
