// SPDX-License-Identifier: Apache-2.0
/*
 * Makes system calls and says, on standard output, which events with which parameters must come of them, one line each:
 *
 *   EVENT name=value ...     values: numbers, 'text', bytes as hex after x:
 *
 * Built for 64 and for 32 bits: the events must be the same. call_check.py compares with what was captured.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"

#define N(x) ((long long)(x))

/* Kept in memory until the end: printing would be a call among those that are looked at. */
static char lines[1 << 20];
static size_t used;

void expect(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	used += vsnprintf(lines + used, sizeof(lines) - used, format, list);
	va_end(list);
	lines[used++] = '\n';
}

static void file_id(int fd, unsigned *dev, unsigned long long *ino)
{
	struct stat64 status;

	fstat64(fd, &status);
	/* the kernel's own encoding: 12 bits of major between 8 and 12 of minor */
	*dev = (minor(status.st_dev) & 0xff) | major(status.st_dev) << 8 | (minor(status.st_dev) & ~0xffu) << 12;
	*ino = status.st_ino;
}

static void open_calls(void)
{
	struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_CACHED};
	unsigned long long ino;
	unsigned dev;
	long fd, again;

	fd = open("/tmp/calls.a", O_CREAT | O_RDWR | O_TRUNC | O_SYNC | O_CLOEXEC, 0640);
	file_id(fd, &dev, &ino);
	expect("openat fd=%ld dirfd=-100 name='/tmp/calls.a' flags=%d mode=%d dev=%u ino=%llu", fd, 3 | 4 | 256 | 128 | 4096 | 16384,
	       0640, dev, ino);
	fd = open("/tmp/calls.a", O_RDWR | O_DSYNC | O_APPEND);
	expect("openat fd=%ld name='/tmp/calls.a' flags=%d mode=0 ino=%llu", fd, 3 | 16 | 8, ino);
	again = result(open("/tmp/calls.none", O_RDONLY | O_NONBLOCK));
	expect("openat fd=%d name='/tmp/calls.none' flags=%d dev=0 ino=0", -ENOENT, 1 | 64);
	again = open("/tmp", O_DIRECTORY | O_RDONLY);
	expect("openat fd=%ld name='/tmp' flags=%d", again, 1 | 1024);
	again = open("/tmp", O_TMPFILE | O_WRONLY, 0600);
	expect("openat fd=%ld name='/tmp' flags=%d mode=%d", again, 2 | 8192, 0600);
	again = syscall(SYS_openat2, AT_FDCWD, "/tmp/calls.a", &how, sizeof(how));
	expect("openat2 fd=%ld dirfd=-100 name='/tmp/calls.a' flags=%d mode=0 resolve=%d ino=%llu", result(again), 1 | 4096, 8 | 32,
	       again < 0 ? 0ull : ino);
	again = syscall(SYS_creat, "/tmp/calls.b", 0600);
	file_id(again, &dev, &ino);
	expect("creat fd=%ld name='/tmp/calls.b' mode=%d dev=%u ino=%llu creat_flags=0", again, 0600, dev, ino);
	again = syscall(SYS_open, "/tmp/calls.b", O_WRONLY, 0);
	expect("open fd=%ld name='/tmp/calls.b' flags=2 mode=0 ino=%llu", again, ino);
	expect("dup res=%d oldfd=%ld", dup(fd), fd);
	expect("dup2 res=%d oldfd=%ld newfd=40", dup2(fd, 40), fd);
	expect("dup3 res=%d oldfd=%ld newfd=41 flags=4096", dup3(fd, 41, O_CLOEXEC), fd);
	expect("fcntl res=%d fd=%ld cmd=26 arg=50", fcntl(fd, F_DUPFD_CLOEXEC, 50), fd);
	expect("fcntl res=%d fd=%ld cmd=1 arg=60", fcntl(fd, F_DUPFD, 60), fd);
	expect("fcntl res=%d fd=%ld cmd=3 arg=1", fcntl(fd, F_SETFD, FD_CLOEXEC), fd);
	expect("close res=%d fd=40", close(40));
	expect("close res=%d fd=999999", close(999999) ? -EBADF : 0);
	expect("close_range res=%ld first=50 last=51 flags=4", result(syscall(SYS_close_range, 50, 51, 4)));
	again = syscall(SYS_memfd_create, "calls", 3);
	expect("memfd_create fd=%ld name='calls' flags=3", again);
	/* a name that the short places don't hold */
	char longer[600] = "/tmp/";
	memset(longer + 5, 'n', sizeof(longer) - 6);
	again = result(open(longer, O_RDONLY));
	expect("openat fd=%ld name='%s'", again, longer);
}

