// SPDX-License-Identifier: Apache-2.0
//
// Workloads whose time tells what recording costs: prints how long each took. Static, no libraries, so that a bare virtual machine
// runs it. Does not know what records it.
//
//   workload cheap N    getppid() N times
//   workload files N    open, read, close of one file N times
//   workload io N       a byte through a pipe N times
//   workload spawn N    N times fork, exec of itself, wait
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char* what) {
  perror(what);
  exit(1);
}

static void cheap(long n) {
  for (long i = 0; i < n; ++i) syscall(SYS_getppid);
}

static void files(long n) {
  char buffer[256];
  for (long i = 0; i < n; ++i) {
    const int fd = open("/etc/passwd", O_RDONLY);
    if (fd < 0 || read(fd, buffer, sizeof buffer) < 0) die("/etc/passwd");
    close(fd);
  }
}

static void io(long n) {
  int ends[2];
  char byte = 'x';
  if (pipe(ends) != 0) die("pipe");
  for (long i = 0; i < n; ++i) {
    if (write(ends[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1) die("pipe");
  }
}

static void spawn(long n, const char* self) {
  for (long i = 0; i < n; ++i) {
    const pid_t child = fork();
    if (child < 0) die("fork");
    if (child == 0) {
      execl(self, self, (char*)NULL);
      _exit(127);
    }
    if (waitpid(child, NULL, 0) != child) die("wait");
  }
}

int main(int argc, char** argv) {
  if (argc == 1) return 0;  // what spawn() runs
  if (argc != 3) return 2;
  const long n = atol(argv[2]);
  const double begin = seconds();
  if (strcmp(argv[1], "cheap") == 0) {
    cheap(n);
  } else if (strcmp(argv[1], "files") == 0) {
    files(n);
  } else if (strcmp(argv[1], "io") == 0) {
    io(n);
  } else if (strcmp(argv[1], "spawn") == 0) {
    spawn(n, argv[0]);
  } else {
    return 2;
  }
  printf("%s %ld %.6f\n", argv[1], n, seconds() - begin);
  return 0;
}
