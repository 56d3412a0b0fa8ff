// SPDX-License-Identifier: GPL-2.0-only
/*
 * Collectors of socket addresses: one end (address) and both ends (tuple, sender or client first). Addresses are in network
 * order, ports in host order. Sockets of one machine are told apart by inode numbers; no kernel address leaves the kernel.
 */
#include <linux/file.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/string.h>
#include <linux/un.h>

#include <net/af_unix.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>

#include "compat.h"
#include "copies.h"
#include "endpoints.h"
#include "events.h"
#include "locks.h"

#define TUPLE_BYTES (1 + 8 + 8 + UNIX_PATH_MAX + 2)

/* Bytes written one after the other; callers have the room. */
struct packer {
	u8 *at;
};

static void pack(struct packer *to, const void *bytes, u32 count)
{
	memcpy(to->at, bytes, count);
	to->at += count;
}

static void pack_port(struct packer *to, __be16 port)
{
	const u16 number = ntohs(port);

	pack(to, &number, sizeof(number));
}

/* A unix path with its NUL; names without a file (their first byte is NUL) begin with @. */
static void pack_unix_path(struct packer *to, const char *path, u32 bytes)
{
	u32 count;

	if (bytes > 0 && !path[0]) {
		*to->at++ = '@';
		path++;
		bytes--;
	}
	count = strnlen(path, min_t(u32, bytes, UNIX_PATH_MAX));
	pack(to, path, count);
	*to->at++ = 0;
}

struct socket *falco_event_socket(struct falco_event *event, int fd)
{
	struct file *file = falco_event_file(event, fd);

	return file ? falco_sock_from_file(file) : NULL;
}

u32 falco_event_address(struct falco_event *event, u64 user, u32 user_bytes, struct sockaddr_storage *address)
{
	u32 bytes = 0;
	const void *copy = event->copies ? falco_copied_address(event->copies, &bytes) : NULL;

	memset(address, 0, sizeof(*address));
	if (copy) {
		memcpy(address, copy, bytes);
		return bytes;
	}
	bytes = min_t(u32, user_bytes, sizeof(*address));
	if (!user || (s32)user_bytes <= 0)
		return 0;
	if (!event->raced_address && falco_copies_wanted(FALCO_COPY_ADDRESS))
		event->raced++;
	event->raced_address = true;
	if (falco_read_user(address, user, bytes))
		return bytes;
	event->unreadable++;
	return 0;
}

/* The address in argument a, with its length in argument b. */
static u32 given_address(struct falco_event *event, const struct falco_op *op, struct sockaddr_storage *address)
{
	return falco_event_address(event, event->args[op->a], event->args[op->b], address);
}

void falco_collect_address(struct falco_event *event, const struct falco_op *op)
{
	struct sockaddr_storage address;
	const struct sockaddr_in *v4 = (const void *)&address;
	const struct sockaddr_in6 *v6 = (const void *)&address;
	const struct sockaddr_un *un = (const void *)&address;
	const u32 bytes = given_address(event, op, &address);
	u8 value[TUPLE_BYTES];
	struct packer to = {value};

	if (bytes < sizeof(sa_family_t)) {
		falco_put_empty(event);
		return;
	}
	*to.at++ = address.ss_family;
	if (address.ss_family == AF_INET && bytes >= offsetofend(struct sockaddr_in, sin_addr)) {
		pack(&to, &v4->sin_addr, 4);
		pack_port(&to, v4->sin_port);
	} else if (address.ss_family == AF_INET6 && bytes >= offsetofend(struct sockaddr_in6, sin6_addr)) {
		pack(&to, &v6->sin6_addr, 16);
		pack_port(&to, v6->sin6_port);
	} else if (address.ss_family == AF_UNIX) {
		pack_unix_path(&to, un->sun_path, bytes - offsetof(struct sockaddr_un, sun_path));
	}
	falco_put_bytes(event, value, to.at - value);
}

/* One end of an internet socket. */
struct end {
	u8 address[16];
	__be16 port;
};

static void set_end4(struct end *end, __be32 address, __be16 port)
{
	memcpy(end->address, &address, 4);
	end->port = port;
}

static void set_end6(struct end *end, const struct in6_addr *address, __be16 port)
{
	memcpy(end->address, address, 16);
	end->port = port;
}

/* A v4 address in a v6 socket's form. */
static void set_end_mapped(struct end *end, __be32 address, __be16 port)
{
	struct in6_addr mapped;

	ipv6_addr_set_v4mapped(address, &mapped);
	set_end6(end, &mapped, port);
}

static void ends_of_socket(const struct sock *sk, bool v6, struct end *local, struct end *remote)
{
	const struct inet_sock *inet = inet_sk(sk);

	if (v6) {
#if IS_ENABLED(CONFIG_IPV6)
		set_end6(local, ipv6_addr_any(&sk->sk_v6_rcv_saddr) && inet6_sk(sk) ? &inet6_sk(sk)->saddr : &sk->sk_v6_rcv_saddr,
			 inet->inet_sport);
		set_end6(remote, &sk->sk_v6_daddr, inet->inet_dport);
#endif
		return;
	}
	set_end4(local, inet->inet_rcv_saddr ? inet->inet_rcv_saddr : inet->inet_saddr, inet->inet_sport);
	set_end4(remote, inet->inet_daddr, inet->inet_dport);
}