static void data_calls(void)
{
	char in[64], out[200], hex[161];
	struct iovec vector[3] = {{"abc", 3}, {"", 0}, {"defgh", 5}}, into[2] = {{in, 4}, {in + 4, 60}};
	off_t offset = 2;
	int fd = open("/tmp/calls.data", O_LARGEFILE | O_CREAT | O_RDWR | O_TRUNC, 0600), target = open("/tmp/calls.copy", O_LARGEFILE | O_CREAT | O_RDWR | O_TRUNC, 0600);
	long got;

	memset(out, 'z', sizeof(out));
	expect("write res=%ld data=x:68656c6c6f fd=%d size=5", (long)write(fd, "hello", 5), fd);
	expect("write res=%d data=x:68656c6c6f fd=-1 size=5", write(-1, "hello", 5) < 0 ? -EBADF : 0);
	got = write(fd, out, sizeof(out));
	memset(hex, 0, sizeof(hex));
	for (int i = 0; i < 80; i++)
		strcat(hex, "7a");
	expect("write res=%ld fd=%d size=200 data=x:%s", got, fd, hex);
	expect("pwrite res=%ld data=x:5858 fd=%d size=2 pos=4294967297", result(pwrite64(fd, "XX", 2, 4294967297ll)), fd);
	expect("%s fd=%d offset=1 whence=0", sizeof(long) == 4 ? "llseek" : "lseek", fd);
	lseek64(fd, 1, SEEK_SET);
	expect("read res=%ld data=x:656c6c fd=%d size=3", (long)read(fd, in, 3), fd);
	expect("read res=%d data=x: fd=-1 size=3", read(-1, in, 3) < 0 ? -EBADF : 0);
	expect("pread res=%ld data=x:6865 fd=%d size=2 pos=0", (long)pread64(fd, in, 2, 0), fd);
	expect("writev res=%ld data=x:6162636465666768 fd=%d size=8", (long)writev(target, vector, 3), target);
	lseek64(target, 0, SEEK_SET);
	expect("readv res=%ld size=64 data=x:6162636465666768 fd=%d", (long)readv(target, into, 2), target);
	expect("preadv res=%ld size=64 data=x:636465666768 fd=%d pos=2", (long)preadv64(target, into, 2, 2), target);
	expect("pwritev res=%ld data=x:616263 fd=%d size=3 pos=8589934592", result(pwritev64(target, vector, 1, 8589934592ll)), target);
	expect("sendfile res=%ld offset=5 out_fd=%d in_fd=%d size=3", (long)sendfile(target, fd, &offset, 3), target, fd);
	expect("getdents64 res=%d fd=%d", -ENOTDIR, fd);
	syscall(SYS_getdents64, fd, in, sizeof(in));
	expect("ioctl res=%d fd=%d request=4660 argument=85", ioctl(fd, 0x1234, 0x55) < 0 ? -ENOTTY : 0, fd);
}

