/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The contract between the kernel module falco_probe and the program that reads its rings: device, ioctls, mappings, ring
 * and record layout. C and C++, kernel and userspace, read this one file (userspace's <linux/types.h> has the same names).
 *
 * One device, one consumer at a time, one ring for each CPU. Sequence of a consumer:
 *   open -> GET_INFO (compare versions and fingerprint) -> CONFIGURE -> mmap of each ring -> SET_INTEREST -> START -> poll/read
 * close() stops everything and frees the rings.
 *
 * Positions are byte counts from the start that never wrap (64 bits); a position's place in the data is `pos & (size - 1)`.
 * All numbers are in the machine's byte order, which is that of the capture format on every machine the module runs on.
 */
#ifndef FALCO_PROBE_ABI_H
#define FALCO_PROBE_ABI_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define FALCO_PROBE_DEVICE "/dev/falco-probe"

/* Equal major: the program can use the module. A higher minor of the module only adds. */
#define FALCO_PROBE_API_MAJOR 1u
#define FALCO_PROBE_API_MINOR 0u

#define FALCO_PROBE_EVENT_WORDS 8u    /* bitmap of event codes, 64 a word */
#define FALCO_PROBE_SYSCALL_WORDS 8u  /* bitmap of system calls by the code of syscalls.def, for generic events */
#define FALCO_PROBE_EVENTS 512u       /* entries of the counters by event code */
#define FALCO_PROBE_MAX_CPUS 4096u

/*
 * A record: 8 bytes of header, then one event as it lies in a capture (u64 ts, u64 tid, u32 len, u16 type, u32 nparams,
 * u16 lengths, values), then padding to 8 bytes. The data are mapped twice in a row, so a record is never split.
 */
struct falco_probe_record {
	__u32 state;        /* bytes of the event, or'ed with the bits below; stored with release order */
	__u32 lost_before;  /* events lost on this CPU between the record before and this one */
};
#define FALCO_PROBE_RECORD_BUSY 0x80000000u     /* reserved, not yet complete: nothing behind it can be read either */
#define FALCO_PROBE_RECORD_DISCARD 0x40000000u  /* given up after reservation: skip */
#define FALCO_PROBE_RECORD_BYTES 0x00ffffffu
#define FALCO_PROBE_RECORD_ALIGN 8u

/* Why an event was not sent. Columns of the counters. */
enum falco_probe_loss {
	FALCO_PROBE_LOST_FULL,      /* no room in the ring, or in the part of it that events of this kind may use */
	FALCO_PROBE_LOST_TOO_LONG,  /* longer than a record can be */
	FALCO_PROBE_LOST_FAULT,     /* a value that must be there could not be read */
	FALCO_PROBE_LOST_POSITION,  /* the consumer's position makes no sense */
	FALCO_PROBE_LOST_NO_RING,   /* this CPU has no ring: no memory when it came up */
	FALCO_PROBE_LOSSES
};

/* Counters of one event code on one CPU. seen = masked + sent + sum(lost) at rest. */
struct falco_probe_counter {
	__u64 seen;
	__u64 masked;  /* not of interest, or of the consumer itself: dropped before any argument was read */
	__u64 sent;
	__u64 lost[FALCO_PROBE_LOSSES];
};

/* Regions of one CPU's ring, for mmap's offset. Lengths must be exact. */
enum falco_probe_region {
	FALCO_PROBE_REGION_PRODUCER,  /* one page, struct falco_probe_producer; read only */
	FALCO_PROBE_REGION_CONSUMER,  /* one page, struct falco_probe_consumer; writable, and never trusted by the module */
	FALCO_PROBE_REGION_DATA,      /* 2 * ring_bytes; read only */
	FALCO_PROBE_REGION_COUNTERS,  /* FALCO_PROBE_EVENTS counters, rounded up to pages; read only */
	FALCO_PROBE_REGIONS
};
#define FALCO_PROBE_OFFSET(cpu, region) (((__u64)(cpu) << 40) | ((__u64)(region) << 36))

struct falco_probe_producer {
	__u64 reserved;       /* everything below is reserved; load with acquire order */
	__u64 unreadable;     /* values left empty: user memory was not resident, or a lock not free */
	__u64 raced;          /* kernel's copy of what a call names missing: user memory was read instead */
};

struct falco_probe_consumer {
	__u64 position;       /* everything below is consumed; store with release order */
};

struct falco_probe_info {
	__u32 size;               /* sizeof(struct falco_probe_info) of the module */
	__u32 api_major, api_minor;
	__u32 possible_cpus;      /* ids are below this */
	__u64 events_fingerprint; /* of the rows of events.def */
	__u64 clock_offset_ns;    /* timestamps are CLOCK_MONOTONIC plus this, so epoch ns that never jump */
	__u32 min_ring_bytes, max_ring_bytes;
	__u32 hotplug_generation; /* changes when a CPU got a ring */
	__u32 started;
	char version[64];
};

struct falco_probe_config {
	__u32 size;               /* sizeof(struct falco_probe_config) of the caller */
	__u32 ring_bytes;         /* of each CPU; a power of two of pages within the limits of falco_probe_info */
	__u32 watermark_bytes;    /* poll() reports data when a ring holds so many unread bytes; 0: at any */
	__u32 reserved_bytes;     /* of each ring, kept for the events of `precious` */
	__u32 snaplen;            /* bytes of data of reads and writes kept */
	__u32 flags;              /* 0 */
	__u64 precious[FALCO_PROBE_EVENT_WORDS];
};

struct falco_probe_interest {
	__u64 events[FALCO_PROBE_EVENT_WORDS];
	__u64 sockets[FALCO_PROBE_EVENT_WORDS];     /* of `events`, those wanted only when their descriptor is a socket */
	__u64 syscalls[FALCO_PROBE_SYSCALL_WORDS];  /* which calls without an event of their own come as generic ones */
};

struct falco_probe_cpus {
	__u64 with_ring[FALCO_PROBE_MAX_CPUS / 64];
	__u32 generation, pad;
};

/* CONFIGURE: once for each open, before any mmap. SET_INTEREST: at any time after it, takes effect at once. */
#define FALCO_PROBE_GET_INFO _IOR('f', 1, struct falco_probe_info)
#define FALCO_PROBE_CONFIGURE _IOW('f', 2, struct falco_probe_config)
#define FALCO_PROBE_SET_INTEREST _IOW('f', 3, struct falco_probe_interest)
#define FALCO_PROBE_START _IO('f', 4)
#define FALCO_PROBE_STOP _IO('f', 5)
#define FALCO_PROBE_GET_CPUS _IOR('f', 6, struct falco_probe_cpus)

/*
 * Errors: open EBUSY (a consumer is there), EPERM (no CAP_SYS_ADMIN). ioctl ENOTTY (unknown), EINVAL (a value out of range),
 * EBUSY (twice, or not in this order), ENOMEM, EFAULT. mmap EINVAL (length or offset), EACCES (writable or executable where
 * read only is due; mprotect can't change it later), ENXIO (no ring for that CPU).
 */

#endif