/* The remote end that the call named, in the form of the socket's family. */
static void named_end(bool v6, const struct sockaddr_storage *address, u32 bytes, struct end *remote)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;

	if (bytes >= offsetofend(struct sockaddr_in, sin_addr) && address->ss_family == AF_INET) {
		if (v6)
			set_end_mapped(remote, in->sin_addr.s_addr, in->sin_port);
		else
			set_end4(remote, in->sin_addr.s_addr, in->sin_port);
	} else if (v6 && bytes >= offsetofend(struct sockaddr_in6, sin6_addr) && address->ss_family == AF_INET6) {
		set_end6(remote, &in6->sin6_addr, in6->sin6_port);
	}
}

static void pack_ends(struct packer *to, bool v6, const struct end *source, const struct end *target)
{
	const u32 bytes = v6 ? 16 : 4;

	*to->at++ = v6 ? AF_INET6 : AF_INET;
	pack(to, source->address, bytes);
	pack_port(to, source->port);
	pack(to, target->address, bytes);
	pack_port(to, target->port);
}

static void pack_bound_path(struct packer *to, struct sock *sk)
{
	/* set once, before the socket can be found; goes with the socket */
	const struct unix_address *address = sk ? smp_load_acquire(&unix_sk(sk)->addr) : NULL;

	if (address && address->len > offsetof(struct sockaddr_un, sun_path))
		pack_unix_path(to, address->name->sun_path, address->len - offsetof(struct sockaddr_un, sun_path));
	else
		pack_unix_path(to, "", 0);
}

/* The path is that of the end that receives. False: the other end could not be had. */
static bool pack_unix(struct packer *to, struct socket *socket, bool inbound, const struct sockaddr_storage *address, u32 bytes)
{
	const struct sockaddr_un *named = (const void *)address;
	const bool locked = falco_try_lock(&unix_sk(socket->sk)->lock);
	/* under its lock a socket keeps its peer */
	struct sock *peer = locked ? unix_peer(socket->sk) : NULL;
	const u64 local_ino = SOCK_INODE(socket)->i_ino, peer_ino = peer ? falco_socket_ino(peer) : 0;

	*to->at++ = AF_UNIX;
	pack(to, inbound ? &peer_ino : &local_ino, sizeof(u64));
	pack(to, inbound ? &local_ino : &peer_ino, sizeof(u64));
	if (inbound)
		pack_bound_path(to, socket->sk);
	else if (address && address->ss_family == AF_UNIX && bytes > offsetof(struct sockaddr_un, sun_path))
		pack_unix_path(to, named->sun_path, bytes - offsetof(struct sockaddr_un, sun_path));
	else
		pack_bound_path(to, peer);
	if (locked)
		spin_unlock(&unix_sk(socket->sk)->lock);
	return locked;
}

void falco_put_tuple(struct falco_event *event, int fd, bool inbound, const struct sockaddr_storage *address, u32 bytes)
{
	struct socket *socket = falco_event_socket(event, fd);
	struct end local = {}, remote = {};
	u8 value[TUPLE_BYTES];
	struct packer to = {value};
	bool v6;

	if (!socket || !socket->sk) {
		falco_put_empty(event);
		return;
	}
	switch (socket->sk->sk_family) {
	case AF_INET:
	case AF_INET6:
		v6 = socket->sk->sk_family == AF_INET6;
		ends_of_socket(socket->sk, v6, &local, &remote);
		if (address)
			named_end(v6, address, bytes, &remote);
		pack_ends(&to, v6, inbound ? &remote : &local, inbound ? &local : &remote);
		break;
	case AF_UNIX:
		if (!pack_unix(&to, socket, inbound, address, bytes))
			event->unreadable++;
		break;
	}
	falco_put_bytes(event, value, to.at - value);
}

void falco_collect_tuple_connect(struct falco_event *event, const struct falco_op *op)
{
	struct sockaddr_storage address;
	const u32 bytes = given_address(event, op, &address);

	falco_put_tuple(event, (int)event->args[0], false, bytes ? &address : NULL, bytes);
}

void falco_collect_tuple_accept(struct falco_event *event, const struct falco_op *op)
{
	falco_put_tuple(event, (int)event->result, true, NULL, 0);
}

void falco_collect_tuple_out(struct falco_event *event, const struct falco_op *op)
{
	struct sockaddr_storage address;
	const bool named = op->a && falco_event_socket(event, (int)event->args[0]);
	const u32 bytes = named ? given_address(event, op, &address) : 0;

	falco_put_tuple(event, (int)event->args[0], false, bytes ? &address : NULL, bytes);
}

/* The kernel wrote the sender's address, and its length as an int behind the pointer in argument b. */
void falco_collect_tuple_in(struct falco_event *event, const struct falco_op *op)
{
	struct sockaddr_storage address;
	u32 bytes = 0;

	if (event->result < 0) {
		falco_put_empty(event);
		return;
	}
	if (op->a && event->args[op->a]) {
		if (!falco_read_user(&bytes, event->args[op->b], sizeof(bytes)))
			bytes = 0;
		bytes = falco_event_address(event, event->args[op->a], bytes, &address);
	}
	falco_put_tuple(event, (int)event->args[0], true, bytes ? &address : NULL, bytes);
}

void falco_collect_queue(struct falco_event *event, const struct falco_op *op)
{
	struct socket *socket = falco_event_socket(event, (int)event->args[op->a]);
	u32 waiting = 0, most = 0;

	if (socket && socket->sk) {
		waiting = READ_ONCE(socket->sk->sk_ack_backlog);
		most = READ_ONCE(socket->sk->sk_max_ack_backlog);
	}
	if (op->b == 0)
		falco_put_number(event, most ? min_t(u64, 100ull * waiting / most, 100) : 0);
	else
		falco_put_number(event, op->b == 1 ? waiting : most);
}
