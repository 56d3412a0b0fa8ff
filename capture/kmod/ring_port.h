/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What ring.c needs of its surroundings: the kernel's atomics, or those of the compiler when the ring is tested in
 * userspace. Nothing else may differ between the two builds.
 *
 * "Local" means: producers run on one CPU and can only be interrupted by each other, as by a signal or an interrupt.
 */
#ifndef FALCO_PROBE_RING_PORT_H
#define FALCO_PROBE_RING_PORT_H

#ifdef __KERNEL__

#include <asm/barrier.h>
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/string.h>
#include <linux/types.h>

#define ring_read(p) READ_ONCE(*(p))
#define ring_write(p, v) WRITE_ONCE(*(p), v)
#define ring_load_acquire(p) smp_load_acquire(p)
#define ring_store_release(p, v) smp_store_release(p, v)
/* words of one CPU's producers: against interruption only, so without locking the bus */
#define ring_cmpxchg(p, old, new) cmpxchg_local(p, old, new)
#define ring_local_barrier() barrier()
#define ring_full_barrier() smp_mb()

#else

#include <stdbool.h>
#include <string.h>

#include <linux/types.h>

typedef __u32 u32;
typedef __u64 u64;

/* The test's interrupt: may run another producer wherever a real one could matter. */
void falco_ring_test_interrupt(void);

#define ring_read(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define ring_write(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define ring_load_acquire(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define ring_store_release(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define ring_cmpxchg(p, old, new)                                                                  \
	({                                                                                         \
		__typeof__(*(p)) expected_ = (old);                                                \
		falco_ring_test_interrupt();                                                       \
		__atomic_compare_exchange_n(p, &expected_, new, false, __ATOMIC_SEQ_CST,           \
					    __ATOMIC_RELAXED);                                     \
		falco_ring_test_interrupt();                                                       \
		expected_;                                                                         \
	})
#define ring_local_barrier()                                                                       \
	do {                                                                                       \
		__atomic_signal_fence(__ATOMIC_SEQ_CST);                                           \
		falco_ring_test_interrupt();                                                       \
	} while (0)
#define ring_full_barrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)

#endif

#endif
