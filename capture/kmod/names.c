// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the kernel's own copies of what a call names are taken: another thread can change user memory while a call runs, the
 * copies are what the kernel acted upon.
 *
 *   paths      putname(), to which every call gives back each copy it made, whether it succeeded or not (of getname(), which
 *              makes them, compilers inline copies where no probe sees them)
 *   addresses  where connect(), bind() and the sending calls are judged; where a sender's address goes to the caller
 *   flags      where clone3() and its like begin to work; the child gets them with the tracepoint of fork
 *
 * A call without a copy (no such function in this kernel, no room in the table) has user memory read at its exit, and that is
 * counted (falco_probe_producer.raced).
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/socket.h>
#include <linux/string.h>

#include "compat.h"
#include "copies.h"
#include "events.h"

/* The current task's entry when it is in a call whose event wants copies of this kind and is of interest; else NULL. */
static struct falco_copies *copies_for(u8 kind)
{
	const struct falco_syscall *call;
	long nr;

	/* workers of io_uring have no call of their own */
#ifdef PF_IO_WORKER
	if (current->flags & PF_IO_WORKER)
		return NULL;
#endif
	if (current->flags & PF_KTHREAD)
		return NULL;
	nr = falco_current_nr();
	if (in_ia32_syscall()) {
		call = falco_syscall32_of(nr);
		/* socketcall(): which call it is costs a look at user memory, so take what comes */
		if (nr == 102)
			return kind == FALCO_COPY_ADDRESS ? falco_copies_claim(current, nr) : NULL;
	} else {
		call = falco_syscall_of(nr & ~__X32_SYSCALL_BIT);
	}
	if (!(falco_plans[call->event].copies & kind) || !falco_bit(falco_state.interest.events, call->event))
		return NULL;
	return falco_copies_claim(current, nr);
}

/* (struct filename *copy) */
static int on_putname(struct kprobe *probe, struct pt_regs *regs)
{
	const struct filename *name = (const struct filename *)regs->di;
	struct falco_copies *copies;

	if (IS_ERR_OR_NULL(name) || !name->uptr)
		return 0;
	copies = copies_for(FALCO_COPY_PATHS);
	if (copies)
		falco_copy_path(copies, name->uptr, name->name);
	return 0;
}

/* (struct socket *, struct sockaddr *kernel_copy, int bytes) */
static int on_address(struct kprobe *probe, struct pt_regs *regs)
{
	struct falco_copies *copies = copies_for(FALCO_COPY_ADDRESS);

	if (copies)
		falco_copy_address(copies, (const void *)regs->si, regs->dx);
	return 0;
}

/* (struct socket *, struct msghdr *, int bytes): the header is the kernel's, its name too */
static int on_message(struct kprobe *probe, struct pt_regs *regs)
{
	struct falco_copies *copies = copies_for(FALCO_COPY_ADDRESS);
	const struct msghdr *message = (const void *)regs->si;

	if (copies)
		falco_copy_address(copies, message->msg_name, message->msg_name ? message->msg_namelen : 0);
	return 0;
}

/* (struct sockaddr_storage *kernel_copy, int bytes, ...) */
static int on_sender(struct kprobe *probe, struct pt_regs *regs)
{
	struct falco_copies *copies = copies_for(FALCO_COPY_ADDRESS);

	if (copies)
		falco_copy_address(copies, (const void *)regs->di, regs->si);
	return 0;
}

/* (struct kernel_clone_args *), whose first member are the flags */
static int on_clone(struct kprobe *probe, struct pt_regs *regs)
{
	struct falco_copies *copies = copies_for(FALCO_COPY_FLAGS);

	if (copies)
		falco_copy_flags(copies, *(const u64 *)regs->di);
	return 0;
}

/* The child leaves the same call, with registers that are copies; it does not run yet. */
void falco_names_on_fork(void *data, struct task_struct *parent, struct task_struct *child)
{
	struct falco_copies *copies;
	u64 flags;

	preempt_disable_notrace();
	copies = falco_copies_of_current();
	if (copies && falco_copied_flags(copies, &flags)) {
		copies = falco_copies_claim(child, falco_current_nr());
		if (copies)
			falco_copy_flags(copies, flags);
	}
	preempt_enable_notrace();
}

static struct point {
	const char *function;
	kprobe_pre_handler_t handler;
	u8 kind;
	bool there, missing;
	struct kprobe probe;
} points[] = {
	{"putname", on_putname, FALCO_COPY_PATHS},
	{"security_socket_connect", on_address, FALCO_COPY_ADDRESS},
	{"security_socket_bind", on_address, FALCO_COPY_ADDRESS},
	{"security_socket_sendmsg", on_message, FALCO_COPY_ADDRESS},
	{"move_addr_to_user", on_sender, FALCO_COPY_ADDRESS},
	{FALCO_CLONE_FUNCTION, on_clone, FALCO_COPY_FLAGS},
};

static bool interest_in(u8 kind)
{
	u32 code;

	for (code = 0; code < FALCO_PROBE_EVENTS; code++) {
		if (falco_plans[code].copies & kind && falco_bit(falco_state.interest.events, code))
			return true;
	}
	return false;
}

static void put_in(struct point *point)
{
	int error;

	memset(&point->probe, 0, sizeof(point->probe));
	point->probe.symbol_name = point->function;
	point->probe.pre_handler = point->handler;
	error = register_kprobe(&point->probe);
	WRITE_ONCE(point->there, !error);
	/* asked once for each time the device is open */
	point->missing = error;
	if (error)
		pr_info("falco_probe: no probe on %s (%d): what calls name there is read from user memory\n", point->function, error);
}

bool falco_copies_wanted(u8 kind)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		if (points[i].kind == kind && READ_ONCE(points[i].there))
			return true;
	}
	return false;
}

void falco_names_follow_interest(void)
{
	struct point *point;
	int i;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		point = &points[i];
		/*
		 * Once there they stay until the end: putting them in and out changes the kernel's text, which is no thing
		 * to do at each change of rules. copies_for() looks at the interest.
		 */
		if (point->there || point->missing || !interest_in(point->kind))
			continue;
		if (!falco_copies_create()) {
			pr_info_once("falco_probe: no memory for copies of paths: they are read from user memory\n");
			return;
		}
		put_in(point);
	}
}

void falco_names_stop_copying(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(points); i++) {
		if (points[i].there)
			unregister_kprobe(&points[i].probe);
		WRITE_ONCE(points[i].there, false);
		points[i].missing = false;
	}
}

void falco_names_stop(void)
{
	falco_copies_destroy();
}
