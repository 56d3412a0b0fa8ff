/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of the maps of flags.def.
 */
#ifndef FALCO_PROBE_FLAGS_H
#define FALCO_PROBE_FLAGS_H

#include <linux/types.h>

enum falco_flag_map {
#define FALCO_MAP(name, otherwise) FALCO_FLAGS_##name,
#define FALCO_ROW(name, mask, value, to)
#include "flags.def"
#undef FALCO_MAP
#undef FALCO_ROW
};

u32 falco_convert_flags(u32 map, u64 value);

#endif
