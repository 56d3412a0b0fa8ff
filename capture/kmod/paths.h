/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Paths of files and of groups. paths.c has the code.
 */
#ifndef FALCO_PROBE_PATHS_H
#define FALCO_PROBE_PATHS_H

#include <linux/types.h>

struct cgroup;
struct falco_event;
struct path;

/* The path as the current task sees it, as the event's next value; empty when there is none to be had. */
void falco_put_path(struct falco_event *event, const struct path *path);

/* The group's path in its hierarchy, with NUL: bytes written, that one included; 0: none to be had, or no room. RCU held. */
u32 falco_cgroup_path(struct cgroup *group, char *to, u32 room);

#endif
