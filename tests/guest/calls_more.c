// SPDX-License-Identifier: Apache-2.0
/*
 * More of the program `calls`: processes in all ways they begin, rare calls, calls that fail.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

struct clone3_arguments {
	unsigned long long flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};

static void reap(int child)
{
	waitpid(child, NULL, 0);
}

static void births(void)
{
	struct clone3_arguments arguments = {.flags = CLONE_FILES | CLONE_FS, .exit_signal = SIGCHLD};
	const int self = getpid();
	int child;

	child = syscall(SYS_fork);
	if (!child)
		_exit(3);
	expect("fork res=%d exe='%s' tid=%d pid=%d flags=0 uid=0 gid=0 vtid=%d vpid=%d cwd=''", child, program_invocation_name, self, self, self, self);
	expect("@%d fork res=0 exe='%s' tid=%d pid=%d ptid=%d flags=0 comm='%s'", child, program_invocation_name, child, child, self,
	       program_invocation_short_name);
	reap(child);
	expect("@%d procexit status=768 ret=3 sig=0 core=0", child);
	child = vfork();
	if (!child)
		_exit(0);
	expect("vfork res=%d tid=%d", child, self);
	reap(child);
	child = syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (!child)
		_exit(0);
	expect("clone3 res=%d flags=3 tid=%d", child, self);
	expect("@%d clone3 res=0 flags=3 tid=%d ptid=%d", child, child, self);
	reap(child);
	child = syscall(SYS_clone, SIGCHLD | CLONE_NEWPID | CLONE_NEWUTS, 0, 0, 0, 0);
	if (!child)
		_exit(0);
	expect("clone res=%d flags=%d tid=%d", child, 64 | 128 | 0x20000000, self);
	expect("@%d clone res=0 flags=%d tid=%d vtid=1 vpid=1", child, 64 | 128 | 0x20000000, child);
	reap(child);
}

/* A program that is started, from a file and from memory. */
static void programs(void)
{
	char *const arguments[] = {"name", "one", "", "three", NULL}, *const environment[] = {"E=1", "F=", NULL};
	struct stat status;
	int child, memory;

	stat("/bin/busybox", &status);
	/* a child may run before its parent goes on, and calls nothing else of interest */
	child = fork();
	if (!child) {
		setpgid(0, 0);
		execve("/bin/../bin/true", arguments, environment);
		_exit(9);
	}
	reap(child);
	expect("@%d execve res=0 exe='name' args=x:6f6e6500007468726565%s env=x:453d3100463d00 tid=%d pid=%d ptid=%d comm='true' "
	       "trusted_exepath='/bin/busybox' filename='/bin/../bin/true' exe_ino=%llu tty=0 vpgid=%d pgid=%d loginuid=4294967295 uid=0 gid=0 "
	       "flags=1 cap_effective=%llu", child, "00", child, child, getpid(), (unsigned long long)status.st_ino, child, child,
	       (1ull << 41) - 1);
	memory = open("/bin/busybox", O_RDONLY);
	child = fork();
	if (!child) {
		syscall(SYS_execveat, memory, "", arguments, environment, AT_EMPTY_PATH);
		_exit(9);
	}
	reap(child);
	expect("@%d execve res=0 exe='name' exe_ino=%llu", child, (unsigned long long)status.st_ino);
	child = fork();
	if (!child) {
		touch(arguments);
		syscall(SYS_execveat, AT_FDCWD, "/tmp/calls.nothing", arguments, environment, 0);
		_exit(9);
	}
	reap(child);
	expect("@%d execveat res=-2 exe='name' args=x:6f6e65000074687265650%s", child, "0");
	/* no privileges and a file of somebody else: not writable */
	child = fork();
	if (!child) {
		if (setgid(65534) || setuid(65534))
			_exit(9);
		execve("/bin/true", arguments, environment);
		_exit(9);
	}
	reap(child);
	expect("@%d execve res=0 flags=0 uid=65534 gid=65534 cap_effective=0 cap_permitted=0", child);
}

/* calls.sh has mounted an overlay: a file below, one above, and one that was copied up. */
static void layers(void)
{
	static const struct {
		const char *path;
		int exe_flags, open_flags;
	} files[] = {{"/overlay/low", 1 | 8, 65536}, {"/overlay/high", 1 | 2, 32768}, {"/overlay/moved", 1 | 2, 32768}};
	char *const arguments[] = {"true", NULL}, *const environment[] = {NULL};
	struct stat status;
	int child, fd;

	for (int i = 0; i < 3; i++) {
		child = fork();
		if (!child) {
			execve(files[i].path, arguments, environment);
			_exit(9);
		}
		reap(child);
		stat(files[i].path, &status);
		expect("@%d execve res=0 flags=%d trusted_exepath='%s' exe_ino=%llu", child, files[i].exe_flags, files[i].path,
		       (unsigned long long)status.st_ino);
		fd = open(files[i].path, O_RDONLY);
		expect("openat fd=%d name='%s' flags=%d", fd, files[i].path, 1 | files[i].open_flags);
	}
	fd = syscall(SYS_creat, "/overlay/new", 0600);
	expect("creat fd=%d name='/overlay/new' creat_flags=1", fd);
	/* a program that has no file */
	fd = syscall(SYS_memfd_create, "ghost", 0);
	child = open("/bin/busybox", O_RDONLY);
	stat("/bin/busybox", &status);
	if (sendfile(fd, child, NULL, status.st_size) != status.st_size)
		_exit(1);
	child = fork();
	if (!child) {
		syscall(SYS_execveat, fd, "", arguments, environment, AT_EMPTY_PATH);
		_exit(9);
	}
	reap(child);
	expect("@%d execve res=0 exe='true' flags=5 trusted_exepath='/memfd:ghost (deleted)'", child);
}