static void path_calls(void)
{
	int root = open("/tmp", O_PATH);

	expect("mkdir res=%d path='/tmp/calls.d' mode=448", mkdir("/tmp/calls.d", 0700));
	expect("mkdirat res=%d dirfd=%d path='calls.e' mode=493", mkdirat(root, "calls.e", 0755), root);
	expect("rename res=%d oldpath='/tmp/calls.e' newpath='/tmp/calls.f'", rename("/tmp/calls.e", "/tmp/calls.f"));
	expect("renameat2 res=%d olddirfd=%d oldpath='calls.f' newdirfd=-100 newpath='/tmp/calls.g' flags=1",
	       renameat2(root, "calls.f", AT_FDCWD, "/tmp/calls.g", RENAME_NOREPLACE), root);
	expect("rmdir res=%d path='/tmp/calls.g'", rmdir("/tmp/calls.g"));
	expect("link res=%d oldpath='/tmp/calls.a' newpath='/tmp/calls.l'", link("/tmp/calls.a", "/tmp/calls.l"));
	expect("linkat res=%d olddir=%d oldpath='calls.a' newdir=%d newpath='calls.m' flags=1024",
	       linkat(root, "calls.a", root, "calls.m", AT_SYMLINK_FOLLOW), root, root);
	expect("symlink res=%d target='calls.a' linkpath='/tmp/calls.s'", symlink("calls.a", "/tmp/calls.s"));
	expect("symlinkat res=%d target='over there' linkdirfd=%d linkpath='calls.t'", symlinkat("over there", root, "calls.t"), root);
	expect("unlink res=%d path='/tmp/calls.s'", unlink("/tmp/calls.s"));
	expect("unlinkat res=%d dirfd=%d name='calls.t' flags=0", unlinkat(root, "calls.t", 0), root);
	expect("unlinkat res=%d dirfd=%d name='calls.d' flags=512", unlinkat(root, "calls.d", AT_REMOVEDIR), root);
	expect("chmod res=%d filename='/tmp/calls.a' mode=2541", chmod("/tmp/calls.a", 04755));
	expect("fchmod res=%d fd=%d mode=0", fchmod(root, 0) < 0 ? -EBADF : 0, root);
	expect("fchmodat res=%d dirfd=%d filename='calls.a' mode=420", fchmodat(root, "calls.a", 0644, 0), root);
	expect("chown res=%d path='/tmp/calls.a' uid=4294967295 gid=7", chown("/tmp/calls.a", -1, 7));
	expect("lchown res=%d path='/tmp/calls.a' uid=3 gid=7", lchown("/tmp/calls.a", 3, 7));
	expect("fchownat res=%d dirfd=%d pathname='calls.a' uid=0 gid=0 flags=1024",
	       fchownat(root, "calls.a", 0, 0, AT_SYMLINK_NOFOLLOW), root);
	expect("access res=%d name='/tmp/calls.a' mode=6", access("/tmp/calls.a", R_OK | W_OK));
	expect("mknod res=%ld path='/tmp/calls.p' mode=4480 dev=0", syscall(SYS_mknod, "/tmp/calls.p", S_IFIFO | 0600, 0));
	expect("mknodat res=%ld dirfd=%d path='calls.q' mode=8576 dev=259", syscall(SYS_mknodat, root, "calls.q", S_IFCHR | 0600, 0x103), root);
	expect("chdir res=%d path='/tmp'", chdir("/tmp"));
	expect("fchdir res=%d fd=%d", fchdir(root), root);
	expect("getcwd res=5 path='/tmp'");
	syscall(SYS_getcwd, (char[100]){0}, 100);
	expect("chdir res=%d path='/'", chdir("/"));
	expect("mount res=%d dev='none' dir='/run' type='tmpfs' flags=6", mount("none", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "size=1m"));
	expect("umount2 res=%d name='/run' flags=2", umount2("/run", MNT_DETACH));
	expect("chroot res=%d path='/'", chroot("/"));
	expect("flock res=%d fd=%d operation=6", (int)result(syscall(SYS_flock, root, 6)), root);
}

