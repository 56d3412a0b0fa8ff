// SPDX-License-Identifier: Apache-2.0
/*
 * Socket calls of the program `calls`. Ends of connections are written as "address:port->address:port"; of unix sockets
 * only the path, as the numbers of its ends are inodes.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "calls.h"

static unsigned local_port(int fd)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(address);

	getsockname(fd, (struct sockaddr *)&address, &length);
	return ntohs(address.ss_family == AF_INET ? ((struct sockaddr_in *)&address)->sin_port :
						    ((struct sockaddr_in6 *)&address)->sin6_port);
}

static struct sockaddr_in at4(unsigned port)
{
	return (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static void tcp(void)
{
	struct sockaddr_in address = at4(4441);
	int server, client, taken;

	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	expect("socket fd=%d domain=2 type=%d proto=0 flags=4096", server, SOCK_STREAM | SOCK_CLOEXEC);
	expect("setsockopt res=%d fd=%d level=1 optname=2 val=x:0201000000 optlen=4",
	       setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &(int){1}, 4), server);
	expect("bind res=%d addr='127.0.0.1:4441' fd=%d", bind(server, (struct sockaddr *)&address, sizeof(address)), server);
	expect("listen res=%d fd=%d backlog=5", listen(server, 5), server);
	client = socket(AF_INET, SOCK_STREAM, 0);
	connect(client, (struct sockaddr *)&address, sizeof(address));
	expect("connect res=0 tuple='127.0.0.1:%u->127.0.0.1:4441' fd=%d addr='127.0.0.1:4441'", local_port(client), client);
	taken = accept4(server, NULL, NULL, SOCK_NONBLOCK);
	expect("accept4 fd=%d tuple='127.0.0.1:%u->127.0.0.1:4441' queuepct=0 queuelen=0 queuemax=5 flags=64", taken, local_port(client));
	expect("sendto res=%ld data=x:686921 fd=%d size=3 tuple='127.0.0.1:%u->127.0.0.1:4441'", (long)sendto(client, "hi!", 3, 0, NULL, 0), client,
	       local_port(client));
	char in[8];
	expect("recvfrom res=%ld data=x:686921 fd=%d size=8 tuple='127.0.0.1:%u->127.0.0.1:4441'", (long)recvfrom(taken, in, 8, 0, NULL, NULL), taken,
	       local_port(client));
	expect("shutdown res=%d fd=%d how=1", shutdown(client, SHUT_WR), client);
	struct timeval time = {2, 500000};
	expect("setsockopt res=%d fd=%d level=1 optname=20 val=x:0400f9029500000000 optlen=%d",
	       setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof(time)), client, (int)sizeof(time));
	int error = 5;
	socklen_t length = 4;
	expect("getsockopt res=%d fd=%d level=1 optname=4 val=x:010000000000000000 optlen=4",
	       getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &length), client);
	/* refused: nobody listens there */
	address = at4(4442);
	client = socket(AF_INET, SOCK_STREAM, 0);
	expect("connect res=%ld fd=%d addr='127.0.0.1:4442'", result(connect(client, (struct sockaddr *)&address, sizeof(address))), client);
}

static void udp(void)
{
	struct sockaddr_in address = at4(4443), from;
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(4444), .sin6_addr = in6addr_loopback};
	struct iovec vector[2] = {{"ab", 2}, {"cde", 3}};
	struct msghdr message = {.msg_name = &address, .msg_namelen = sizeof(address), .msg_iov = vector, .msg_iovlen = 2};
	struct mmsghdr many[2];
	socklen_t length = sizeof(from);
	char in[16];
	int receiver = socket(AF_INET, SOCK_DGRAM, 0), sender = socket(AF_INET, SOCK_DGRAM, 0), sixth;
	unsigned port;

	bind(receiver, (struct sockaddr *)&address, sizeof(address));
	sendto(sender, "one", 3, 0, (struct sockaddr *)&address, sizeof(address));
	port = local_port(sender);
	expect("sendto res=3 data=x:6f6e65 fd=%d size=3 tuple='0.0.0.0:%u->127.0.0.1:4443'", sender, port);
	recvfrom(receiver, in, sizeof(in), 0, (struct sockaddr *)&from, &length);
	expect("recvfrom res=3 data=x:6f6e65 tuple='127.0.0.1:%u->127.0.0.1:4443' fd=%d size=16", port, receiver);
	sendmsg(sender, &message, 0);
	expect("sendmsg res=5 data=x:6162636465 fd=%d size=5 tuple='0.0.0.0:%u->127.0.0.1:4443'", sender, port);
	struct iovec into = {in, sizeof(in)};
	struct msghdr got = {.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &into, .msg_iovlen = 1};
	recvmsg(receiver, &got, 0);
	expect("recvmsg res=5 size=16 data=x:6162636465 tuple='127.0.0.1:%u->127.0.0.1:4443' msgcontrol=x: fd=%d", port, receiver);
	memset(many, 0, sizeof(many));
	many[0].msg_hdr = message;
	many[1].msg_hdr = message;
	expect("sendmmsg res=%d fd=%d size=5 data=x:6162636465 tuple='0.0.0.0:%u->127.0.0.1:4443'", sendmmsg(sender, many, 2, 0), sender, port);
	memset(many, 0, sizeof(many));
	many[0].msg_hdr = got;
	many[1].msg_hdr = got;
	expect("recvmmsg res=%d fd=%d size=16 data=x:6162636465 tuple='127.0.0.1:%u->127.0.0.1:4443'", recvmmsg(receiver, many, 2, 0, NULL),
	       receiver, port);
	sixth = socket(AF_INET6, SOCK_DGRAM, 0);
	bind(sixth, (struct sockaddr *)&six, sizeof(six));
	expect("bind res=0 addr='::1:4444' fd=%d", sixth);
	connect(sixth, (struct sockaddr *)&six, sizeof(six));
	expect("connect res=0 tuple='::1:4444->::1:4444' fd=%d addr='::1:4444'", sixth);
}

