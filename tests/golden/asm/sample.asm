image version 1
  rules 4
  predicates 16
  fields 13
  programs 5
  instructions 70

program 0, 2 events
  GENERIC_E ASYNCEVENT_E
    test p0 L5                ; evt.type eq "connect"
    test p1 L5                ; fd.ip eq 10.1.2.3
    test p2 L5                ; fd.port ne 22
    test.not p3 L5            ; fd.net in (10.0.0.0/8, fe80::/10)
    match r1                  ; "Odd connection"
 L5:
    test.not p4 L12           ; tolower(proc.exe) eq val(fd.name)
    test.not p5 L12           ; tolower(proc.exe) regex "/tmp/[a-z]+"
    test.not p6 L12           ; proc.aname startswith anyof ("ssh", "su")
    test.not p7 L12           ; proc.aname[2] eq "init"
    test.not p8 L12           ; proc.env[LD_PRELOAD] exists
    test.not p9 L12           ; proc.pid lt -1
    test p10 L13              ; evt.failed eq true
 L12:
    match r2                  ; "Transformed"
 L13:
    end

program 1, 1 events
  GENERIC_X
    test p11 L6               ; evt.type in ("open", "openat", "openat2")
    test p12 L6               ; proc.name in ("bash", "dash", "sh", "zsh", "ksh")
    test.not p13 L4           ; fd.name eq "/etc/shadow"
    test p14 L6               ; fd.name pmatch ("/root", "/home/*/.ssh")
 L4:
    test.not p15 L6           ; proc.pname glob "cron*"
    match r0                  ; "Shell reads shadow"
 L6:
    test p0 L11               ; evt.type eq "connect"
    test p1 L11               ; fd.ip eq 10.1.2.3
    test p2 L11               ; fd.port ne 22
    test.not p3 L11           ; fd.net in (10.0.0.0/8, fe80::/10)
    match r1                  ; "Odd connection"
 L11:
    test.not p4 L18           ; tolower(proc.exe) eq val(fd.name)
    test.not p5 L18           ; tolower(proc.exe) regex "/tmp/[a-z]+"
    test.not p6 L18           ; proc.aname startswith anyof ("ssh", "su")
    test.not p7 L18           ; proc.aname[2] eq "init"
    test.not p8 L18           ; proc.env[LD_PRELOAD] exists
    test.not p9 L18           ; proc.pid lt -1
    test p10 L19              ; evt.failed eq true
 L18:
    match r2                  ; "Transformed"
 L19:
    end

