/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the program `calls` share. */
#ifndef TESTS_GUEST_CALLS_H
#define TESTS_GUEST_CALLS_H

#include <errno.h>

/* The next event line; kept until the end of the program. */
void expect(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A result as an event tells it. */
static inline long result(long value)
{
	return value < 0 ? -errno : value;
}

/* Brings texts into memory: what exec did not come to look at may not be there, and then no event can tell it. */
static inline void touch(char *const *texts)
{
	while (*texts)
		(void)*(volatile char *)*texts++;
}

void socket_calls(void);
void more_calls(void);

#endif
