/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of the kernel's own copies: one entry for each task within a call. names.c fills it, collectors look into it.
 * Everything but create and destroy is called with preemption off, for the current task or for a child that does not run yet.
 */
#ifndef FALCO_PROBE_COPIES_H
#define FALCO_PROBE_COPIES_H

#include <linux/sched.h>
#include <linux/types.h>

struct falco_copies;

/* True when the table is there, made by this call or an earlier one. */
bool falco_copies_create(void);
/* Only when nothing looks any more. */
void falco_copies_destroy(void);

/* The entry of this task for this call, made anew when what is there belongs to an earlier one. NULL: no room, or no table. */
struct falco_copies *falco_copies_claim(struct task_struct *task, long nr);
/* NULL: none for the call that the current task is in. */
struct falco_copies *falco_copies_of_current(void);
void falco_copies_drop(struct falco_copies *copies);

void falco_copy_path(struct falco_copies *copies, const void *user, const char *text);
/* The first address of a call stays: it is that of the first message. bytes 0: the kernel found that there is none. */
void falco_copy_address(struct falco_copies *copies, const void *address, int bytes);
void falco_copy_flags(struct falco_copies *copies, u64 flags);

/* NULL: no copy of what the call found there. */
const char *falco_copied_path(const struct falco_copies *copies, u64 user, u32 *bytes);
/* NULL: no copy; *bytes 0: the kernel saw no address. */
const void *falco_copied_address(const struct falco_copies *copies, u32 *bytes);
bool falco_copied_flags(const struct falco_copies *copies, u64 *flags);

/* The number of the call that the current task is in. */
long falco_current_nr(void);

#endif
