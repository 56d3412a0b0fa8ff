/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin locks of the kernel that collectors need. Hooks run with preemption off; where these locks sleep (PREEMPT_RT) one can
 * only be tried, and who does not get it leaves the value empty and counts it as unreadable.
 */
#ifndef FALCO_PROBE_LOCKS_H
#define FALCO_PROBE_LOCKS_H

#include <linux/spinlock.h>

#ifdef CONFIG_PREEMPT_RT
#define falco_try_lock(lock) spin_trylock(lock)
#define falco_try_lock_irqsave(lock, flags) spin_trylock_irqsave(lock, flags)
#else
#define falco_try_lock(lock)                                                                                            \
	({                                                                                                              \
		spin_lock(lock);                                                                                        \
		true;                                                                                                   \
	})
#define falco_try_lock_irqsave(lock, flags)                                                                             \
	({                                                                                                              \
		spin_lock_irqsave(lock, flags);                                                                         \
		true;                                                                                                   \
	})
#endif

#endif
