// SPDX-License-Identifier: Apache-2.0
#include "tools/event-generator/stand_in.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tools/event-generator/steps.h"
#include "tools/event-generator/text.h"

namespace event_generator {
namespace {

// What a stand-in is told in its environment.
constexpr char kSteps[] = "FALCO_ACT_STEPS";
constexpr char kChild[] = "FALCO_ACT_CHILD";  // a command to start instead of doing the steps oneself
constexpr char kFolder[] = "FALCO_ACT_FOLDER";
constexpr char kCgroup[] = "FALCO_ACT_CGROUP";

constexpr int kPatienceMs = 10'000;
constexpr int kNotStarted = 126;
constexpr int kStepFailed = 1;

std::string variable(const char* name, std::string_view value) { return std::string(name) + "=" + std::string(value); }

std::string told(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

bool move_into(const std::string& cgroup) {
  const int fd = open((cgroup + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool moved = write(fd, "0", 1) == 1;
  close(fd);
  return moved;
}

/// Standard input of a command, after setsid().
bool open_input(const Command& command) {
  int fd = -1;
  if (command.piped_input) {
    int ends[2];
    if (pipe(ends) < 0) return false;
    fd = ends[0];
  } else if (command.terminal) {
    const int master = posix_openpt(O_RDWR | O_NOCTTY);
    char name[64];
    if (master < 0 || grantpt(master) < 0 || unlockpt(master) < 0 || ptsname_r(master, name, sizeof name) != 0)
      return false;
    fd = open(name, O_RDWR | O_NOCTTY);
    if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0) return false;
  } else {
    fd = open("/dev/null", O_RDONLY);
  }
  return fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO;
}

/// In the new process: becomes the command. Returns only if that fails.
void become(const Command& command, const Errand& errand, std::vector<std::string> environment) {
  setsid();
  if (command.container && !move_into(errand.cgroup)) return;
  if (!open_input(command)) return;
  if (command.other_user &&
      (setresgid(command.uid, command.uid, command.uid) < 0 || setresuid(command.uid, command.uid, command.uid) < 0)) {
    return;
  }
  environment.insert(environment.end(), command.environment.begin(), command.environment.end());
  std::vector<std::string> arguments = command.arguments;
  execve(command.path.c_str(), pointers(arguments).data(), pointers(environment).data());
}

/// Waits for a child, at most as long as patience lasts, and says how it ended.
std::string await(pid_t child) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  pollfd ended{fd, POLLIN, 0};
  if (fd >= 0 && poll(&ended, 1, kPatienceMs) == 0) kill(child, SIGKILL);
  if (fd >= 0) close(fd);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return "it was lost";
  }
  if (WIFSIGNALED(status)) return std::string("it was ended by signal ") + std::to_string(WTERMSIG(status));
  switch (WEXITSTATUS(status)) {
    case 0:
      return {};
    case kNotStarted:
      return "it could not be started";
    default:
      return "a step failed";
  }
}

}  // namespace

Command parse_command(std::string_view text, std::string_view folder) {
  Command command;
  std::vector<std::string> words = split(text, ' ');
  size_t at = 0;
  for (; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word == "<pipe") {
      command.piped_input = true;
    } else if (word == "tty") {
      command.terminal = true;
    } else if (word == "container") {
      command.container = true;
    } else if (word.starts_with("uid:")) {
      command.other_user = true;
      command.uid = static_cast<uid_t>(std::strtoul(word.c_str() + 4, nullptr, 10));
    } else if (word[0] >= 'A' && word[0] <= 'Z' && word.find('=') != std::string::npos) {
      command.environment.push_back(word);
    } else {
      break;
    }
  }
  if (at == words.size()) return command;
  const size_t tilde = words[at].find('~');
  const std::string program = words[at].substr(0, tilde);
  command.path = program.find('/') == std::string::npos ? std::string(folder) + "/" + program : program;
  command.arguments.push_back(tilde == std::string::npos ? program : words[at].substr(tilde + 1));
  command.arguments.insert(command.arguments.end(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end());
  return command;
}

std::string run_errand(const Errand& errand) {
  const bool by_parent = !errand.parent.empty();
  const Command command = parse_command(by_parent ? errand.parent : errand.command, errand.folder);
  std::vector<std::string> environment = {variable(kSteps, errand.steps), variable(kFolder, errand.folder)};
  if (by_parent) environment.push_back(variable(kChild, errand.command));
  if (!errand.cgroup.empty()) environment.push_back(variable(kCgroup, errand.cgroup));
  const pid_t child = fork();
  if (child < 0) return std::strerror(errno);
  if (child == 0) {
    become(command, errand, environment);
    std::fprintf(stderr, "event-generator: %s: %s\n", command.path.c_str(), std::strerror(errno));
    _exit(kNotStarted);
  }
  return await(child);
}

bool is_stand_in() { return std::getenv(kSteps) != nullptr; }

int stand_in_main() {
  const std::string child = told(kChild);
  if (!child.empty()) {
    return run_errand({.folder = told(kFolder),
                       .cgroup = told(kCgroup),
                       .parent = {},
                       .command = child,
                       .steps = told(kSteps)})
                   .empty()
               ? 0
               : kStepFailed;
  }
  const Replacements own = {{"@pid", std::to_string(getpid())}, {"@ppid", std::to_string(getppid())}};
  std::string problem;
  for (const Step& step : parse_steps(replaced(told(kSteps), own), problem)) {
    const int failed = perform(step);
    if (failed != 0 && !step.may_fail) {
      std::fprintf(stderr, "event-generator: %s: %s\n", std::string(step.verb).c_str(), std::strerror(failed));
      return kStepFailed;
    }
  }
  return problem.empty() ? 0 : kStepFailed;
}

}  // namespace event_generator
