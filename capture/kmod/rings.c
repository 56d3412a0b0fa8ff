// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of the rings: pages per CPU, their two mappings (kernel's and consumer's), CPUs that come later. Does not know
 * what records hold.
 *
 * Counters, positions and scratch exist for each possible CPU, so that what happens on a CPU without a ring is counted too.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/mm.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "state.h"

#define COUNTERS_BYTES PAGE_ALIGN(FALCO_PROBE_EVENTS * sizeof(struct falco_probe_counter))
/* Too large a ring is the caller's error to hear of, not a reason to kill somebody. */
#define RING_GFP (GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN | __GFP_NORETRY)

static void wake_readers(struct irq_work *work)
{
	wake_up_interruptible_poll(&falco_state.readers, EPOLLIN | EPOLLRDNORM);
}

static void free_data(struct falco_cpu *cpu, u32 pages)
{
	u32 i;

	if (cpu->ring.data)
		vunmap(cpu->ring.data);
	cpu->ring.data = NULL;
	for (i = 0; cpu->pages && i < pages && cpu->pages[i]; i++)
		__free_page(cpu->pages[i]);
	kvfree(cpu->pages);
	cpu->pages = NULL;
}

/* The data pages twice in a row, so that neither side ever sees a record split. */
static int create_data(struct falco_cpu *cpu, int node)
{
	const u32 pages = falco_state.config.ring_bytes / PAGE_SIZE;
	u32 i;

	cpu->pages = kvcalloc(2 * (size_t)pages, sizeof(*cpu->pages), GFP_KERNEL);
	if (!cpu->pages)
		return -ENOMEM;
	for (i = 0; i < pages; i++) {
		cpu->pages[i] = alloc_pages_node(node, RING_GFP, 0);
		if (!cpu->pages[i])
			goto failed;
		cpu->pages[pages + i] = cpu->pages[i];
	}
	cpu->ring.data = vmap(cpu->pages, 2 * pages, VM_MAP, PAGE_KERNEL);
	if (!cpu->ring.data)
		goto failed;
	return 0;
failed:
	free_data(cpu, pages);
	return -ENOMEM;
}

static void free_cpu(struct falco_cpu *cpu)
{
	int level;

	if (!cpu)
		return;
	irq_work_sync(&cpu->wake);
	free_data(cpu, falco_state.config.ring_bytes / PAGE_SIZE);
	for (level = 0; level < FALCO_SCRATCH_LEVELS; level++)
		vfree(cpu->scratch[level]);
	vfree(cpu->counters);
	free_page((unsigned long)cpu->ring.producer);
	free_page((unsigned long)cpu->ring.consumer);
	kfree(cpu);
}

static struct falco_cpu *create_cpu(int node)
{
	struct falco_cpu *cpu = kzalloc_node(sizeof(*cpu), GFP_KERNEL, node);

	if (!cpu)
		return NULL;
	init_irq_work(&cpu->wake, wake_readers);
	cpu->ring.producer = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	cpu->ring.consumer = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	cpu->counters = vmalloc_user(COUNTERS_BYTES);
	cpu->ring.bytes = falco_state.config.ring_bytes;
	cpu->ring.kept = falco_state.config.reserved_bytes;
	cpu->ring.watermark = falco_state.config.watermark_bytes;
	if (!cpu->ring.producer || !cpu->ring.consumer || !cpu->counters) {
		free_cpu(cpu);
		return NULL;
	}
	return cpu;
}

/*
 * Runs on each CPU that is or comes online while a consumer is configured. Must not take falco_state.lock (its holder waits
 * for hotplug). A CPU for which there is no memory stays without a ring; its losses are counted.
 */
static int ring_for_cpu(unsigned int number)
{
	struct falco_cpu *cpu = falco_state.cpus[number];
	int level;

	if (cpu->has_ring)
		return 0;
	for (level = 0; level < FALCO_SCRATCH_LEVELS; level++) {
		if (!cpu->scratch[level])
			cpu->scratch[level] = vmalloc_node(FALCO_SCRATCH_BYTES, cpu_to_node(number));
		if (!cpu->scratch[level])
			return 0;
	}
	if (create_data(cpu, cpu_to_node(number)))
		return 0;
	/* pairs with the hooks' and falco_rings_map()'s acquire */
	smp_store_release(&cpu->has_ring, true);
	smp_store_release(&falco_state.generation, falco_state.generation + 1);
	return 0;
}

