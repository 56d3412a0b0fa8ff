/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What race.c and race_calls.c share.
 */
#ifndef TESTS_GUEST_RACE_CALLS_H
#define TESTS_GUEST_RACE_CALLS_H

/* Sizes of writes that tell what the kernel took; the rest of race_check.py's knowledge. */
#define RACE_MODE 1000000u  /* openat2: access mode */
#define RACE_PORT 2000000u  /* sendto, sendmsg: port */
#define RACE_CLONE 3000000u /* clone3: whether CLONE_PARENT_SETTID was set */

void race_calls_start(void);
/* Changes all that the calls below name; runs in another thread. */
void race_rewrite(void);
void race_calls(int rounds);

#endif
