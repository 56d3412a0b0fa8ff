// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flags and enumerations in the numbering of the capture format, by flags.def.
 */
#include <linux/fcntl.h>
#include <linux/ipc.h>
#include <linux/kernel.h>
#include <linux/mman.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/sem.h>
#include <linux/socket.h>

#include "flags.h"

struct flag_row {
	u32 mask, value, to;
};

/* All rows in one array, ordered by map; a map is where its rows begin. */
enum flag_row_number {
#define FALCO_MAP(name, otherwise) FIRST_##name, BEFORE_##name = FIRST_##name - 1,
#define FALCO_ROW(name, mask, value, to) FALCO_PASTE(ROW_##name, __COUNTER__),
#define FALCO_PASTE(a, b) FALCO_PASTE2(a, b)
#define FALCO_PASTE2(a, b) a##_##b
#include "flags.def"
#undef FALCO_MAP
#undef FALCO_ROW
	ROWS
};

static const struct flag_row rows[] = {
#define FALCO_MAP(name, otherwise)
#define FALCO_ROW(name, mask, value, to) {(u32)(mask), (u32)(value), to},
#include "flags.def"
#undef FALCO_MAP
#undef FALCO_ROW
};

static const struct {
	u16 first;
	u16 otherwise;
} maps[] = {
#define FALCO_MAP(name, otherwise) {FIRST_##name, otherwise},
#define FALCO_ROW(name, mask, value, to)
#include "flags.def"
#undef FALCO_MAP
#undef FALCO_ROW
	{ROWS, 0},
};

u32 falco_convert_flags(u32 map, u64 value)
{
	const struct flag_row *row = rows + maps[map].first, *end = rows + maps[map + 1].first;
	bool found = false;
	u32 to = 0;

	for (; row < end; row++) {
		if (((u32)value & row->mask) == row->value) {
			to |= row->to;
			found = true;
		}
	}
	return found ? to : maps[map].otherwise;
}