program 2, 409 events
  SYSCALL_OPEN_E SYSCALL_CLOSE_E SYSCALL_CLOSE_X SYSCALL_READ_E SYSCALL_READ_X SYSCALL_WRITE_E SYSCALL_WRITE_X
  SYSCALL_BRK_1_E SYSCALL_BRK_1_X SYSCALL_EXECVE_8_E SYSCALL_EXECVE_8_X SYSCALL_CLONE_11_E SYSCALL_CLONE_11_X PROCEXIT_E
  SOCKET_SOCKET_E SOCKET_SOCKET_X SOCKET_BIND_E SOCKET_BIND_X SOCKET_LISTEN_E SOCKET_LISTEN_X SOCKET_ACCEPT_E
  SOCKET_ACCEPT_X SOCKET_SEND_E SOCKET_SEND_X SOCKET_SENDTO_E SOCKET_SENDTO_X SOCKET_RECV_E SOCKET_RECV_X
  SOCKET_RECVFROM_E SOCKET_RECVFROM_X SOCKET_SHUTDOWN_E SOCKET_SHUTDOWN_X SOCKET_GETSOCKNAME_E SOCKET_GETSOCKNAME_X
  SOCKET_GETPEERNAME_E SOCKET_GETPEERNAME_X SOCKET_SOCKETPAIR_E SOCKET_SOCKETPAIR_X SOCKET_SETSOCKOPT_E
  SOCKET_SETSOCKOPT_X SOCKET_GETSOCKOPT_E SOCKET_GETSOCKOPT_X SOCKET_SENDMSG_E SOCKET_SENDMSG_X SOCKET_SENDMMSG_E
  SOCKET_SENDMMSG_X SOCKET_RECVMSG_E SOCKET_RECVMSG_X SOCKET_RECVMMSG_E SOCKET_RECVMMSG_X SOCKET_ACCEPT4_E
  SOCKET_ACCEPT4_X SYSCALL_CREAT_E SYSCALL_CREAT_X SYSCALL_PIPE_E SYSCALL_PIPE_X SYSCALL_EVENTFD_E SYSCALL_EVENTFD_X
  SYSCALL_FUTEX_E SYSCALL_FUTEX_X SYSCALL_STAT_E SYSCALL_STAT_X SYSCALL_LSTAT_E SYSCALL_LSTAT_X SYSCALL_FSTAT_E
  SYSCALL_FSTAT_X SYSCALL_STAT64_E SYSCALL_STAT64_X SYSCALL_LSTAT64_E SYSCALL_LSTAT64_X SYSCALL_FSTAT64_E
  SYSCALL_FSTAT64_X SYSCALL_EPOLLWAIT_E SYSCALL_EPOLLWAIT_X SYSCALL_POLL_E SYSCALL_POLL_X SYSCALL_SELECT_E
  SYSCALL_SELECT_X SYSCALL_NEWSELECT_E SYSCALL_NEWSELECT_X SYSCALL_LSEEK_E SYSCALL_LSEEK_X SYSCALL_LLSEEK_E
  SYSCALL_LLSEEK_X SYSCALL_IOCTL_2_E SYSCALL_IOCTL_2_X SYSCALL_GETCWD_E SYSCALL_GETCWD_X SYSCALL_CHDIR_E SYSCALL_CHDIR_X
  SYSCALL_FCHDIR_E SYSCALL_FCHDIR_X SYSCALL_MKDIR_E SYSCALL_MKDIR_X SYSCALL_RMDIR_E SYSCALL_RMDIR_X SYSCALL_OPENAT_E
  SYSCALL_LINK_E SYSCALL_LINK_X SYSCALL_LINKAT_E SYSCALL_LINKAT_X SYSCALL_UNLINK_E SYSCALL_UNLINK_X SYSCALL_UNLINKAT_E
  SYSCALL_UNLINKAT_X SYSCALL_PREAD_E SYSCALL_PREAD_X SYSCALL_PWRITE_E SYSCALL_PWRITE_X SYSCALL_READV_E SYSCALL_READV_X
  SYSCALL_WRITEV_E SYSCALL_WRITEV_X SYSCALL_PREADV_E SYSCALL_PREADV_X SYSCALL_PWRITEV_E SYSCALL_PWRITEV_X SYSCALL_DUP_E
  SYSCALL_DUP_X SYSCALL_SIGNALFD_E SYSCALL_SIGNALFD_X SYSCALL_KILL_E SYSCALL_KILL_X SYSCALL_TKILL_E SYSCALL_TKILL_X
  SYSCALL_TGKILL_E SYSCALL_TGKILL_X SYSCALL_NANOSLEEP_E SYSCALL_NANOSLEEP_X SYSCALL_TIMERFD_CREATE_E
  SYSCALL_TIMERFD_CREATE_X SYSCALL_INOTIFY_INIT_E SYSCALL_INOTIFY_INIT_X SYSCALL_GETRLIMIT_E SYSCALL_GETRLIMIT_X
  SYSCALL_SETRLIMIT_E SYSCALL_SETRLIMIT_X SYSCALL_PRLIMIT_E SYSCALL_PRLIMIT_X SCHEDSWITCH_1_E DROP_E DROP_X
  SYSCALL_FCNTL_E SYSCALL_FCNTL_X SCHEDSWITCH_6_E SYSCALL_EXECVE_13_E SYSCALL_EXECVE_13_X SYSCALL_CLONE_16_E
  SYSCALL_CLONE_16_X SYSCALL_BRK_4_E SYSCALL_BRK_4_X SYSCALL_MMAP_E SYSCALL_MMAP_X SYSCALL_MMAP2_E SYSCALL_MMAP2_X
  SYSCALL_MUNMAP_E SYSCALL_MUNMAP_X SYSCALL_SPLICE_E SYSCALL_SPLICE_X SYSCALL_PTRACE_E SYSCALL_PTRACE_X
  SYSCALL_IOCTL_3_E SYSCALL_IOCTL_3_X SYSCALL_EXECVE_14_E SYSCALL_EXECVE_14_X SYSCALL_RENAME_E SYSCALL_RENAME_X
  SYSCALL_RENAMEAT_E SYSCALL_RENAMEAT_X SYSCALL_SYMLINK_E SYSCALL_SYMLINK_X SYSCALL_SYMLINKAT_E SYSCALL_SYMLINKAT_X
  SYSCALL_FORK_E SYSCALL_FORK_X SYSCALL_VFORK_E SYSCALL_VFORK_X PROCEXIT_1_E SYSCALL_SENDFILE_E SYSCALL_SENDFILE_X
  SYSCALL_QUOTACTL_E SYSCALL_QUOTACTL_X SYSCALL_SETRESUID_E SYSCALL_SETRESUID_X SYSCALL_SETRESGID_E SYSCALL_SETRESGID_X
  SCAPEVENT_E SYSCALL_SETUID_E SYSCALL_SETUID_X SYSCALL_SETGID_E SYSCALL_SETGID_X SYSCALL_GETUID_E SYSCALL_GETUID_X
  SYSCALL_GETEUID_E SYSCALL_GETEUID_X SYSCALL_GETGID_E SYSCALL_GETGID_X SYSCALL_GETEGID_E SYSCALL_GETEGID_X
  SYSCALL_GETRESUID_E SYSCALL_GETRESUID_X SYSCALL_GETRESGID_E SYSCALL_GETRESGID_X SYSCALL_EXECVE_15_E
  SYSCALL_EXECVE_15_X SYSCALL_CLONE_17_E SYSCALL_CLONE_17_X SYSCALL_FORK_17_E SYSCALL_FORK_17_X SYSCALL_VFORK_17_E
  SYSCALL_VFORK_17_X SYSCALL_CLONE_20_E SYSCALL_CLONE_20_X SYSCALL_FORK_20_E SYSCALL_FORK_20_X SYSCALL_VFORK_20_E
  SYSCALL_VFORK_20_X CONTAINER_E SYSCALL_EXECVE_16_E SYSCALL_EXECVE_16_X SIGNALDELIVER_E PROCINFO_E SYSCALL_GETDENTS_E
  SYSCALL_GETDENTS_X SYSCALL_GETDENTS64_E SYSCALL_GETDENTS64_X SYSCALL_SETNS_E SYSCALL_SETNS_X SYSCALL_FLOCK_E
  SYSCALL_FLOCK_X CPU_HOTPLUG_E SOCKET_ACCEPT_5_E SOCKET_ACCEPT_5_X SOCKET_ACCEPT4_5_E SOCKET_ACCEPT4_5_X
  SYSCALL_SEMOP_E SYSCALL_SEMOP_X SYSCALL_SEMCTL_E SYSCALL_SEMCTL_X SYSCALL_PPOLL_E SYSCALL_PPOLL_X SYSCALL_MOUNT_E
  SYSCALL_MOUNT_X SYSCALL_UMOUNT_E SYSCALL_UMOUNT_X K8S_E SYSCALL_SEMGET_E SYSCALL_SEMGET_X SYSCALL_ACCESS_E
  SYSCALL_ACCESS_X SYSCALL_CHROOT_E SYSCALL_CHROOT_X TRACER_E MESOS_E CONTAINER_JSON_E SYSCALL_SETSID_E SYSCALL_SETSID_X
  SYSCALL_MKDIR_2_E SYSCALL_MKDIR_2_X SYSCALL_RMDIR_2_E SYSCALL_RMDIR_2_X NOTIFICATION_E SYSCALL_EXECVE_17_E
  SYSCALL_EXECVE_17_X SYSCALL_UNSHARE_E SYSCALL_UNSHARE_X INFRASTRUCTURE_EVENT_E SYSCALL_EXECVE_18_E SYSCALL_EXECVE_18_X
  PAGE_FAULT_E SYSCALL_EXECVE_19_E SYSCALL_EXECVE_19_X SYSCALL_SETPGID_E SYSCALL_SETPGID_X SYSCALL_BPF_E SYSCALL_BPF_X
  SYSCALL_SECCOMP_E SYSCALL_SECCOMP_X SYSCALL_UNLINK_2_E SYSCALL_UNLINK_2_X SYSCALL_UNLINKAT_2_E SYSCALL_UNLINKAT_2_X
  SYSCALL_MKDIRAT_E SYSCALL_MKDIRAT_X SYSCALL_OPENAT_2_E SYSCALL_LINK_2_E SYSCALL_LINK_2_X SYSCALL_LINKAT_2_E
  SYSCALL_LINKAT_2_X SYSCALL_FCHMODAT_E SYSCALL_FCHMODAT_X SYSCALL_CHMOD_E SYSCALL_CHMOD_X SYSCALL_FCHMOD_E
  SYSCALL_FCHMOD_X SYSCALL_RENAMEAT2_E SYSCALL_RENAMEAT2_X SYSCALL_USERFAULTFD_E SYSCALL_USERFAULTFD_X
  CONTAINER_JSON_2_E SYSCALL_OPENAT2_E SYSCALL_MPROTECT_E SYSCALL_MPROTECT_X SYSCALL_EXECVEAT_E SYSCALL_EXECVEAT_X
  SYSCALL_COPY_FILE_RANGE_E SYSCALL_COPY_FILE_RANGE_X SYSCALL_CLONE3_E SYSCALL_CLONE3_X SYSCALL_OPEN_BY_HANDLE_AT_E
  SYSCALL_OPEN_BY_HANDLE_AT_X SYSCALL_IO_URING_SETUP_E SYSCALL_IO_URING_SETUP_X SYSCALL_IO_URING_ENTER_E
  SYSCALL_IO_URING_ENTER_X SYSCALL_IO_URING_REGISTER_E SYSCALL_IO_URING_REGISTER_X SYSCALL_MLOCK_E SYSCALL_MLOCK_X
  SYSCALL_MUNLOCK_E SYSCALL_MUNLOCK_X SYSCALL_MLOCKALL_E SYSCALL_MLOCKALL_X SYSCALL_MUNLOCKALL_E SYSCALL_MUNLOCKALL_X
  SYSCALL_CAPSET_E SYSCALL_CAPSET_X USER_ADDED_E USER_DELETED_E GROUP_ADDED_E GROUP_DELETED_E SYSCALL_DUP2_E
  SYSCALL_DUP2_X SYSCALL_DUP3_E SYSCALL_DUP3_X SYSCALL_DUP_1_E SYSCALL_DUP_1_X SYSCALL_BPF_2_E SYSCALL_BPF_2_X
  SYSCALL_MLOCK2_E SYSCALL_MLOCK2_X SYSCALL_FSCONFIG_E SYSCALL_FSCONFIG_X SYSCALL_EPOLL_CREATE_E SYSCALL_EPOLL_CREATE_X
  SYSCALL_EPOLL_CREATE1_E SYSCALL_EPOLL_CREATE1_X SYSCALL_CHOWN_E SYSCALL_CHOWN_X SYSCALL_LCHOWN_E SYSCALL_LCHOWN_X
  SYSCALL_FCHOWN_E SYSCALL_FCHOWN_X SYSCALL_FCHOWNAT_E SYSCALL_FCHOWNAT_X SYSCALL_UMOUNT_1_E SYSCALL_UMOUNT_1_X
  SOCKET_ACCEPT4_6_E SOCKET_ACCEPT4_6_X SYSCALL_UMOUNT2_E SYSCALL_UMOUNT2_X SYSCALL_PIPE2_E SYSCALL_PIPE2_X
  SYSCALL_INOTIFY_INIT1_E SYSCALL_INOTIFY_INIT1_X SYSCALL_EVENTFD2_E SYSCALL_EVENTFD2_X SYSCALL_SIGNALFD4_E
  SYSCALL_SIGNALFD4_X SYSCALL_PRCTL_E SYSCALL_PRCTL_X SYSCALL_MEMFD_CREATE_E SYSCALL_MEMFD_CREATE_X
  SYSCALL_PIDFD_GETFD_E SYSCALL_PIDFD_GETFD_X SYSCALL_PIDFD_OPEN_E SYSCALL_PIDFD_OPEN_X SYSCALL_INIT_MODULE_E
  SYSCALL_INIT_MODULE_X SYSCALL_FINIT_MODULE_E SYSCALL_FINIT_MODULE_X SYSCALL_MKNOD_E SYSCALL_MKNOD_X SYSCALL_MKNODAT_E
  SYSCALL_MKNODAT_X SYSCALL_NEWFSTATAT_E SYSCALL_NEWFSTATAT_X SYSCALL_PROCESS_VM_READV_E SYSCALL_PROCESS_VM_READV_X
  SYSCALL_PROCESS_VM_WRITEV_E SYSCALL_PROCESS_VM_WRITEV_X SYSCALL_DELETE_MODULE_E SYSCALL_DELETE_MODULE_X
  SYSCALL_SETREUID_E SYSCALL_SETREUID_X SYSCALL_SETREGID_E SYSCALL_SETREGID_X ITER_TASK_E ITER_TASK_FILE_PIPE_E
  ITER_TASK_FILE_MEMFD_E ITER_TASK_FILE_REGULAR_E ITER_TASK_FILE_DIRECTORY_E ITER_TASK_FILE_SOCKET_INET_E
  ITER_TASK_FILE_SOCKET_INET6_E ITER_TASK_FILE_SOCKET_UNIX_E ITER_TASK_FILE_SOCKET_NETLINK_E ITER_TASK_FILE_ANON_INODE_E
  SYSCALL_CLOSE_RANGE_X SYSCALL_KEYCTL_X
    test.not p4 L7            ; tolower(proc.exe) eq val(fd.name)
    test.not p5 L7            ; tolower(proc.exe) regex "/tmp/[a-z]+"
    test.not p6 L7            ; proc.aname startswith anyof ("ssh", "su")
    test.not p7 L7            ; proc.aname[2] eq "init"
    test.not p8 L7            ; proc.env[LD_PRELOAD] exists
    test.not p9 L7            ; proc.pid lt -1
    test p10 L8               ; evt.failed eq true
 L7:
    match r2                  ; "Transformed"
 L8:
    end