static void limits(void)
{
	unsigned ids[3];
	struct rlimit limit;

	syscall(SYS_getresuid, &ids[0], &ids[1], &ids[2]);
	expect("getresuid res=0 ruid=0 euid=0 suid=0");
	syscall(SYS_getresgid, &ids[0], &ids[1], &ids[2]);
	expect("getresgid res=0 rgid=0 egid=0 sgid=0");
	getrlimit(RLIMIT_NICE, &limit);
	syscall(SYS_getrlimit, RLIMIT_NICE, &limit);
	expect("getrlimit res=0 cur=%lld max=%lld resource=13", (long long)limit.rlim_cur, (long long)limit.rlim_max);
	expect("setregid res=%ld rgid=0 egid=4294967295", result(setregid(0, -1)));
	expect("setgid res=%ld gid=0", result(setgid(0)));
	expect("geteuid euid=%d", geteuid());
	expect("getgid gid=%d", getgid());
	expect("getegid egid=%d", getegid());
	expect("setsid res=%ld", result(setsid()));
	expect("tkill res=%ld tid=%d sig=0", result(syscall(SYS_tkill, getpid(), 0)), getpid());
}

static void memory(void)
{
	char *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct iovec here = {at, 4}, there = {at, 4};

	memcpy(at, "seen", 4);
	expect("process_vm_readv res=%ld pid=%d data=x:7365656e", result(process_vm_readv(getpid(), &here, 1, &there, 1, 0)), getpid());
	expect("process_vm_writev res=%ld pid=%d data=x:7365656e", result(process_vm_writev(getpid(), &here, 1, &there, 1, 0)), getpid());
	expect("mlock2 res=%ld addr=%llu len=4096 flags=1", result(syscall(SYS_mlock2, at, 4096, 1)), (unsigned long long)(unsigned long)at);
	expect("mlockall res=%ld flags=1", result(mlockall(MCL_CURRENT)));
	expect("munlockall res=%ld", result(munlockall()));
	expect("futex res=%ld addr=%llu op=129 val=1", result(syscall(SYS_futex, at, 129, 1, 0, 0, 0)), (unsigned long long)(unsigned long)at);
	expect("init_module res=%ld img=x:7365656e length=4 uargs='x=y'", result(syscall(SYS_init_module, at, 4ul, "x=y")));
}

static void descriptors(void)
{
	struct io_uring_params parameters = {.flags = IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP, .cq_entries = 64};
	int from = open("/tmp/calls.more", O_CREAT | O_RDWR, 0600), to = open("/tmp/calls.other", O_CREAT | O_RDWR, 0600), pair[2], ring, pidfd;
	long long in = 1, out = 2;
	sigset_t set;

	if (write(from, "0123456789", 10) != 10 || pipe(pair))
		_exit(1);
	ring = syscall(SYS_copy_file_range, from, &in, to, &out, 4ul, 0);
	expect("copy_file_range res=%d fdout=%d offout=%lld fdin=%d offin=%lld len=4", ring, to, out, from, in);
	in = 0;
	ring = syscall(SYS_splice, from, &in, pair[1], NULL, 5ul, 1);
	expect("splice res=%d fd_in=%d fd_out=%d size=5 flags=1", ring, from, pair[1]);
	ring = syscall(SYS_io_uring_setup, 8, &parameters);
	expect("io_uring_setup res=%ld entries=8 sq_entries=%u cq_entries=%u flags=48 features=%u", result(ring), parameters.sq_entries,
	       parameters.cq_entries, parameters.features);
	expect("io_uring_enter res=%ld fd=%d to_submit=0 min_complete=0 flags=1", result(syscall(SYS_io_uring_enter, ring, 0, 0, 1, NULL, 0)), ring);
	expect("io_uring_register res=%ld fd=%d opcode=7 arg=0 nr_args=9", result(syscall(SYS_io_uring_register, ring, 7, NULL, 9)), ring);
	pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	expect("pidfd_getfd fd=%ld pid_fd=%d target_fd=%d flags=0", syscall(SYS_pidfd_getfd, pidfd, from, 0), pidfd, from);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	expect("signalfd res=%ld fd=-1 mask=16384 flags=0", syscall(SYS_signalfd, -1, &set, 8));
	expect("eventfd res=%ld initval=3 flags=0", syscall(SYS_eventfd, 3));
	expect("inotify_init res=%ld flags=0", syscall(SYS_inotify_init));
	expect("epoll_create res=%ld size=5", syscall(SYS_epoll_create, 5));
	expect("fchown res=%ld fd=%d uid=1 gid=2", result(fchown(from, 1, 2)), from);
	expect("renameat res=%ld olddirfd=-100 oldpath='/tmp/calls.more' newdirfd=-100 newpath='/tmp/calls.less'",
	       result(syscall(SYS_renameat, AT_FDCWD, "/tmp/calls.more", AT_FDCWD, "/tmp/calls.less")));
	expect("fsconfig res=%ld fd=-1 cmd=1 key='source' value_bytebuf=x: value_charbuf='here' aux=0",
	       result(syscall(SYS_fsconfig, -1, 1, "source", "here", 0)));
	expect("quotactl res=%ld special='/dev/none' quotafilepath='/quota' cmd=1 type=1 id=4 quota_fmt=8",
	       result(syscall(SYS_quotactl, 0x800002 << 8, "/dev/none", 4, "/quota")));
}