static void pair_calls(void)
{
	struct epoll_event event;
	struct pollfd polled[2];
	struct timespec little = {0, 1000};
	unsigned long long ino;
	unsigned dev;
	int pair[2], made;
	sigset_t signals;

	pipe2(pair, O_CLOEXEC | O_NONBLOCK);
	file_id(pair[0], &dev, &ino);
	expect("pipe2 res=0 fd1=%d fd2=%d ino=%llu flags=%d", pair[0], pair[1], ino, 4096 | 64);
	syscall(SYS_pipe, pair);
	file_id(pair[0], &dev, &ino);
	expect("pipe res=0 fd1=%d fd2=%d ino=%llu", pair[0], pair[1], ino);
	made = eventfd(7, EFD_CLOEXEC);
	expect("eventfd2 res=%d flags=4096 initval=7", made);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	made = signalfd(-1, &signals, SFD_NONBLOCK);
	expect("signalfd4 res=%d flags=64 fd=-1 mask=512", made);
	made = timerfd_create(CLOCK_MONOTONIC, 0);
	expect("timerfd_create res=%d clockid=1", made);
	made = inotify_init1(IN_CLOEXEC);
	expect("inotify_init1 res=%d flags=4096", made);
	made = epoll_create1(EPOLL_CLOEXEC);
	expect("epoll_create1 res=%d flags=1", made);
	expect("epoll_wait res=%ld maxevents=1", syscall(SYS_epoll_wait, made, &event, 1, 0));
	polled[0] = (struct pollfd){.fd = pair[1], .events = POLLOUT};
	polled[1] = (struct pollfd){.fd = 998, .events = POLLIN};
	expect("poll res=%ld timeout=0 fds=x:0200%02x00000000000000%s%s", syscall(SYS_poll, polled, 2, 0), pair[1], "0400", "e6030000000000004000");
	/* the kernel writes the time that was left over the time that was given */
	expect("ppoll res=%d fds=x:0100%02x000000000000000400", ppoll(polled, 1, &little, NULL), pair[1]);
	little.tv_nsec = 2000;
#ifdef __i386__
	syscall(SYS_nanosleep, (int[2]){0, 2000}, NULL);
#else
	syscall(SYS_nanosleep, &little, NULL);
#endif
	expect("nanosleep res=0 interval=2000");
}

