// SPDX-License-Identifier: Apache-2.0
/*
 * Changes paths, addresses and structures while the kernel uses them: one thread opens files and connects, another rewrites
 * them meanwhile. race_check.py then compares each event's name with the inode that the kernel found under it.
 *
 *   race ROUNDS      prints "FILE ino" for each of its two files
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "race_calls.h"

static char name[] = "/tmp/race.a";
static struct sockaddr_in address = {.sin_family = AF_INET};
static volatile int stop;

static void *rewrite(void *unused)
{
	(void)unused;
	while (!stop) {
		((volatile char *)name)[10] ^= 'a' ^ 'b';
		((volatile struct sockaddr_in *)&address)->sin_port ^= htons(1);
		race_rewrite();
		for (volatile int i = 0; i < 30; i++)
			;
	}
	return NULL;
}

int main(int count, char **arguments)
{
	const int rounds = count > 1 ? atoi(arguments[1]) : 1000;
	static const char *const files[] = {"/tmp/race.a", "/tmp/race.b"};
	struct stat status;
	pthread_t thread;

	for (int i = 0; i < 2; i++) {
		close(open(files[i], O_CREAT | O_WRONLY, 0600));
		stat(files[i], &status);
		printf("%s %llu\n", files[i], (unsigned long long)status.st_ino);
	}
	fflush(stdout);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(5000);
	race_calls_start();
	pthread_create(&thread, NULL, rewrite, NULL);
	for (int i = 0; i < rounds; i++) {
		const int fd = open(name, O_RDONLY), sock = socket(AF_INET, SOCK_DGRAM, 0);
		struct sockaddr_in peer;
		socklen_t length = sizeof(peer);

		connect(sock, (struct sockaddr *)&address, sizeof(address));
		/* the port that the kernel took, told by the size of a write that nobody gets */
		getpeername(sock, (struct sockaddr *)&peer, &length);
		if (write(-1, "", ntohs(peer.sin_port)) >= 0)
			return 1;
		close(fd);
		close(sock);
	}
	race_calls(rounds / 2);
	stop = 1;
	pthread_join(thread, NULL);
	return 0;
}
