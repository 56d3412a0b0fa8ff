/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What messages need of sockets. socket.c has the code.
 */
#ifndef FALCO_PROBE_ENDPOINTS_H
#define FALCO_PROBE_ENDPOINTS_H

#include <linux/socket.h>
#include <linux/types.h>

struct falco_event;

/* Both ends of the current task's socket `fd`; `address`: the remote one that the call named, NULL: the connected one. */
void falco_put_tuple(struct falco_event *event, int fd, bool inbound, const struct sockaddr_storage *address, u32 bytes);

/* NULL: not a socket. Valid until the event is finished or asks for another descriptor. */
struct socket *falco_event_socket(struct falco_event *event, int fd);

/*
 * The address that the call named at `user`: the kernel's copy, else user memory, which is counted as raced. Bytes; 0: none.
 */
u32 falco_event_address(struct falco_event *event, u64 user, u32 user_bytes, struct sockaddr_storage *address);

#endif