static void send_descriptor(int through, int fd)
{
	struct iovec vector = {"x", 1};
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	sendmsg(through, &message, 0);
}

static void local(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/calls.sock"}, hidden = {.sun_family = AF_UNIX};
	int server = socket(AF_UNIX, SOCK_STREAM, 0), client = socket(AF_UNIX, SOCK_STREAM, 0), taken, pair[2];
	char in[4];
	struct iovec into = {in, sizeof(in)};
	char control[64];
	struct msghdr got = {.msg_iov = &into, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
	struct stat status[2];

	unlink(address.sun_path);
	expect("bind res=%d addr='/tmp/calls.sock' fd=%d", bind(server, (struct sockaddr *)&address, sizeof(address)), server);
	listen(server, 3);
	expect("connect res=%d tuple='/tmp/calls.sock' fd=%d addr='/tmp/calls.sock'",
	       connect(client, (struct sockaddr *)&address, sizeof(address)), client);
	taken = accept4(server, NULL, NULL, 0);
	expect("accept4 fd=%d tuple='/tmp/calls.sock' flags=0", taken);
	send_descriptor(client, 0);
	expect("sendmsg res=1 data=x:78 fd=%d tuple='/tmp/calls.sock'", client);
	recvmsg(taken, &got, 0);
	expect("recvmsg res=1 data=x:78 fd=%d tuple='/tmp/calls.sock'", taken);
	memcpy(hidden.sun_path, "\0calls", 6);
	server = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind(server, (struct sockaddr *)&hidden, offsetof(struct sockaddr_un, sun_path) + 6);
	expect("bind res=0 addr='@calls' fd=%d", server);
	expect("socketpair res=%d domain=1 type=1 proto=0", socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	fstat(pair[0], &status[0]);
	fstat(pair[1], &status[1]);
	expect("= socketpair fd1=%d fd2=%d source=%llu peer=%llu", pair[0], pair[1], (unsigned long long)status[0].st_ino,
	       (unsigned long long)status[1].st_ino);
}

#ifdef __i386__
/* The old way in which 32-bit programs made these calls. */
static void through_socketcall(void)
{
	struct sockaddr_in address = at4(4445);
	long arguments[6] = {AF_INET, SOCK_DGRAM, 0};
	int fd = syscall(SYS_socketcall, 1, arguments);

	expect("socket fd=%d domain=2 type=2 proto=0 flags=0", fd);
	arguments[0] = fd;
	arguments[1] = (long)&address;
	arguments[2] = sizeof(address);
	expect("bind res=%ld addr='127.0.0.1:4445' fd=%d", syscall(SYS_socketcall, 2, arguments), fd);
	expect("connect res=%ld tuple='127.0.0.1:4445->127.0.0.1:4445' fd=%d addr='127.0.0.1:4445'", syscall(SYS_socketcall, 3, arguments), fd);
	arguments[1] = (long)"ping";
	arguments[2] = 4;
	arguments[3] = 0;
	expect("send res=%ld data=x:70696e67 fd=%d size=4 tuple='127.0.0.1:4445->127.0.0.1:4445'", syscall(SYS_socketcall, 9, arguments), fd);
	expect("recv res=%ld data=x:70696e67 fd=%d size=4 tuple='127.0.0.1:4445->127.0.0.1:4445'",
	       syscall(SYS_socketcall, 10, (long[]){fd, (long)(char[4]){0}, 4, 0}), fd);
}
#endif

void socket_calls(void)
{
	tcp();
	udp();
	local();
#ifdef __i386__
	through_socketcall();
#endif
}
