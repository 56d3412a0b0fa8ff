/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Bit values used by the rows of events.def and fields.def, and by wire values that user code tests.
 * Plain C: compiled into the kernel module as well. Facts: the `.scap` format; names follow it.
 */
#ifndef FALCO_VM_ABI_BITS_H
#define FALCO_VM_ABI_BITS_H

/* event flags */
#define FALCO_EF_CREATES_FD 1
#define FALCO_EF_DESTROYS_FD 2
#define FALCO_EF_USES_FD 4
#define FALCO_EF_READS_FROM_FD 8
#define FALCO_EF_WRITES_TO_FD 16
#define FALCO_EF_MODIFIES_STATE 32
#define FALCO_EF_UNUSED 64
#define FALCO_EF_WAITS 128
#define FALCO_EF_SKIPPARSERESET 256
#define FALCO_EF_OLD_VERSION 512
#define FALCO_EF_LARGE_PAYLOAD 2048
#define FALCO_EF_CONVERTER_MANAGED 4096

/* event categories: low byte and I/O range are exclusive, bits from 512 up are or'ed in */
#define FALCO_EC_UNKNOWN 0
#define FALCO_EC_OTHER 1
#define FALCO_EC_FILE 2
#define FALCO_EC_NET 3
#define FALCO_EC_IPC 4
#define FALCO_EC_MEMORY 5
#define FALCO_EC_PROCESS 6
#define FALCO_EC_SLEEP 7
#define FALCO_EC_SYSTEM 8
#define FALCO_EC_SIGNAL 9
#define FALCO_EC_USER 10
#define FALCO_EC_TIME 11
#define FALCO_EC_PROCESSING 12
#define FALCO_EC_IO_READ 32
#define FALCO_EC_IO_WRITE 33
#define FALCO_EC_IO_OTHER 34
#define FALCO_EC_WAIT 64
#define FALCO_EC_SCHEDULER 128
#define FALCO_EC_INTERNAL 256
#define FALCO_EC_SYSCALL 512
#define FALCO_EC_TRACEPOINT 1024
#define FALCO_EC_PLUGIN 2048
#define FALCO_EC_METAEVENT 4096
#define FALCO_EC_ITER 8192
#define FALCO_EC_ORIGIN_MASK (FALCO_EC_SYSCALL | FALCO_EC_TRACEPOINT | FALCO_EC_PLUGIN | FALCO_EC_METAEVENT | FALCO_EC_ITER)

/* field flags */
#define FALCO_FF_LIST 1
#define FALCO_FF_ARG_REQUIRED 2
#define FALCO_FF_ARG_OPTIONAL 4
#define FALCO_FF_PRINT_ONLY 8
#define FALCO_FF_FILTER_ONLY 16
#define FALCO_FF_DEPRECATED 32
#define FALCO_FF_HIDDEN 64
#define FALCO_FF_NO_TRANSFORMER 128
#define FALCO_FF_NO_RHS 256
#define FALCO_FF_METADATA 512 /* comes from container metadata, not from the kernel */

#endif
