// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of the current task's identity, memory, groups and credentials. Numbers are those of the initial namespaces
 * unless the name begins with v.
 */
#include <linux/audit.h>
#include <linux/cgroup.h>
#include <linux/cred.h>
#include <linux/kdev_t.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include <linux/tty.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "events.h"
#include "flags.h"
#include "locks.h"
#include "paths.h"

#define CGROUPS_BYTES 4096u
#define CHILD_IN_PIDNS 0x20000000u
#define CAPABILITY_BITS ((1ull << 41) - 1)

void falco_collect_tid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, task_pid_nr(current));
}

void falco_collect_pid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, task_tgid_nr(current));
}

void falco_collect_ptid(struct falco_event *event, const struct falco_op *op)
{
	pid_t parent;

	rcu_read_lock();
	parent = task_pid_nr(rcu_dereference(current->real_parent));
	rcu_read_unlock();
	falco_put_number(event, parent);
}

void falco_collect_vtid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, task_pid_vnr(current));
}

void falco_collect_vpid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, task_tgid_vnr(current));
}

void falco_collect_pgid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, task_pgrp_nr_ns(current, &init_pid_ns));
}

void falco_collect_vpgid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, task_pgrp_vnr(current));
}

void falco_collect_pidns_start(struct falco_event *event, const struct falco_op *op)
{
	struct pid_namespace *space = task_active_pid_ns(current);
	u64 start = 0;

	rcu_read_lock();
	if (space && space->child_reaper)
		start = falco_start_boottime(space->child_reaper);
	rcu_read_unlock();
	falco_put_number(event, start);
}

void falco_collect_fdlimit(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, rlimit(RLIMIT_NOFILE));
}

void falco_collect_faults(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, op->a ? current->min_flt : current->maj_flt);
}

void falco_collect_memory(struct falco_event *event, const struct falco_op *op)
{
	struct mm_struct *mm = current->mm;
	unsigned long pages = 0;

	if (mm && op->a == 0)
		pages = mm->total_vm;
	else if (mm && op->a == 1)
		pages = get_mm_rss(mm);
	else if (mm)
		pages = get_mm_counter(mm, MM_SWAPENTS);
	falco_put_number(event, (u64)pages << (PAGE_SHIFT - 10));
}

void falco_collect_comm(struct falco_event *event, const struct falco_op *op)
{
	char comm[TASK_COMM_LEN];

	/* written by other threads without a lock; its last byte is always NUL */
	memcpy(comm, current->comm, sizeof(comm));
	comm[sizeof(comm) - 1] = 0;
	falco_put_text(event, comm, strlen(comm));
}

/* name=path NUL of each subsystem. In one hierarchy they are mostly the same group, whose path is made once. */
void falco_collect_cgroups(struct falco_event *event, const struct falco_op *op)
{
	u32 room, at = 0, path_at = 0, path_bytes = 0;
	char *to = (char *)falco_room(event, CGROUPS_BYTES, &room);
	struct cgroup *last = NULL;
	struct css_set *groups;
	u32 made;
	int i;

	rcu_read_lock();
	groups = rcu_dereference(current->cgroups);
	for (i = 0; i < CGROUP_SUBSYS_COUNT; i++) {
		struct cgroup_subsys_state *group = groups->subsys[i];
		u32 name_bytes;

		if (!group || !group->ss || !group->cgroup)
			continue;
		name_bytes = strlen(group->ss->name);
		if (at + name_bytes + 2 > room)
			break;
		memcpy(to + at, group->ss->name, name_bytes);
		to[at + name_bytes] = '=';
		if (group->cgroup == last) {
			if (at + name_bytes + 1 + path_bytes > room)
				break;
			memcpy(to + at + name_bytes + 1, to + path_at, path_bytes);
		} else {
			made = falco_cgroup_path(group->cgroup, to + at + name_bytes + 1, room - at - name_bytes - 1);
			if (!made) {
				event->unreadable++;
				continue;
			}
			last = group->cgroup;
			path_at = at + name_bytes + 1;
			path_bytes = made;
		}
		at += name_bytes + 1 + path_bytes;
	}
	rcu_read_unlock();
	falco_put_written(event, at);
}