program 3, 4 events
  SYSCALL_OPEN_X SYSCALL_OPENAT_X SYSCALL_OPENAT_2_X SYSCALL_OPENAT2_X
    test p12 L5               ; proc.name in ("bash", "dash", "sh", "zsh", "ksh")
    test.not p13 L3           ; fd.name eq "/etc/shadow"
    test p14 L5               ; fd.name pmatch ("/root", "/home/*/.ssh")
 L3:
    test.not p15 L5           ; proc.pname glob "cron*"
    match r0                  ; "Shell reads shadow"
 L5:
    test.not p4 L12           ; tolower(proc.exe) eq val(fd.name)
    test.not p5 L12           ; tolower(proc.exe) regex "/tmp/[a-z]+"
    test.not p6 L12           ; proc.aname startswith anyof ("ssh", "su")
    test.not p7 L12           ; proc.aname[2] eq "init"
    test.not p8 L12           ; proc.env[LD_PRELOAD] exists
    test.not p9 L12           ; proc.pid lt -1
    test p10 L13              ; evt.failed eq true
 L12:
    match r2                  ; "Transformed"
 L13:
    end

program 4, 2 events
  SOCKET_CONNECT_E SOCKET_CONNECT_X
    test p1 L4                ; fd.ip eq 10.1.2.3
    test p2 L4                ; fd.port ne 22
    test.not p3 L4            ; fd.net in (10.0.0.0/8, fe80::/10)
    match r1                  ; "Odd connection"
 L4:
    test.not p4 L11           ; tolower(proc.exe) eq val(fd.name)
    test.not p5 L11           ; tolower(proc.exe) regex "/tmp/[a-z]+"
    test.not p6 L11           ; proc.aname startswith anyof ("ssh", "su")
    test.not p7 L11           ; proc.aname[2] eq "init"
    test.not p8 L11           ; proc.env[LD_PRELOAD] exists
    test.not p9 L11           ; proc.pid lt -1
    test p10 L12              ; evt.failed eq true
 L11:
    match r2                  ; "Transformed"
 L12:
    end

