// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where events come from: the end of system calls, successful exec, the end of threads. Decides by the interest mask before
 * anything is read, builds, and hands the bytes to this CPU's ring. Does not know how values are collected.
 *
 * There is no hook at the start of system calls: an exit event carries the call's arguments. Operations that io_uring does
 * without a system call are not seen.
 */
#include <linux/kernel.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

#include <asm/local64.h>

#include "compat.h"
#include "copies.h"
#include "events.h"
#include "state.h"

/* A CPU's counters are written by that CPU only; an interrupt may write the same one. */
static void count(__u64 *counter)
{
	local64_inc((local64_t *)counter);
}

static void add(__u64 *counter, u32 n)
{
	if (n)
		local64_add(n, (local64_t *)counter);
}

static bool is_exec(u32 code)
{
	return code == FALCO_CODE_EXECVE || code == FALCO_CODE_EXECVEAT;
}

/* Whether anybody wants this event; counts it. Called with preemption off, as all that touches this CPU's state. */
static bool wanted(struct falco_cpu *cpu, u32 code, u32 syscall_code)
{
	struct falco_probe_counter *counter = &cpu->counters[code];
	bool interest = falco_bit(falco_state.interest.events, code) &&
			(code != FALCO_CODE_GENERIC || falco_bit(falco_state.interest.syscalls, syscall_code));

	count(&counter->seen);
	if (interest && task_tgid(current) != falco_state.owner)
		return true;
	count(&counter->masked);
	return false;
}

/* Some events are wanted of sockets only: reads and writes, whose descriptor is the first argument. */
static bool is_other_than_socket(struct falco_cpu *cpu, struct falco_event *event)
{
	struct file *file;

	if (!falco_bit(falco_state.interest.sockets, event->code))
		return false;
	file = falco_event_file(event, event->args[0]);
	if (file && S_ISSOCK(file_inode(file)->i_mode))
		return false;
	count(&cpu->counters[event->code].masked);
	return true;
}

static void lose(struct falco_cpu *cpu, u32 code, enum falco_probe_loss loss)
{
	count(&cpu->counters[code].lost[loss]);
	falco_ring_count_lost(&cpu->ring);
}

static void send(struct falco_cpu *cpu, struct falco_event *event)
{
	const bool precious = falco_bit(falco_state.config.precious, event->code);
	enum falco_probe_loss loss;
	unsigned char *to;

	if (!falco_event_build(event, &loss)) {
		lose(cpu, event->code, loss);
		return;
	}
	add(&cpu->ring.producer->unreadable, event->unreadable);
	add(&cpu->ring.producer->raced, event->raced);
	switch (falco_ring_reserve(&cpu->ring, event->at, precious, &to)) {
	case FALCO_RING_FULL:
		lose(cpu, event->code, FALCO_PROBE_LOST_FULL);
		return;
	case FALCO_RING_POSITION:
		lose(cpu, event->code, FALCO_PROBE_LOST_POSITION);
		return;
	case FALCO_RING_OK:
		break;
	}
	memcpy(to, event->base, event->at);
	count(&cpu->counters[event->code].sent);
	if (falco_ring_commit(&cpu->ring, to, event->at))
		irq_work_queue(&cpu->wake);
}

static void produce(struct falco_cpu *cpu, struct falco_event *event)
{
	/* pairs with ring_for_cpu() */
	if (!smp_load_acquire(&cpu->has_ring)) {
		lose(cpu, event->code, FALCO_PROBE_LOST_NO_RING);
		return;
	}
	if (cpu->level >= FALCO_SCRATCH_LEVELS) {
		lose(cpu, event->code, FALCO_PROBE_LOST_FULL);
		return;
	}
	event->base = cpu->scratch[cpu->level];
	event->limit = FALCO_SCRATCH_BYTES - 32;
	event->plan = &falco_plans[event->code];
	cpu->level++;
	barrier();
	send(cpu, event);
	barrier();
	cpu->level--;
}

/*
 * Which call it was. 32-bit and x32 calls need their arguments for that, so those are read here and *decoded is set; for all
 * others they are only read once the event is wanted.
 */
static const struct falco_syscall *call_of(struct falco_event *event, struct pt_regs *regs, bool *decoded)
{
	const u32 nr = syscall_get_nr(current, regs);
	const struct falco_syscall *call;
	unsigned long registers[6];
	int i;

	*decoded = false;
	if (likely(!in_ia32_syscall()))
		return falco_syscall_of(nr & ~__X32_SYSCALL_BIT);
	*decoded = true;
	memset(event, 0, sizeof(*event));
	event->compat = true;
	falco_syscall_arguments(regs, registers);
	for (i = 0; i < ARRAY_SIZE(registers); i++)
		event->args[i] = (u32)registers[i];
	call = falco_syscall32_of(nr);
	falco_unfold32(event, &call);
	return call;
}

