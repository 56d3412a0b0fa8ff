/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's one state: who consumes, with which settings, and the ring of each CPU. Written under `lock` (settings,
 * start and stop) and by CPU hotplug (a ring appears); read by the hooks without locks.
 */
#ifndef FALCO_PROBE_STATE_H
#define FALCO_PROBE_STATE_H

#include <linux/irq_work.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/wait.h>

#include "falco_probe_abi.h"
#include "ring.h"

#define FALCO_MIN_RING_BYTES (16u * PAGE_SIZE)
#define FALCO_MAX_RING_BYTES (1u << 30)
/* An event must fit into a capture's block of 64 KiB, so data can't be all of it. */
#define FALCO_MAX_SNAPLEN 65000u
#define FALCO_SCRATCH_BYTES 65536u
/* An interrupt's hook may find a task's event half built on this CPU. */
#define FALCO_SCRATCH_LEVELS 2

/* One CPU: present for each possible CPU once configured; the ring itself only once the CPU was online. */
struct falco_cpu {
	struct falco_ring ring;
	bool has_ring;                       /* release: ring.data is complete */
	struct page **pages;                 /* of ring.data, each once */
	struct falco_probe_counter *counters;
	u32 level;                           /* scratch buffers in use */
	u8 *scratch[FALCO_SCRATCH_LEVELS];
	struct irq_work wake;
};

struct falco_state {
	struct mutex lock;
	bool open, configured, started;
	struct pid *owner;                   /* thread group whose events are masked */
	struct falco_probe_config config;
	struct falco_probe_interest interest;
	struct falco_cpu **cpus;             /* nr_cpu_ids entries */
	u32 generation;                      /* rings that came after CONFIGURE */
	u64 clock_offset_ns;
	int hotplug_state;
	wait_queue_head_t readers;
};

extern struct falco_state falco_state;

/* rings.c: memory of the rings. All but falco_rings_map() and falco_rings_poll() under falco_state.lock. */
int falco_rings_create(void);
void falco_rings_destroy(void);
int falco_rings_map(struct vm_area_struct *vma);
bool falco_rings_readable(void);

/* hooks.c: where events come from. */
int falco_hooks_find(void);
int falco_hooks_start(void);
void falco_hooks_stop(void);

/* device.c */
int falco_device_register(void);
void falco_device_unregister(void);

static inline bool falco_bit(const __u64 *words, u32 bit)
{
	return READ_ONCE(words[bit / 64]) >> (bit % 64) & 1;
}

#endif
