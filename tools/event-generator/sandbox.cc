// SPDX-License-Identifier: Apache-2.0
#include "tools/event-generator/sandbox.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace event_generator {
namespace {

namespace fs = std::filesystem;

// Folders that root's acts see covered. One that the machine lacks stays uncovered, and its acts are skipped.
constexpr std::string_view kCovers[] = {"/etc", "/root", "/bin", "/lib", "/run", "/var", "/proc/sys"};
// Outside addresses that acts connect to: the page of cloud credentials, and one reserved for documents.
constexpr const char* kAddresses[] = {"169.254.169.254", "203.0.113.7"};
constexpr char kSelf[] = "/proc/self/exe";
constexpr size_t kContainerDigits = 64;  // of the name that engines give the group of a container
constexpr char kCgroupRoot[] = "/sys/fs/cgroup";
constexpr char kCgroupParent[] = "/sys/fs/cgroup/docker";

std::string because(const std::string& what) { return what + ": " + std::strerror(errno); }

bool below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string made_folder(const std::string& parent) {
  std::string name = parent + "/event-generator.XXXXXX";
  return mkdtemp(name.data()) == nullptr || chmod(name.c_str(), 0755) < 0 ? std::string() : name;
}

std::string make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  return error ? path + ": " + error.message() : std::string();
}

/// An empty file, unless there is one.
std::string make_file(const std::string& path) {
  if (std::string problem = make_folder(fs::path(path).parent_path()); !problem.empty()) return problem;
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return because(path);
  close(fd);
  return {};
}

bool put(const std::string& path, std::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const bool written = write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(fd);
  return written;
}

sockaddr_in inet_address(const char* address, uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  inet_pton(AF_INET, address, &at.sin_addr);
  return at;
}

/// Starts the loopback device of a new network and lets it answer for kAddresses.
std::string start_network() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return because("network");
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
  bool fine = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  for (size_t i = 0; i < std::size(kAddresses); ++i) {
    request = {};
    std::strcpy(request.ifr_name, ("lo:" + std::to_string(i)).c_str());
    const sockaddr_in at = inet_address(kAddresses[i], 0);
    std::memcpy(&request.ifr_addr, &at, sizeof at);
    fine = fine && ioctl(fd, SIOCSIFADDR, &request) == 0;
  }
  const std::string problem = fine ? std::string() : because("loopback device");
  close(fd);
  return problem;
}

}  // namespace

Sandbox::~Sandbox() {
  forget_listeners();
  for (const std::string_view folder : covered_) umount2(std::string(folder).c_str(), MNT_DETACH);
  if (!cgroup_.empty()) {
    rmdir(cgroup_.c_str());
    rmdir(kCgroupParent);
  }
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
  if (!scratch_.empty()) fs::remove_all(scratch_, ignored);
}

std::string Sandbox::make(const std::string& parent) {
  std::error_code error;
  const std::string where = fs::canonical(parent, error);
  if (error) return parent + ": " + error.message();
  if (where.find_first_of(" ;") != std::string::npos) return where + ": blanks and semicolons separate words here";
  for (const std::string_view folder : kCovers) {
    if (below(where, folder)) return where + ": folders below " + std::string(folder) + " can't hold the sandbox";
  }
  path_ = made_folder(where);
  if (path_.empty()) return because(where);
  scratch_ = made_folder("/tmp");
  if (scratch_.empty()) return because("/tmp");
  if (std::string problem = make_folder(programs()); !problem.empty()) return problem;
  fs::copy_file(kSelf, programs() + "/event-generator", error);
  return error ? programs() + ": " + error.message() : std::string();
}

std::string Sandbox::cover() {
  if (unshare(CLONE_NEWNS | CLONE_NEWNET) < 0) return because("no private view of files and network");
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) < 0) return because("/");
  for (const std::string_view folder : kCovers) {
    const std::string over(folder), under = path_ + "/cover" + over;
    if (!fs::is_directory(over)) continue;
    if (std::string problem = make_folder(under); !problem.empty()) return problem;
    if (mount(under.c_str(), over.c_str(), nullptr, MS_BIND, nullptr) < 0) return because(over);
    covered_.push_back(folder);
  }
  return start_network();
}