static u32 namespace_flag(void)
{
	struct pid_namespace *space = task_active_pid_ns(current);

	if (space != &init_pid_ns)
		return CHILD_IN_PIDNS;
	/* the children of a task that asked for it are in another one, though it is not */
	return current->nsproxy && current->nsproxy->pid_ns_for_children != space ? CHILD_IN_PIDNS : 0;
}

void falco_collect_clone_flags(struct falco_event *event, const struct falco_op *op)
{
	const u32 flags = falco_convert_flags(FALCO_FLAGS_clone, event->args[0]);
	const bool new_space = event->args[0] & CLONE_NEWPID;

	falco_put_number(event, flags | (new_space ? CHILD_IN_PIDNS : namespace_flag()));
}

void falco_collect_no_clone_flags(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, namespace_flag());
}

void falco_collect_uid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, from_kuid(&init_user_ns, current_euid()));
}

void falco_collect_gid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, from_kgid(&init_user_ns, current_egid()));
}

void falco_collect_tty(struct falco_event *event, const struct falco_op *op)
{
	spinlock_t *lock = &current->sighand->siglock;
	struct tty_struct *tty;
	unsigned long flags;
	u32 device = 0;

	if (falco_try_lock_irqsave(lock, flags)) {
		tty = current->signal->tty;
		device = tty ? new_encode_dev(tty_devnum(tty)) : 0;
		spin_unlock_irqrestore(lock, flags);
	} else {
		event->unreadable++;
	}
	falco_put_number(event, device);
}

void falco_collect_loginuid(struct falco_event *event, const struct falco_op *op)
{
	falco_put_number(event, from_kuid(&init_user_ns, audit_get_loginuid(current)));
}

/* The kernel numbers capabilities as the format does, up to the last one that the format knows. */
void falco_collect_capabilities(struct falco_event *event, const struct falco_op *op)
{
	const struct cred *cred = current_cred();
	u64 bits;

	if (op->a == 0)
		bits = falco_cap_bits(cred->cap_inheritable);
	else if (op->a == 1)
		bits = falco_cap_bits(cred->cap_permitted);
	else
		bits = falco_cap_bits(cred->cap_effective);
	falco_put_number(event, bits & CAPABILITY_BITS);
}

void falco_collect_exit_status(struct falco_event *event, const struct falco_op *op)
{
	const u32 status = current->exit_code, signal = status & 0x7f;
	u64 value;

	if (op->a == 0)
		value = status;
	else if (op->a == 1)
		value = signal ? 0 : status >> 8 & 0xff;
	else if (op->a == 2)
		value = signal;
	else
		value = status >> 7 & 1;
	falco_put_number(event, value);
}

/*
 * Who inherits the children, as the kernel will decide: another thread of the process, else the next ancestor that asked for
 * it, else the namespace's init; 0 when there is none to inherit.
 */
void falco_collect_reaper(struct falco_event *event, const struct falco_op *op)
{
	struct task_struct *other, *parent, *reaper = NULL;
	struct pid_namespace *space = task_active_pid_ns(current);
	pid_t number = 0;
	int steps;

	rcu_read_lock();
	if (list_empty(&current->children))
		goto out;
	for_each_thread(current, other) {
		if (other != current && !(other->flags & PF_EXITING)) {
			reaper = other;
			goto found;
		}
	}
	reaper = space ? space->child_reaper : NULL;
	if (current->signal->has_child_subreaper) {
		parent = rcu_dereference(current->real_parent);
		/* a chain that is rebuilt meanwhile must not hold us */
		for (steps = 0; steps < 256 && parent != reaper && parent->pid; steps++) {
			if (parent->signal->is_child_subreaper && !(parent->flags & PF_EXITING)) {
				reaper = parent;
				break;
			}
			parent = rcu_dereference(parent->real_parent);
		}
	}
found:
	number = reaper ? task_pid_nr(reaper) : 0;
out:
	rcu_read_unlock();
	falco_put_number(event, number);
}