static void decode(struct falco_event *event, struct pt_regs *regs)
{
	unsigned long registers[6];
	int i;

	memset(event, 0, sizeof(*event));
	/* x32: 64-bit registers, 4-byte pointers in memory */
	event->compat = syscall_get_nr(current, regs) & __X32_SYSCALL_BIT;
	falco_syscall_arguments(regs, registers);
	for (i = 0; i < ARRAY_SIZE(registers); i++)
		event->args[i] = registers[i];
}

static void on_sys_exit(void *data, struct pt_regs *regs, long result)
{
	const struct falco_syscall *call;
	struct falco_copies *copies;
	struct falco_event event;
	struct falco_cpu *cpu;
	bool decoded;

	/* no call: what rt_sigreturn() restored, or a call that a tracer suppressed */
	if (syscall_get_nr(current, regs) < 0)
		return;
	/* newer kernels call with preemption on */
	preempt_disable_notrace();
	cpu = falco_state.cpus[smp_processor_id()];
	call = call_of(&event, regs, &decoded);
	/* socketcall() copies whatever its call is, so what it does not want has to go, too */
	copies = decoded || falco_plans[call->event].copies ? falco_copies_of_current() : NULL;
	/* exec that succeeded was reported by on_exec() */
	if ((result || !is_exec(call->event)) && wanted(cpu, call->event, call->code)) {
		if (!decoded)
			decode(&event, regs);
		event.code = call->event;
		event.syscall_code = call->code;
		event.native_nr = syscall_get_nr(current, regs) & ~__X32_SYSCALL_BIT;
		event.result = result;
		event.copies = falco_plans[call->event].copies ? copies : NULL;
		if (!is_other_than_socket(cpu, &event))
			produce(cpu, &event);
		falco_event_finish(&event);
	}
	if (copies)
		falco_copies_drop(copies);
	preempt_enable_notrace();
}

/* Every successful exec is an execve event, however it was asked for. */
static void on_exec(void *data, struct task_struct *task, pid_t old_pid, struct linux_binprm *program)
{
	struct falco_event event;
	struct falco_cpu *cpu;

	if (task->flags & PF_KTHREAD)
		return;
	preempt_disable_notrace();
	cpu = falco_state.cpus[smp_processor_id()];
	if (wanted(cpu, FALCO_CODE_EXECVE, 0)) {
		memset(&event, 0, sizeof(event));
		event.code = FALCO_CODE_EXECVE;
		event.program = program;
		produce(cpu, &event);
		falco_event_finish(&event);
	}
	preempt_enable_notrace();
}

static void on_exit(FALCO_EXIT_PROBE_ARGS)
{
	struct falco_event event;
	struct falco_copies *copies;
	struct falco_cpu *cpu;

	if (task->flags & PF_KTHREAD)
		return;
	preempt_disable_notrace();
	/* a thread that dies within a call leaves its copies */
	copies = falco_copies_of_current();
	if (copies)
		falco_copies_drop(copies);
	cpu = falco_state.cpus[smp_processor_id()];
	if (wanted(cpu, FALCO_CODE_PROCEXIT, 0)) {
		memset(&event, 0, sizeof(event));
		event.code = FALCO_CODE_PROCEXIT;
		produce(cpu, &event);
		falco_event_finish(&event);
	}
	preempt_enable_notrace();
}

static struct {
	const char *name;
	void *probe;
	struct tracepoint *point;
} hooks[] = {
	{"sys_exit", on_sys_exit, NULL},
	{"sched_process_exec", on_exec, NULL},
	{"sched_process_exit", on_exit, NULL},
	{"sched_process_fork", falco_names_on_fork, NULL},
};

static void match(struct tracepoint *point, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!strcmp(point->name, hooks[i].name))
			hooks[i].point = point;
	}
}

int falco_hooks_find(void)
{
	int i;

	for_each_kernel_tracepoint(match, NULL);
	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!hooks[i].point) {
			pr_err("falco_probe: this kernel has no tracepoint %s\n", hooks[i].name);
			return -ENOENT;
		}
	}
	return 0;
}

static void unregister_first(int n)
{
	while (n-- > 0)
		tracepoint_probe_unregister(hooks[n].point, hooks[n].probe, NULL);
	tracepoint_synchronize_unregister();
}

int falco_hooks_start(void)
{
	int i, error;

	for (i = 0; i < ARRAY_SIZE(hooks); i++) {
		error = tracepoint_probe_register(hooks[i].point, hooks[i].probe, NULL);
		if (error) {
			unregister_first(i);
			return error;
		}
	}
	falco_names_follow_interest();
	return 0;
}

/* When this returns no hook runs and none will. */
void falco_hooks_stop(void)
{
	falco_names_stop_copying();
	unregister_first(ARRAY_SIZE(hooks));
	falco_names_stop();
}
