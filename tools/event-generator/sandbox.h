// SPDX-License-Identifier: Apache-2.0
//
// Where acts happen, and why nothing outside is harmed:
//  * A folder of its own, removed at the end, holds the stand-ins and every file that acts in @dir touch. A second one
//  below
//    /tmp (@scratch) is for rules about folders open to everybody.
//  * Root's acts name system paths. For them the generator gives itself a private view of files and network: over each
//  folder
//    of kCovers lies an empty one of the sandbox, with files that acts expect made just before; the only network is a
//    loopback device that answers for a few outside addresses. No other process sees either.
//  * What can't be covered (devices, the kernel, control groups) needs --allow-system.
// Knows nothing of rules or of how acts are performed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/event-generator/steps.h"

namespace event_generator {

/// What rules see of the id of the container that make_cgroup() makes.
inline constexpr std::string_view kShownContainer = "fa1c0e7e4700";

class Sandbox {
 public:
  Sandbox() = default;
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();

  /// Makes both folders; `parent` is the folder for the first. Gives an empty text, or why not.
  std::string make(const std::string& parent);
  /// Gives this process its private view. Gives an empty text, or why it can't have one.
  std::string cover();
  /// Makes a control group like those of containers. Gives an empty text, or why not.
  std::string make_cgroup();
  /// Adds a stand-in at a path, or of that name among the programs. Gives an empty text, or why not.
  std::string add_stand_in(std::string_view name);
  /// Why a step would touch the machine itself, or nothing if it doesn't.
  std::string why_not(const Step& step) const;
  /// Makes what a step expects to find. Gives an empty text, or why not.
  std::string prepare(const Step& step);
  /// Closes what prepare() opened.
  void forget_listeners();

  /// Whether users other than this one may reach the sandbox.
  bool open_to_others() const;

  const std::string& path() const { return path_; }
  const std::string& scratch() const { return scratch_; }
  const std::string& cgroup() const { return cgroup_; }
  std::string programs() const { return path_ + "/bin"; }

 private:
  std::string backing(const std::string& path) const;
  std::string listen_at(const std::string& address, const std::string& port);
  std::string listen_at_file(const std::string& path);

  std::string path_, scratch_, cgroup_;
  std::vector<std::string_view> covered_;
  std::vector<int> listeners_;
};

}  // namespace event_generator
