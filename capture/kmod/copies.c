// SPDX-License-Identifier: GPL-2.0-only
/*
 * See copies.h. A table of fixed size in sets of eight entries, found by the task's address. Which task has which entry lies
 * apart from what was copied, a set in one cache line. Nothing here allocates: probes run where nothing can wait, so paths
 * that are long take a buffer of a pool.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/sched/task_stack.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "copies.h"

#define WAYS 8
#define SET_BITS 7
#define SETS (1 << SET_BITS)
#define SHORT_PATH 176
#define LONG_PATH 4096
#define LONG_PATHS 64
/* Calls name at most two files. */
#define PATHS 2

struct copied_path {
	u64 user;
	u32 bytes;
	int buffer;            /* of the pool; -1: `near` */
	char near[SHORT_PATH];
};

struct falco_copies {
	struct task_struct **owner; /* its word in the set */
	long nr;                    /* in which call */
	u64 flags;
	u8 paths, oldest;
	u8 address_bytes;
	bool has_address, has_flags;
	struct copied_path path[PATHS];
	u8 address[sizeof(struct sockaddr_storage)];
};

struct table {
	/* whose; claimed with cmpxchg, given back with release */
	struct task_struct *owners[SETS][WAYS] ____cacheline_aligned;
	struct falco_copies entries[SETS][WAYS];
	unsigned long taken[BITS_TO_LONGS(LONG_PATHS)];
	char long_paths[LONG_PATHS][LONG_PATH];
};

static struct table *table;

bool falco_copies_create(void)
{
	struct table *memory;

	if (table)
		return true;
	memory = vzalloc(sizeof(*memory));
	/* pairs with the acquire of those who look */
	smp_store_release(&table, memory);
	return memory;
}

void falco_copies_destroy(void)
{
	vfree(table);
	table = NULL;
}

long falco_current_nr(void)
{
	return syscall_get_nr(current, task_pt_regs(current));
}

static void forget_path(struct copied_path *path)
{
	if (path->buffer >= 0)
		clear_bit_unlock(path->buffer, table->taken);
	path->buffer = -1;
}

static void forget(struct falco_copies *copies)
{
	int i;

	for (i = 0; i < copies->paths; i++)
		forget_path(&copies->path[i]);
	copies->paths = 0;
	copies->oldest = 0;
	copies->address_bytes = 0;
	copies->has_address = false;
	copies->has_flags = false;
}

static struct falco_copies *find(struct table *in, const struct task_struct *task)
{
	const u32 set = hash_ptr(task, SET_BITS);
	int way;

	for (way = 0; way < WAYS; way++) {
		if (READ_ONCE(in->owners[set][way]) == task)
			return &in->entries[set][way];
	}
	return NULL;
}

struct falco_copies *falco_copies_claim(struct task_struct *task, long nr)
{
	struct table *in = smp_load_acquire(&table);
	const u32 set = hash_ptr(task, SET_BITS);
	struct falco_copies *copies;
	int way;

	if (!in)
		return NULL;
	copies = find(in, task);
	if (copies) {
		if (copies->nr != nr)
			forget(copies);
		copies->nr = nr;
		return copies;
	}
	for (way = 0; way < WAYS; way++) {
		if (READ_ONCE(in->owners[set][way]) || cmpxchg(&in->owners[set][way], NULL, task))
			continue;
		copies = &in->entries[set][way];
		copies->owner = &in->owners[set][way];
		copies->nr = nr;
		return copies;
	}
	return NULL;
}

struct falco_copies *falco_copies_of_current(void)
{
	struct table *in = smp_load_acquire(&table);
	struct falco_copies *copies = in ? find(in, current) : NULL;

	if (copies && copies->nr != falco_current_nr()) {
		falco_copies_drop(copies);
		return NULL;
	}
	return copies;
}

void falco_copies_drop(struct falco_copies *copies)
{
	forget(copies);
	smp_store_release(copies->owner, NULL);
}

/* A buffer of the pool, or -1. */
static int take_buffer(void)
{
	int number = find_first_zero_bit(table->taken, LONG_PATHS);

	while (number < LONG_PATHS && test_and_set_bit_lock(number, table->taken))
		number = find_next_zero_bit(table->taken, LONG_PATHS, number + 1);
	return number < LONG_PATHS ? number : -1;
}

static char *text_of(const struct copied_path *path)
{
	return path->buffer >= 0 ? table->long_paths[path->buffer] : (char *)path->near;
}

void falco_copy_path(struct falco_copies *copies, const void *user, const char *text)
{
	const u32 bytes = strnlen(text, LONG_PATH);
	struct copied_path *path;

	if (copies->paths < PATHS) {
		path = &copies->path[copies->paths++];
	} else {
		path = &copies->path[copies->oldest];
		copies->oldest = (copies->oldest + 1) % PATHS;
		forget_path(path);
	}
	path->user = 0;
	path->buffer = bytes > SHORT_PATH ? take_buffer() : -1;
	if (bytes > SHORT_PATH && path->buffer < 0)
		return;
	path->user = (u64)(unsigned long)user;
	path->bytes = bytes;
	memcpy(text_of(path), text, bytes);
}

void falco_copy_address(struct falco_copies *copies, const void *address, int bytes)
{
	if (copies->has_address || bytes < 0 || bytes > sizeof(copies->address))
		return;
	memcpy(copies->address, address, bytes);
	copies->address_bytes = bytes;
	copies->has_address = true;
}

void falco_copy_flags(struct falco_copies *copies, u64 flags)
{
	copies->flags = flags;
	copies->has_flags = true;
}

const char *falco_copied_path(const struct falco_copies *copies, u64 user, u32 *bytes)
{
	int i;

	for (i = 0; user && i < copies->paths; i++) {
		if (copies->path[i].user == user) {
			*bytes = copies->path[i].bytes;
			return text_of(&copies->path[i]);
		}
	}
	return NULL;
}

const void *falco_copied_address(const struct falco_copies *copies, u32 *bytes)
{
	*bytes = copies->address_bytes;
	return copies->has_address ? copies->address : NULL;
}

bool falco_copied_flags(const struct falco_copies *copies, u64 *flags)
{
	*flags = copies->flags;
	return copies->has_flags;
}
