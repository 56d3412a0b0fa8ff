// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own copies of paths and addresses, kept from where the call uses them until its exit event: another thread
 * can change user memory in between, the copies are what the kernel acted upon.
 *
 * Paths come from a probe on putname(), to which every call gives back each copy it made, whether it succeeded or not (of
 * getname(), which makes them, compilers inline copies where no probe sees them). Addresses come from probes where connect()
 * and bind() are judged. Each task within a call has one entry of a table of fixed size; no entry, or no probes in this
 * kernel, means that user memory is read at exit, and that is counted (falco_probe_producer.raced).
 */
#include <linux/err.h>
#include <linux/hash.h>
#include <linux/hardirq.h>
#include <linux/kprobes.h>
#include <linux/sched/task_stack.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "compat.h"
#include "events.h"

#define WAYS 8
#define SET_BITS 7
#define SLOTS (WAYS << SET_BITS)
#define SHORT_PATH 176
/* Calls name at most two files. */
#define PATHS 2

struct copied_path {
	u64 user;
	u32 bytes;
	char *text;            /* `near`, or memory of its own */
	char near[SHORT_PATH];
};

struct falco_copies {
	struct task_struct *task; /* whose; claimed with cmpxchg, given back with release */
	long nr;                  /* in which call */
	u8 paths, oldest;
	u8 address_bytes;
	struct copied_path path[PATHS];
	u8 address[sizeof(struct sockaddr_storage)];
};

static struct falco_copies *table; /* NULL until the first probe */
static struct kprobe path_probe;
static struct kprobe address_probes[2];
static const char *const address_points[] = {"security_socket_connect", "security_socket_bind"};
static bool paths_on, addresses_on;

static struct falco_copies *first_way(void)
{
	return table + WAYS * hash_ptr(current, SET_BITS);
}

static struct falco_copies *find(void)
{
	struct falco_copies *copies = first_way(), *end = copies + WAYS;

	for (; copies < end; copies++) {
		if (READ_ONCE(copies->task) == current)
			return copies;
	}
	return NULL;
}

static void forget(struct falco_copies *copies)
{
	int i;

	for (i = 0; i < copies->paths; i++) {
		if (copies->path[i].text != copies->path[i].near)
			kfree(copies->path[i].text);
	}
	copies->paths = 0;
	copies->oldest = 0;
	copies->address_bytes = 0;
}

static long current_nr(void)
{
	return syscall_get_nr(current, task_pt_regs(current));
}

/* The entry of this call, made anew when what is there belongs to an earlier one. NULL: all ways are taken. */
static struct falco_copies *claim(void)
{
	const long nr = current_nr();
	struct falco_copies *copies = find(), *end = first_way() + WAYS;

	if (copies) {
		if (copies->nr != nr)
			forget(copies);
		copies->nr = nr;
		return copies;
	}
	for (copies = end - WAYS; copies < end; copies++) {
		if (!READ_ONCE(copies->task) && !cmpxchg(&copies->task, NULL, current)) {
			copies->nr = nr;
			return copies;
		}
	}
	return NULL;
}

struct falco_copies *falco_copies_of_current(void)
{
	struct falco_copies *copies = smp_load_acquire(&table) ? find() : NULL;

	if (copies && copies->nr != current_nr()) {
		falco_copies_drop(copies);
		return NULL;
	}
	return copies;
}

void falco_copies_drop(struct falco_copies *copies)
{
	forget(copies);
	smp_store_release(&copies->task, NULL);
}

const char *falco_copied_path(const struct falco_copies *copies, u64 user, u32 *bytes)
{
	int i;

	for (i = 0; i < copies->paths; i++) {
		if (copies->path[i].user == user) {
			*bytes = copies->path[i].bytes;
			return copies->path[i].text;
		}
	}
	return NULL;
}

const void *falco_copied_address(const struct falco_copies *copies, u32 *bytes)
{
	*bytes = copies->address_bytes;
	return copies->address_bytes ? copies->address : NULL;
}

bool falco_copies_wanted(void)
{
	return READ_ONCE(paths_on);
}

/* Whether the current task is in a call whose event wants copies of this kind and is of interest. */
static bool in_wanted_call(u8 kind)
{
	const struct falco_syscall *call;
	long nr;

	/* workers of io_uring have no call of their own */
#ifdef PF_IO_WORKER
	if (current->flags & PF_IO_WORKER)
		return false;
#endif
	if (current->flags & PF_KTHREAD)
		return false;
	nr = current_nr();
	if (in_ia32_syscall()) {
		call = falco_syscall32_of(nr);
		/* socketcall(): which call it is costs a look at user memory, so take what comes */
		if (nr == 102)
			return kind == FALCO_COPY_ADDRESS;
	} else {
		call = falco_syscall_of(nr & ~__X32_SYSCALL_BIT);
	}
	return falco_plans[call->event].copies & kind && falco_bit(falco_state.interest.events, call->event);
}