/* Calls that C libraries no longer make. */
static void old_files(void)
{
	struct {
		struct file_handle head;
		char room[MAX_HANDLE_SZ];
	} handle = {.head = {.handle_bytes = MAX_HANDLE_SZ}};
	int fd = open("/tmp/calls.less", O_RDONLY), folder = open("/dev/shm", O_RDONLY | O_DIRECTORY), mount;
	char room[512];

	expect("lseek res=%ld fd=%d offset=3 whence=0", syscall(SYS_lseek, fd, 3, SEEK_SET), fd);
	expect("stat res=%ld path='/tmp/calls.less'", syscall(SYS_stat, "/tmp/calls.less", room));
	expect("stat res=-2 path='/tmp/calls.none'");
	syscall(SYS_stat, "/tmp/calls.none", room);
	expect("lstat res=%ld path='/tmp'", syscall(SYS_lstat, "/tmp", room));
	expect("fstat res=%ld fd=%d", syscall(SYS_fstat, fd, room), fd);
#ifdef __i386__
	expect("stat64 res=%ld path='/tmp'", syscall(SYS_stat64, "/tmp", room));
	expect("lstat64 res=%ld path='/tmp'", syscall(SYS_lstat64, "/tmp", room));
	expect("fstat64 res=%ld", syscall(SYS_fstat64, fd, room));
	expect("newfstatat res=%ld dirfd=%d path='calls' flags=0", result(syscall(SYS_fstatat64, folder, "calls", room, 0)), folder);
	expect("umount res=%ld name='/tmp/calls.none'", result(syscall(SYS_umount, "/tmp/calls.none")));
#else
	expect("newfstatat res=%ld dirfd=%d path='calls' flags=0", result(syscall(SYS_newfstatat, folder, "calls", room, 0)), folder);
#endif
	expect("getdents res=%ld fd=%d", syscall(SYS_getdents, folder, room, sizeof(room)), folder);
	if (name_to_handle_at(AT_FDCWD, "/dev/shm", &handle.head, &mount, 0))
		_exit(1);
	expect("open_by_handle_at fd=%d mountfd=%d path='/dev/shm'", open_by_handle_at(folder, &handle.head, O_RDONLY | O_DIRECTORY), folder);
}

static void old_others(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct capabilities[2];
	int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0), taken;
	socklen_t length = sizeof(address);

	if (bind(server, (struct sockaddr *)&address, length) || listen(server, 2) ||
	    getsockname(server, (struct sockaddr *)&address, &length) || connect(client, (struct sockaddr *)&address, length))
		_exit(1);
	expect("getsockname");
#ifdef __i386__
	taken = syscall(SYS_socketcall, 5, (long[]){server, 0, 0});
#else
	taken = syscall(SYS_accept, server, NULL, NULL);
#endif
	expect("accept fd=%d queuemax=2", taken);
	getpeername(taken, (struct sockaddr *)&address, &length);
	expect("getpeername");
	syscall(SYS_capget, &header, capabilities);
	expect("capset res=%ld cap_inheritable=0 cap_effective=%llu", syscall(SYS_capset, &header, capabilities), (1ull << 41) - 1);
	expect("select res=%ld", result(syscall(SYS_select, 0, NULL, NULL, NULL, (long[]){0, 0})));
	syscall(SYS_brk, 0);
	expect("brk addr=0");
	syscall(SYS_getppid);
#ifndef __i386__
	expect("syscall nativeID=%d", SYS_getppid);
#endif
}

void more_calls(void)
{
	births();
	programs();
	layers();
	limits();
	memory();
	descriptors();
	old_files();
	old_others();
}