static void process_calls(void)
{
	struct rlimit limit = {100, RLIM_INFINITY};
	struct rlimit64 big = {0x300000000ull, ~0ull};
	struct sembuf operations[2] = {{0, 1, 0}, {1, -1, IPC_NOWAIT | SEM_UNDO}};
	void *at;
	int set;
	pid_t child;

	at = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	expect("%s length=8192 prot=3 flags=10 fd=-1", sizeof(long) == 4 ? "mmap2" : "mmap");
	expect("mprotect res=%d addr=%llu length=4096 prot=5", mprotect(at, 4096, PROT_READ | PROT_EXEC), N((unsigned long)at));
	expect("mlock res=%d addr=%llu len=4096", mlock(at, 4096), N((unsigned long)at));
	expect("munlock res=%d addr=%llu len=4096", munlock(at, 4096), N((unsigned long)at));
	expect("munmap res=%d addr=%llu length=8192", munmap(at, 8192), N((unsigned long)at));
	expect("setpgid res=%d pid=0 pgid=0", setpgid(0, 0));
	expect("prctl res=%d option=15 arg2_str='callers' arg2_int=0", prctl(PR_SET_NAME, "callers"));
	expect("prctl res=%d option=36 arg2_str='' arg2_int=1", prctl(PR_SET_CHILD_SUBREAPER, 1));
	expect("kill res=%d pid=%d sig=0", kill(getpid(), 0), getpid());
	expect("tgkill res=%ld pid=%d tid=%d sig=0", syscall(SYS_tgkill, getpid(), getpid(), 0), getpid(), getpid());
	expect("seccomp res=%ld op=9 flags=1", result(syscall(SYS_seccomp, 9, 1, NULL)));
	expect("unshare res=%d flags=%d", unshare(CLONE_NEWUTS), 128);
	expect("setns res=%ld fd=-1 nstype=%d", result(syscall(SYS_setns, -1, CLONE_NEWNET)), 16);
	expect("setresuid res=%d ruid=4294967295 euid=0 suid=4294967295", setresuid(-1, 0, -1));
	expect("setresgid res=%d rgid=4294967295 egid=0 sgid=4294967295", setresgid(-1, 0, -1));
	expect("setreuid res=%d ruid=0 euid=4294967295", setreuid(0, -1));
	expect("setuid res=%d uid=0", setuid(0));
	expect("getuid uid=0");
	getuid();
	syscall(SYS_setrlimit, RLIMIT_CORE, &limit);
	expect("setrlimit res=0 cur=100 max=-1 resource=4");
	syscall(SYS_prlimit64, 0, RLIMIT_FSIZE, NULL, &big);
	expect("prlimit res=0 newcur=-1 newmax=-1 oldcur=-1 oldmax=-1 pid=0 resource=1");
	set = semget(IPC_PRIVATE, 2, IPC_CREAT | IPC_EXCL | 0600);
	expect("semget res=%d key=0 nsems=2 semflg=%d", set, 8192 | 16384);
	expect("semctl res=%d semid=%d semnum=1 cmd=4096 val=5", semctl(set, 1, SETVAL, 5), set);
	expect("semop res=%ld nsops=2 sem_num_0=0 sem_op_0=1 sem_flg_0=0 sem_num_1=1 sem_op_1=-1 sem_flg_1=3 semid=%d",
#ifdef __i386__
	       syscall(SYS_ipc, 1, set, 2, 0, operations, 0), set);
#else
	       syscall(SYS_semop, set, operations, 2), set);
#endif
	expect("semctl res=%d semid=%d cmd=4", semctl(set, 0, IPC_RMID), set);
	expect("ptrace res=%d request=18 pid=1", result(ptrace(PTRACE_GETREGSET, 1, 1, 0)) < 0 ? -ESRCH : 0);
	expect("bpf fd=%ld cmd=99", result(syscall(SYS_bpf, 99, NULL, 0)));
	expect("pidfd_open fd=%ld pid=1 flags=0", syscall(SYS_pidfd_open, 1, 0));
	expect("keyctl res=%ld operation=1 arg2=x:0163616c6c7300", result(syscall(SYS_keyctl, 1, "calls", 0, 0, 0)));
	expect("delete_module res=%ld name='nosuch' flags=2", result(syscall(SYS_delete_module, "nosuch", O_NONBLOCK)));
	expect("finit_module res=%ld fd=-1 uargs='a=b' flags=1", result(syscall(SYS_finit_module, -1, "a=b", 1)));
	expect("userfaultfd flags=4096");
	syscall(SYS_userfaultfd, O_CLOEXEC);
	child = fork();
	if (!child) {
		char *const arguments[] = {"not there", "first", "second argument", NULL}, *const environment[] = {"A=b", NULL};

		touch(arguments);
		touch(environment);
		execve("/tmp/calls.nosuch", arguments, environment);
		kill(getpid(), SIGKILL);
	}
	waitpid(child, NULL, 0);
	expect("@%d execve res=%d exe='not there' args=x:6669727374007365636f6e6420617267756d656e7400 env=x:413d6200 "
	       "filename='/tmp/calls.nosuch'", child, -ENOENT);
	expect("@%d procexit status=9 ret=0 sig=9 core=0 reaper_tid=0", child);
}

int main(void)
{
	expect("@ %d", getpid());
	open_calls();
	data_calls();
	path_calls();
	pair_calls();
	socket_calls();
	more_calls();
	process_calls();
	fwrite(lines, 1, used, stdout);
	return 0;
}