predicates
  p0  evt.type eq "connect"  [Event]  ; rules.yaml:16:7
  p1  fd.ip eq 10.1.2.3  [Fd]  ; rules.yaml:11:7
  p2  fd.port ne 22  [Fd]  ; rules.yaml:12:7
  p3  fd.net in (10.0.0.0/8, fe80::/10)  [Fd]  ; rules.yaml:13:7
  p4  tolower(proc.exe) eq val(fd.name)  [Fd+Process]  ; rules.yaml:19:7
  p5  tolower(proc.exe) regex "/tmp/[a-z]+"  [Process]  ; rules.yaml:20:7
  p6  proc.aname startswith anyof ("ssh", "su")  [Lineage]  ; rules.yaml:21:7
  p7  proc.aname[2] eq "init"  [Lineage]  ; rules.yaml:22:7
  p8  proc.env[LD_PRELOAD] exists  [Process]  ; rules.yaml:23:7
  p9  proc.pid lt -1  [Process]  ; rules.yaml:24:7
  p10  evt.failed eq true  [Event]  ; rules.yaml:25:7
  p11  evt.type in ("open", "openat", "openat2")  [Event]  ; rules.yaml:1:7
  p12  proc.name in ("bash", "dash", "sh", "zsh", "ksh")  [Process]  ; rules.yaml:2:7
  p13  fd.name eq "/etc/shadow"  [Fd]  ; rules.yaml:4:7
  p14  fd.name pmatch ("/root", "/home/*/.ssh")  [Fd]  ; rules.yaml:5:7
  p15  proc.pname glob "cron*"  [Lineage]  ; rules.yaml:7:7

fields
  s0  evt.type  CHARBUF
  s1  fd.ip  IPADDR
  s2  fd.port  PORT
  s3  fd.net  IPNET
  s4  proc.exe  CHARBUF
  s5  fd.name  CHARBUF
  s6  proc.aname  CHARBUF
  s7  proc.aname[2]  CHARBUF
  s8  proc.env[LD_PRELOAD]  CHARBUF
  s9  proc.pid  INT64
  s10  evt.failed  BOOL
  s11  proc.name  CHARBUF
  s12  proc.pname  CHARBUF

rule r0 "Shell reads shadow"  ; rules.yaml:10:7
  priority Warning
  source "syscall"
  tags "filesystem" "mitre_credential_access"
  output "shell " %20proc.name " read " %fd.name

rule r1 "Odd connection"  ; rules.yaml:18:7
  priority Critical
  source "syscall"
  output "output of Odd connection"

rule r2 "Transformed"  ; rules.yaml:27:7
  priority Warning
  source "syscall"
  capture 500 ms
  output "output of Transformed" %join(",", (proc.name, "x"))

rule r3 "Switched off"  ; rules.yaml:28:7
  priority Warning
  source "syscall"
  output