/* (struct filename *copy) */
static int on_putname(struct kprobe *probe, struct pt_regs *regs)
{
	const struct filename *name = (const struct filename *)regs->di;
	struct falco_copies *copies;
	struct copied_path *path;
	u32 bytes;

	if (IS_ERR_OR_NULL(name) || !name->uptr || !in_wanted_call(FALCO_COPY_PATHS))
		return 0;
	copies = claim();
	if (!copies)
		return 0;
	if (copies->paths < PATHS) {
		path = &copies->path[copies->paths++];
	} else {
		path = &copies->path[copies->oldest];
		copies->oldest = (copies->oldest + 1) % PATHS;
		if (path->text != path->near)
			kfree(path->text);
	}
	bytes = strlen(name->name);
	path->user = (u64)(unsigned long)name->uptr;
	path->bytes = bytes;
	path->text = path->near;
	if (bytes > SHORT_PATH) {
		/* where a breakpoint brought us here nothing can be allocated */
		path->text = in_nmi() ? NULL : kmalloc(bytes, GFP_NOWAIT | __GFP_NOWARN);
		if (!path->text) {
			path->text = path->near;
			path->user = 0;
			path->bytes = 0;
			return 0;
		}
	}
	memcpy(path->text, name->name, bytes);
	return 0;
}

/* (struct socket *, struct sockaddr *kernel_copy, int bytes) */
static int on_address(struct kprobe *probe, struct pt_regs *regs)
{
	const void *address = (const void *)regs->si;
	const int bytes = regs->dx;
	struct falco_copies *copies;

	if (!in_wanted_call(FALCO_COPY_ADDRESS) || bytes <= 0 || bytes > sizeof(copies->address))
		return 0;
	copies = claim();
	if (!copies)
		return 0;
	memcpy(copies->address, address, bytes);
	copies->address_bytes = bytes;
	return 0;
}

static bool interest_in(u8 kind)
{
	u32 code;

	for (code = 0; code < FALCO_PROBE_EVENTS; code++) {
		if (falco_plans[code].copies & kind && falco_bit(falco_state.interest.events, code))
			return true;
	}
	return false;
}

static bool paths_start(void)
{
	int error;

	memset(&path_probe, 0, sizeof(path_probe));
	path_probe.symbol_name = "putname";
	path_probe.pre_handler = on_putname;
	error = register_kprobe(&path_probe);
	if (error)
		pr_info_once("falco_probe: no probe on putname (%d): paths are read from user memory\n", error);
	return !error;
}

static bool addresses_start(void)
{
	int i, error;

	for (i = 0; i < ARRAY_SIZE(address_probes); i++) {
		memset(&address_probes[i], 0, sizeof(address_probes[i]));
		address_probes[i].symbol_name = address_points[i];
		address_probes[i].pre_handler = on_address;
		error = register_kprobe(&address_probes[i]);
		if (error) {
			pr_info_once("falco_probe: no probe on %s (%d): addresses are read from user memory\n",
				     address_points[i], error);
			while (i-- > 0)
				unregister_kprobe(&address_probes[i]);
			return false;
		}
	}
	return true;
}

static void paths_stop(void)
{
	if (paths_on)
		unregister_kprobe(&path_probe);
	WRITE_ONCE(paths_on, false);
}

static void addresses_stop(void)
{
	int i;

	for (i = 0; addresses_on && i < ARRAY_SIZE(address_probes); i++)
		unregister_kprobe(&address_probes[i]);
	addresses_on = false;
}

void falco_names_follow_interest(void)
{
	const bool paths = interest_in(FALCO_COPY_PATHS), addresses = interest_in(FALCO_COPY_ADDRESS);

	if ((paths || addresses) && !table) {
		struct falco_copies *memory = vzalloc(SLOTS * sizeof(*memory));

		if (!memory) {
			pr_info_once("falco_probe: no memory for copies of paths: they are read from user memory\n");
			return;
		}
		smp_store_release(&table, memory);
	}
	/*
	 * Once there they stay until the end: putting them in and out changes the kernel's text, which is no thing to do
	 * at each change of rules. in_wanted_call() looks at the interest.
	 */
	if (paths && !paths_on)
		WRITE_ONCE(paths_on, paths_start());
	if (addresses && !addresses_on)
		addresses_on = addresses_start();
}

void falco_names_stop_copying(void)
{
	paths_stop();
	addresses_stop();
}

void falco_names_stop(void)
{
	int i;

	for (i = 0; table && i < SLOTS; i++) {
		if (table[i].task)
			forget(&table[i]);
	}
	vfree(table);
	table = NULL;
}
