// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables: what an event's parameters are (events.def), how they are collected (params.def), and which event reports a
 * system call (syscalls.def, calls32.def). Filled in while loading, read only afterwards.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "events.h"
#include "flags.h"
#include "fingerprint.h"
#include "shapes.h"

#define EVENT_CODES 454
#define NATIVE_CALLS 512

/* Types of each event's parameters. */
#define P(name, type, format, ...) FALCO_T_##type,
#define FALCO_EVENT(code, Sym, name, Dir, Category, flags, PARAMS) static const u8 types_##code[] = {PARAMS};
#include "events.def"
#undef FALCO_EVENT
#undef P

#define C(collector, a, b) {FALCO_C_##collector, a, b}
#define FALCO_COLLECT(code, prepare, copies, ...)                                                                       \
	static const struct falco_op ops_##code[] = {__VA_ARGS__};                                                      \
	_Static_assert(sizeof(ops_##code) / sizeof(ops_##code[0] ) == sizeof(types_##code), "parameters of event " #code);
#include "params.def"
#undef FALCO_COLLECT

const struct falco_plan falco_plans[FALCO_PROBE_EVENTS] = {
#define FALCO_COLLECT(code, prepare, copies, ...)                                                                       \
	[code] = {sizeof(types_##code), FALCO_PREPARE_##prepare, copies, types_##code, ops_##code},
#include "params.def"
#undef FALCO_COLLECT
};
#undef C

/* Events that no row of params.def names have their types only for the fingerprint's sake. */
static const u8 *const all_types[] __initconst = {
#define FALCO_EVENT(code, ...) types_##code,
#include "events.def"
#undef FALCO_EVENT
};

const u8 falco_type_bytes[] = {
#define FALCO_TYPE(id, Sym, size, Kind) [id] = (size),
#include "types.def"
#undef FALCO_TYPE
};

/* Rows as texts, one after the other: hashed while loading, then gone. */
static const char event_rows[] __initconst =
#define FALCO_EVENT(...) #__VA_ARGS__ "\0"
#include "events.def"
#undef FALCO_EVENT
	;

u64 falco_events_fingerprint __ro_after_init;

static const struct {
	const char name[24];
	s16 nr;
	u16 events[20];
} call_rows[] __initconst = {
#define EVENTS(...) {__VA_ARGS__}
#define FALCO_SYSCALL(code, name, x86_64, arm64, events) [code] = {name, x86_64, events},
#include "syscalls.def"
#undef FALCO_SYSCALL
#undef EVENTS
};

static const struct {
	u16 nr;
	u8 shape, operand;
	const char name[24];
} call32_rows[] __initconst = {
#define FALCO_CALL32(nr, name, shape, operand) {nr, FALCO_SHAPE_##shape, operand, name},
#include "calls32.def"
#undef FALCO_CALL32
};

static struct falco_syscall native_calls[NATIVE_CALLS] __ro_after_init;
static struct falco_syscall calls32[NATIVE_CALLS] __ro_after_init;
static struct falco_syscall multiplexed[FALCO_MULTIPLEXED] __ro_after_init;

const struct falco_syscall *falco_syscall_of(u32 nr)
{
	return nr < NATIVE_CALLS ? &native_calls[nr] : &native_calls[NATIVE_CALLS - 1];
}

const struct falco_syscall *falco_syscall32_of(u32 nr)
{
	return nr < NATIVE_CALLS ? &calls32[nr] : &calls32[NATIVE_CALLS - 1];
}

const struct falco_syscall *falco_multiplexed(u32 which)
{
	return &multiplexed[which];
}

/* The newest event of a call that we collect; the list goes from old to new. */
static u16 __init event_of(u32 code)
{
	u16 event = FALCO_CODE_GENERIC;
	int i;

	for (i = 0; i < ARRAY_SIZE(call_rows[code].events); i++) {
		u16 candidate = call_rows[code].events[i];

		if (candidate > 1 && falco_plans[candidate].ops)
			event = candidate;
	}
	return event;
}

static int __init code_of(const char *name)
{
	int code;

	for (code = 0; code < ARRAY_SIZE(call_rows); code++) {
		if (!strcmp(call_rows[code].name, name))
			return code;
	}
	pr_err("falco_probe: calls32.def names an unknown call %s\n", name);
	return -EINVAL;
}

int __init falco_events_init(void)
{
	int i, code;

	BUILD_BUG_ON(ARRAY_SIZE(all_types) != EVENT_CODES);
	falco_events_fingerprint = falco_rows_fingerprint(event_rows, sizeof(event_rows) - 1);
	for (i = 0; i < NATIVE_CALLS; i++) {
		native_calls[i].event = FALCO_CODE_GENERIC;
		calls32[i].event = FALCO_CODE_GENERIC;
	}
	for (code = 0; code < ARRAY_SIZE(call_rows); code++) {
		if (call_rows[code].nr >= 0) {
			native_calls[call_rows[code].nr].event = event_of(code);
			native_calls[call_rows[code].nr].code = code;
		}
	}
	for (i = 0; i < ARRAY_SIZE(call32_rows); i++) {
		struct falco_syscall *call = call32_rows[i].nr >= FALCO_MULTIPLEXED_FIRST ?
						     &multiplexed[call32_rows[i].nr - FALCO_MULTIPLEXED_FIRST] :
						     &calls32[call32_rows[i].nr];

		code = code_of(call32_rows[i].name);
		if (code < 0)
			return code;
		call->event = event_of(code);
		call->code = code;
		call->shape = call32_rows[i].shape;
		call->shape_operand = call32_rows[i].operand;
	}
	return 0;
}
