/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The fingerprint of the rows of events.def, as vm/abi/fingerprint.h computes it: reader and module refuse each other's
 * numbers when their tables differ. A test compares the two.
 */
#ifndef FALCO_PROBE_FINGERPRINT_H
#define FALCO_PROBE_FINGERPRINT_H

#include <linux/types.h>

/* rows: texts that each end in NUL, `bytes` in all. */
static inline __u64 falco_rows_fingerprint(const char *rows, unsigned long bytes)
{
	const __u64 start = 0xcbf29ce484222325u, prime = 0x100000001b3u;
	__u64 table = start, row = start;
	unsigned long i;

	for (i = 0; i < bytes; i++) {
		if (rows[i]) {
			row = (row ^ (unsigned char)rows[i]) * prime;
			continue;
		}
		table = (table ^ row) * prime;
		table ^= table >> 29;
		row = start;
	}
	return table;
}

#endif
