// SPDX-License-Identifier: Apache-2.0
#include "vm/host/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace fvm {

FileWatch::FileWatch(std::string path) : path_(std::move(path)), seen_(look()), last_(seen_) {}

FileWatch::Stamp FileWatch::look() const {
  struct stat info {};
  if (stat(path_.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec};
}

bool FileWatch::has_changed(uint64_t now_ns) {
  constexpr uint64_t kEvery = 1'000'000'000;
  if (asked_ns_ != 0 && now_ns - asked_ns_ < kEvery) return false;
  asked_ns_ = now_ns;
  const Stamp now = look();
  const bool has_settled = std::exchange(last_, now) == now;
  if (now == Stamp{} || now == seen_ || !has_settled) return false;
  seen_ = now;
  return true;
}

}  // namespace fvm
