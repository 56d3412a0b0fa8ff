/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernel versions, all of them, by version number. The rest of the module calls these names only.
 */
#ifndef FALCO_PROBE_COMPAT_H
#define FALCO_PROBE_COMPAT_H

#include <linux/capability.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include <net/sock.h>

#include <asm/syscall.h>

#define FALCO_KERNEL(a, b) (LINUX_VERSION_CODE >= KERNEL_VERSION(a, b, 0))

#if !FALCO_KERNEL(4, 18)
#error "kernels before 4.18 are not supported"
#endif
#ifndef CONFIG_X86_64
#error "only x86_64 is supported"
#endif
#if defined(CONFIG_PREEMPT_RT) && !FALCO_KERNEL(6, 0)
#error "kernels with PREEMPT_RT are supported from 6.0 on"
#endif
#ifndef CONFIG_HAVE_SYSCALL_TRACEPOINTS
#error "the kernel has no tracepoints of system calls"
#endif

#if FALCO_KERNEL(6, 3)
#define falco_vm_flags_set(vma, flags) vm_flags_set(vma, flags)
#define falco_vm_flags_clear(vma, flags) vm_flags_clear(vma, flags)
#else
#define falco_vm_flags_set(vma, flags) ((vma)->vm_flags |= (flags))
#define falco_vm_flags_clear(vma, flags) ((vma)->vm_flags &= ~(flags))
#endif

#if FALCO_KERNEL(5, 0)
#define falco_access_ok(from, bytes) access_ok(from, bytes)
#else
#define falco_access_ok(from, bytes) access_ok(VERIFY_READ, from, bytes)
#endif

#if FALCO_KERNEL(5, 1)
#define falco_syscall_arguments(regs, args) syscall_get_arguments(current, regs, args)
#else
#define falco_syscall_arguments(regs, args) syscall_get_arguments(current, regs, 0, 6, args)
#endif

#if FALCO_KERNEL(5, 8)
#define falco_kernel_read(to, from, bytes) copy_from_kernel_nofault(to, from, bytes)
#else
#define falco_kernel_read(to, from, bytes) probe_kernel_read(to, from, bytes)
#endif

#if FALCO_KERNEL(5, 5)
#define falco_start_boottime(task) ((task)->start_boottime)
#else
#define falco_start_boottime(task) ((task)->real_start_time)
#endif

#if FALCO_KERNEL(5, 11)
#define falco_sock_from_file(file) sock_from_file(file)
#else
static inline struct socket *falco_sock_from_file(struct file *file)
{
	int error;

	return sock_from_file(file, &error);
}
#endif

#if FALCO_KERNEL(6, 3)
#define falco_idmap(file) file_mnt_idmap(file)
#elif FALCO_KERNEL(5, 12)
#define falco_idmap(file) file_mnt_user_ns(file)
#endif

#if FALCO_KERNEL(5, 12)
#define falco_may_write(file) (!inode_permission(falco_idmap(file), file_inode(file), MAY_WRITE | MAY_NOT_BLOCK))
#define falco_owner_or_capable(file) inode_owner_or_capable(falco_idmap(file), file_inode(file))
#else
#define falco_may_write(file) (!inode_permission(file_inode(file), MAY_WRITE | MAY_NOT_BLOCK))
#define falco_owner_or_capable(file) inode_owner_or_capable(file_inode(file))
#endif

#if FALCO_KERNEL(6, 6)
#define falco_ctime(inode) inode_get_ctime(inode)
#else
#define falco_ctime(inode) ((inode)->i_ctime)
#endif
#if FALCO_KERNEL(6, 7)
#define falco_mtime(inode) inode_get_mtime(inode)
#else
#define falco_mtime(inode) ((inode)->i_mtime)
#endif

#if FALCO_KERNEL(6, 3)
#define falco_cap_bits(set) ((set).val)
#else
#define falco_cap_bits(set) ((u64)(set).cap[1] << 32 | (set).cap[0])
#endif

/* The number of a connected socket's other end, whose lock or RCU keeps it. Inodes of sockets are freed by RCU since 5.3. */
static inline unsigned long falco_socket_ino(struct sock *sk)
{
#if FALCO_KERNEL(5, 3)
	struct socket *socket;
	unsigned long number;

	rcu_read_lock();
	socket = READ_ONCE(sk->sk_socket);
	number = socket ? SOCK_INODE(socket)->i_ino : 0;
	rcu_read_unlock();
	return number;
#else
	return sock_i_ino(sk);
#endif
}

#if FALCO_KERNEL(5, 10)
#define FALCO_CLONE_FUNCTION "kernel_clone"
#else
#define FALCO_CLONE_FUNCTION "_do_fork"
#endif

/* before 4.19 a file does not tell that open created it */
#ifndef FMODE_CREATED
#define FMODE_CREATED ((fmode_t)0)
#endif

#if FALCO_KERNEL(6, 16)
#define FALCO_EXIT_PROBE_ARGS void *data, struct task_struct *task, bool group_dead
#else
#define FALCO_EXIT_PROBE_ARGS void *data, struct task_struct *task
#endif

#endif
