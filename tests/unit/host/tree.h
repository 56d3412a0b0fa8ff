// SPDX-License-Identifier: Apache-2.0
//
// Tree: a made-up root folder with a made-up /proc in it; gone with its owner. Seen: what a scan gave.
#pragma once

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vm/source/event_source.h"

namespace fvm::testing {

class Tree {
 public:
  Tree() {
    std::string pattern = std::filesystem::temp_directory_path() / "falco-scan-XXXXXX";
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    root_ = pattern;
    file("proc/stat", "cpu  1 2 3\ncpu0 1 2\ncpu1 1 2\nintr 5\nbtime 1700000000\n");
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() { std::filesystem::remove_all(root_); }

  Tree& file(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(parent(path));
    std::ofstream(root_ + "/" + path, std::ios::binary) << text;
    return *this;
  }
  Tree& link(const std::string& path, const std::string& target) {
    std::filesystem::create_directories(parent(path));
    std::filesystem::create_symlink(target, root_ + "/" + path);
    return *this;
  }
  Tree& folder(const std::string& path) {
    std::filesystem::create_directories(root_ + "/" + path);
    return *this;
  }
  /// A process, or with `task` one of its threads, that shows what every one does.
  Tree& process(int64_t pid, const std::string& comm, int64_t ppid = 1, int64_t task = 0) {
    const std::string number = std::to_string(task != 0 ? task : pid);
    const std::string at = "proc/" + std::to_string(pid) + (task != 0 ? "/task/" + number : "");
    file(at + "/cmdline", "/bin/" + comm + '\0' + "-x" + '\0');
    file(at + "/comm", comm + "\n");
    file(at + "/status", "Name:\t" + comm + "\nTgid:\t" + std::to_string(pid) + "\nPid:\t" + number + "\nPPid:\t" +
                             std::to_string(ppid) + "\n");
    return *this;
  }
  void remove(const std::string& path) { std::filesystem::remove_all(root_ + "/" + path); }
  const std::string& root() const { return root_; }

 private:
  std::string parent(const std::string& path) const { return std::filesystem::path(root_ + "/" + path).parent_path(); }

  std::string root_;
};

struct Seen final : StateSink {
  MachineInfo machine;
  std::map<int64_t, ThreadRecord> threads;
  std::map<int64_t, std::map<int64_t, FdRecord>> fds;
  std::vector<UserRecord> users;
  std::vector<GroupRecord> groups;
  std::vector<InterfaceRecord> interfaces;
  size_t longest = 0;  ///< list that came at once
  std::function<void()> meanwhile = [] {};

  void on_section() override {}
  void on_machine(const MachineInfo& m) override { machine = m; }
  void on_threads(std::vector<ThreadRecord> list) override {
    longest = std::max(longest, list.size());
    for (ThreadRecord& t : list) threads[t.tid] = std::move(t);
    meanwhile();
  }
  void on_fds(int64_t tid, std::vector<FdRecord> list) override {
    CHECK(threads.count(tid) == 1);  // otherwise nobody takes them
    longest = std::max(longest, list.size());
    for (FdRecord& f : list) fds[tid][f.fd] = std::move(f);
  }
  void on_interfaces(std::vector<InterfaceRecord> list) override { interfaces = std::move(list); }
  void on_user(const UserRecord& u) override { users.push_back(u); }
  void on_group(const GroupRecord& g) override { groups.push_back(g); }
};

}  // namespace fvm::testing