int falco_rings_create(void)
{
	int number, state;

	falco_state.generation = 0;
	falco_state.cpus = kcalloc(nr_cpu_ids, sizeof(*falco_state.cpus), GFP_KERNEL);
	if (!falco_state.cpus)
		return -ENOMEM;
	for_each_possible_cpu(number) {
		falco_state.cpus[number] = create_cpu(cpu_to_node(number));
		if (!falco_state.cpus[number])
			goto failed;
	}
	state = cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "falco_probe:online", ring_for_cpu, NULL);
	if (state < 0)
		goto failed;
	falco_state.hotplug_state = state;
	for_each_online_cpu(number) {
		if (!smp_load_acquire(&falco_state.cpus[number]->has_ring)) {
			falco_rings_destroy();
			return -ENOMEM;
		}
	}
	return 0;
failed:
	falco_rings_destroy();
	return -ENOMEM;
}

void falco_rings_destroy(void)
{
	int number;

	if (falco_state.hotplug_state)
		cpuhp_remove_state_nocalls(falco_state.hotplug_state);
	falco_state.hotplug_state = 0;
	for_each_possible_cpu(number) {
		if (falco_state.cpus)
			free_cpu(falco_state.cpus[number]);
	}
	kfree(falco_state.cpus);
	falco_state.cpus = NULL;
}

static int map_pages(struct vm_area_struct *vma, struct page **pages, unsigned long count)
{
	unsigned long i;
	int error = 0;

	for (i = 0; i < count && !error; i++)
		error = vm_insert_page(vma, vma->vm_start + i * PAGE_SIZE, pages[i]);
	return error;
}

int falco_rings_map(struct vm_area_struct *vma)
{
	const u64 offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	const u64 number = offset >> 40, region = offset >> 36 & 15;
	const unsigned long bytes = vma->vm_end - vma->vm_start;
	struct falco_cpu *cpu;
	struct page *page;

	if (offset != FALCO_PROBE_OFFSET(number, region) || region >= FALCO_PROBE_REGIONS)
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED))
		return -EACCES;
	if (vma->vm_flags & VM_EXEC || (vma->vm_flags & VM_WRITE && region != FALCO_PROBE_REGION_CONSUMER))
		return -EACCES;
	if (number >= nr_cpu_ids || !falco_state.cpus[number])
		return -ENXIO;
	cpu = falco_state.cpus[number];
	/* pairs with ring_for_cpu() */
	if (!smp_load_acquire(&cpu->has_ring) && region != FALCO_PROBE_REGION_COUNTERS)
		return -ENXIO;

	/* No copy in a child, no growth, and what isn't allowed now is not allowed to mprotect() later either. */
	falco_vm_flags_set(vma, VM_DONTCOPY | VM_DONTEXPAND | VM_DONTDUMP);
	falco_vm_flags_clear(vma, VM_MAYEXEC | (region == FALCO_PROBE_REGION_CONSUMER ? 0 : VM_MAYWRITE));
	switch (region) {
	case FALCO_PROBE_REGION_PRODUCER:
	case FALCO_PROBE_REGION_CONSUMER:
		if (bytes != PAGE_SIZE)
			return -EINVAL;
		page = virt_to_page(region == FALCO_PROBE_REGION_PRODUCER ? (void *)cpu->ring.producer :
									    (void *)cpu->ring.consumer);
		return map_pages(vma, &page, 1);
	case FALCO_PROBE_REGION_DATA:
		if (bytes != 2 * (unsigned long)cpu->ring.bytes)
			return -EINVAL;
		return map_pages(vma, cpu->pages, bytes / PAGE_SIZE);
	default:
		if (bytes != COUNTERS_BYTES)
			return -EINVAL;
		return remap_vmalloc_range(vma, cpu->counters, 0);
	}
}

bool falco_rings_readable(void)
{
	int number;

	for_each_possible_cpu(number) {
		struct falco_cpu *cpu = falco_state.cpus[number];

		if (smp_load_acquire(&cpu->has_ring) && falco_ring_readable(&cpu->ring))
			return true;
	}
	return false;
}
