// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device: one consumer, its sequence of calls, and that nothing of it outlives close(). Knows no events.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/log2.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "events.h"
#include "state.h"

struct falco_state falco_state = {
	.lock = __MUTEX_INITIALIZER(falco_state.lock),
	.readers = __WAIT_QUEUE_HEAD_INITIALIZER(falco_state.readers),
};

static int probe_open(struct inode *inode, struct file *file)
{
	int error = -EBUSY;

	if (!capable(CAP_SYS_ADMIN))
		return -EPERM;
	mutex_lock(&falco_state.lock);
	if (!falco_state.open) {
		falco_state.open = true;
		falco_state.owner = get_pid(task_tgid(current));
		falco_state.clock_offset_ns = ktime_get_real_ns() - ktime_get_mono_fast_ns();
		falco_state.generation = 0;
		memset(&falco_state.config, 0, sizeof(falco_state.config));
		memset(&falco_state.interest, 0, sizeof(falco_state.interest));
		error = 0;
	}
	mutex_unlock(&falco_state.lock);
	return error;
}

static int probe_release(struct inode *inode, struct file *file)
{
	mutex_lock(&falco_state.lock);
	if (falco_state.started)
		falco_hooks_stop();
	if (falco_state.configured)
		falco_rings_destroy();
	put_pid(falco_state.owner);
	falco_state.owner = NULL;
	falco_state.started = false;
	falco_state.configured = false;
	falco_state.open = false;
	mutex_unlock(&falco_state.lock);
	return 0;
}

static long get_info(void __user *to)
{
	struct falco_probe_info info = {
		.size = sizeof(info),
		.api_major = FALCO_PROBE_API_MAJOR,
		.api_minor = FALCO_PROBE_API_MINOR,
		.possible_cpus = nr_cpu_ids,
		.events_fingerprint = falco_events_fingerprint,
		.clock_offset_ns = falco_state.clock_offset_ns,
		.min_ring_bytes = FALCO_MIN_RING_BYTES,
		.max_ring_bytes = FALCO_MAX_RING_BYTES,
		.hotplug_generation = smp_load_acquire(&falco_state.generation),
		.started = falco_state.started,
		.version = FALCO_PROBE_VERSION,
	};

	return copy_to_user(to, &info, sizeof(info)) ? -EFAULT : 0;
}

static long configure(const void __user *from)
{
	struct falco_probe_config config;
	int error;

	if (falco_state.configured)
		return -EBUSY;
	if (copy_from_user(&config, from, sizeof(config)))
		return -EFAULT;
	if (config.size != sizeof(config) || config.flags || config.snaplen > FALCO_MAX_SNAPLEN ||
	    !is_power_of_2(config.ring_bytes) || config.ring_bytes < FALCO_MIN_RING_BYTES ||
	    config.ring_bytes > FALCO_MAX_RING_BYTES || config.watermark_bytes > config.ring_bytes / 2 ||
	    config.reserved_bytes > config.ring_bytes / 2)
		return -EINVAL;
	falco_state.config = config;
	error = falco_rings_create();
	if (!error)
		smp_store_release(&falco_state.configured, true);
	return error;
}

static long set_interest(const void __user *from)
{
	struct falco_probe_interest interest;
	int i;

	if (!falco_state.configured)
		return -EBUSY;
	if (copy_from_user(&interest, from, sizeof(interest)))
		return -EFAULT;
	/* word by word: the hooks read single bits meanwhile */
	for (i = 0; i < FALCO_PROBE_EVENT_WORDS; i++) {
		WRITE_ONCE(falco_state.interest.sockets[i], interest.sockets[i]);
		WRITE_ONCE(falco_state.interest.events[i], interest.events[i]);
	}
	for (i = 0; i < FALCO_PROBE_SYSCALL_WORDS; i++)
		WRITE_ONCE(falco_state.interest.syscalls[i], interest.syscalls[i]);
	if (falco_state.started)
		falco_names_follow_interest();
	return 0;
}

static long start(void)
{
	int error;

	if (!falco_state.configured || falco_state.started)
		return -EBUSY;
	error = falco_hooks_start();
	falco_state.started = !error;
	return error;
}

static long stop(void)
{
	if (!falco_state.started)
		return -EBUSY;
	falco_hooks_stop();
	falco_state.started = false;
	return 0;
}

static long get_cpus(void __user *to)
{
	struct falco_probe_cpus *cpus;
	long error = 0;
	int number;

	if (!falco_state.configured)
		return -EBUSY;
	cpus = kzalloc(sizeof(*cpus), GFP_KERNEL);
	if (!cpus)
		return -ENOMEM;
	/* before the bits: a ring that comes meanwhile is announced again */
	cpus->generation = smp_load_acquire(&falco_state.generation);
	for_each_possible_cpu(number) {
		if (number < FALCO_PROBE_MAX_CPUS && smp_load_acquire(&falco_state.cpus[number]->has_ring))
			cpus->with_ring[number / 64] |= 1ull << (number % 64);
	}
	if (copy_to_user(to, cpus, sizeof(*cpus)))
		error = -EFAULT;
	kfree(cpus);
	return error;
}

static long probe_ioctl(struct file *file, unsigned int command, unsigned long argument)
{
	void __user *user = (void __user *)argument;
	long result;

	mutex_lock(&falco_state.lock);
	switch (command) {
	case FALCO_PROBE_GET_INFO:
		result = get_info(user);
		break;
	case FALCO_PROBE_CONFIGURE:
		result = configure(user);
		break;
	case FALCO_PROBE_SET_INTEREST:
		result = set_interest(user);
		break;
	case FALCO_PROBE_START:
		result = start();
		break;
	case FALCO_PROBE_STOP:
		result = stop();
		break;
	case FALCO_PROBE_GET_CPUS:
		result = get_cpus(user);
		break;
	default:
		result = -ENOTTY;
	}
	mutex_unlock(&falco_state.lock);
	return result;
}

/* `configured` only ever becomes true while the file is open, so mmap and poll need no lock: it would nest in mmap_lock. */
static int probe_mmap(struct file *file, struct vm_area_struct *vma)
{
	return smp_load_acquire(&falco_state.configured) ? falco_rings_map(vma) : -EBUSY;
}

static __poll_t probe_poll(struct file *file, poll_table *table)
{
	poll_wait(file, &falco_state.readers, table);
	/* pairs with the barrier of falco_ring_commit() */
	smp_mb();
	if (!smp_load_acquire(&falco_state.configured))
		return EPOLLERR;
	return falco_rings_readable() ? EPOLLIN | EPOLLRDNORM : 0;
}

static const struct file_operations probe_operations = {
	.owner = THIS_MODULE,
	.open = probe_open,
	.release = probe_release,
	.unlocked_ioctl = probe_ioctl,
	.compat_ioctl = probe_ioctl,
	.mmap = probe_mmap,
	.poll = probe_poll,
	.llseek = noop_llseek,
};

static struct miscdevice probe_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "falco-probe",
	.fops = &probe_operations,
	.mode = 0600,
};

int falco_device_register(void)
{
	return misc_register(&probe_device);
}

void falco_device_unregister(void)
{
	misc_deregister(&probe_device);
}