std::string Sandbox::make_cgroup() {
  if (access((std::string(kCgroupRoot) + "/cgroup.procs").c_str(), F_OK) < 0)
    return "no control groups (version 2) here";
  const std::string group = std::string(kCgroupParent) + "/" + std::string(kShownContainer) +
                            std::string(kContainerDigits - kShownContainer.size(), '0');
  if (std::string problem = make_folder(group); !problem.empty()) return problem;
  cgroup_ = group;
  // A process is in the group for those controllers that are on above it; one is enough, and engines turn this one on.
  const bool counted = put(std::string(kCgroupRoot) + "/cgroup.subtree_control", "+pids") &&
                       put(std::string(kCgroupParent) + "/cgroup.subtree_control", "+pids");
  return counted ? std::string() : because("control groups that count processes");
}

std::string Sandbox::add_stand_in(std::string_view name) {
  const std::string source = programs() + "/event-generator";
  const std::string path =
      name.find('/') != std::string_view::npos ? std::string(name) : programs() + "/" + std::string(name);
  if (access(path.c_str(), X_OK) == 0) return {};
  std::error_code error;
  if (!below(path, path_)) {  // perhaps on another file system
    fs::copy_file(source, path, error);
  } else {
    fs::create_hard_link(source, path, error);
  }
  return error ? path + ": " + error.message() : std::string();
}

bool Sandbox::open_to_others() const {
  for (fs::path folder = path_; folder != folder.root_path(); folder = folder.parent_path()) {
    struct stat info {};
    if (stat(folder.c_str(), &info) < 0 || (info.st_mode & S_IXOTH) == 0) return false;
  }
  return true;
}

std::string Sandbox::backing(const std::string& path) const {
  for (const std::string_view folder : covered_) {
    if (below(path, folder)) return path_ + "/cover" + path;
  }
  return path;
}

std::string Sandbox::why_not(const Step& step) const {
  if (step.prepare == Prepare::Nothing || step.prepare == Prepare::Listener) return {};
  const std::string& path = step.operands.back();
  const bool ours = backing(path) != path || below(path, path_) || below(path, scratch_);
  const bool kernels = below(path, "/proc") || below(path, "/dev");
  return ours || kernels ? std::string() : "the machine has no folder that could be covered for " + path;
}

std::string Sandbox::prepare(const Step& step) {
  if (step.prepare == Prepare::Nothing) return {};
  if (step.prepare == Prepare::Listener) return listen_at(step.operands[0], step.operands[1]);
  const std::string& named = step.operands.back();
  const std::string path = backing(named);
  const bool ours = path != named || below(path, path_) || below(path, scratch_);
  if (!ours) return {};  // of the kernel, and there
  switch (step.prepare) {
    case Prepare::File:
      return make_file(path);
    case Prepare::Parent:
      return make_folder(fs::path(path).parent_path());
    case Prepare::Folder:
      return make_folder(path);
    case Prepare::Socket:
      return listen_at_file(path);
    default:
      return {};
  }
}

std::string Sandbox::listen_at(const std::string& address, const std::string& port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return because("socket");
  listeners_.push_back(fd);
  const int yes = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const sockaddr_in at = inet_address(address.c_str(), static_cast<uint16_t>(std::strtoul(port.c_str(), nullptr, 10)));
  const bool fine = bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 && listen(fd, 1) == 0;
  return fine ? std::string() : because(address);
}

std::string Sandbox::listen_at_file(const std::string& path) {
  if (std::string problem = make_folder(fs::path(path).parent_path()); !problem.empty()) return problem;
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return because("socket");
  listeners_.push_back(fd);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  if (path.size() >= sizeof at.sun_path) return path + ": too long for a socket";
  std::memcpy(at.sun_path, path.c_str(), path.size() + 1);
  unlink(path.c_str());
  const bool fine = bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 && listen(fd, 1) == 0;
  return fine ? std::string() : because(path);
}

void Sandbox::forget_listeners() {
  for (const int fd : listeners_) close(fd);
  listeners_.clear();
}

}  // namespace event_generator
