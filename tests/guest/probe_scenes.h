/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of probe_tool with files of their own. Each returns the program's exit status. */
#ifndef TESTS_GUEST_PROBE_SCENES_H
#define TESTS_GUEST_PROBE_SCENES_H

int attack(void);
int stress(char **arguments);
int fork_bomb(int seconds);

#endif
