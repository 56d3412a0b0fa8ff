// SPDX-License-Identifier: Apache-2.0
//
// What update handlers share: descriptor tables with their copy-on-write, images, cgroups. No event is handled here.

#include "vm/state/state_core.h"

#include "vm/state/text_list.h"

namespace fvm {
namespace {

/// An image with its share of the memory budget.
struct ChargedImage : ExecImage {
  ChargedImage(ExecImage image, MemoryBudget* budget, size_t bytes)
      : ExecImage(std::move(image)), charge(budget, bytes) {}
  MemoryCharge charge;
};

/// What the list takes on the heap.
size_t text_bytes(const std::vector<std::string>& list) {
  size_t bytes = list.capacity() * sizeof(std::string);
  for (const std::string& s : list) bytes += heap_bytes(s);
  return bytes;
}

/// Shortens `text` and lets go of the rest of its memory.
void cut(std::string& text, size_t most_bytes) {
  if (text.size() > most_bytes) text = text.substr(0, most_bytes);
}

}  // namespace

std::vector<std::string> split_list(std::string_view wire) {
  std::vector<std::string> items;
  size_t count = 0;
  for_each_item(wire, [&](std::string_view) {
    ++count;
    return true;
  });
  items.reserve(count);  // no more than that: an input may hold tens of thousands of empty ones
  for_each_item(wire, [&](std::string_view item) {
    items.emplace_back(item);
    return true;
  });
  return items;
}

std::string join_cmdline(const ExecImage& image) {
  std::string text = image.comm;
  if (text.empty()) return text;
  for (const std::string& arg : image.args) {
    text += ' ';
    text += arg;
  }
  return text;
}

std::string_view without_deleted_mark(std::string_view path) {
  constexpr std::string_view kMark = " (deleted)";
  if (path.ends_with(kMark)) path.remove_suffix(kMark.size());
  return path;
}

FdTable* StateCore::fds_of(ThreadEntry& thread) { return const_cast<FdTable*>(fds_of(std::as_const<Thread>(thread))); }

void StateCore::make_own_fds(ThreadEntry& owner) {
  if (!owner.fds) {
    owner.fds = std::make_shared<FdTable>(fd_pool);
    return;
  }
  // Without room for a copy the process starts over with an empty table.
  const bool fits = budget.fits(owner.fds->copy_bytes());
  if (!fits) stats.fds_refused += owner.fds->size();
  owner.fds = fits ? std::make_shared<FdTable>(*owner.fds) : std::make_shared<FdTable>(fd_pool);
}

const Fd* StateCore::add_fd(Step& step, Fd fd) {
  if (!step.thread) return nullptr;
  step.thread->lastevent_fd = fd.fd;
  cut(fd.name, limits::kPathBytes);
  cut(fd.name_raw, limits::kStoredTextBytes);
  generations.touch_fd(fd);
  FdTable* table = fds_for_writing(*step.thread);
  step.fd = table ? table->set(std::move(fd)) : nullptr;
  if (table && !step.fd) ++stats.fds_refused;
  return step.fd;
}

Fd* StateCore::begin_fd(Step& step, int64_t number, size_t expected_text_bytes) {
  if (!step.thread) return nullptr;
  step.thread->lastevent_fd = number;
  FdTable* table = fds_for_writing(*step.thread);
  Fd* fd = table ? table->renew(number, expected_text_bytes) : nullptr;
  if (table && !fd) ++stats.fds_refused;
  step.fd = fd;
  return fd;
}

void StateCore::finish_fd(Step& step, Fd& fd) {
  cut(fd.name, limits::kPathBytes);
  cut(fd.name_raw, limits::kStoredTextBytes);
  generations.touch_fd(fd);
  FdTable::recharge(fd);
  step.fd = &fd;
}

Fd& StateCore::edit_fd(Step& step) {
  const int64_t number = step.fd->fd;
  Fd* fd = fds_for_writing(*step.thread)->edit(number);
  if (!fd) {
    // The table had to be given up for lack of memory; the event keeps its descriptor, and its process keeps only that.
    Fd copy = *step.fd;
    fd = fds_for_writing(*step.thread)->set(std::move(copy));
  }
  generations.touch_fd(*fd);
  step.fd = fd;
  return *fd;
}

void StateCore::set_fd_name(Step& step, Fd& fd, std::string name) {
  cut(name, limits::kPathBytes);
  if (fd.name == name) return;
  fd.name = std::move(name);
  FdTable::recharge(fd);
  step.name_changed = true;
}

std::string_view StateCore::cwd_of(const Thread& thread) const {
  const Thread* main = ThreadTable::main_of(thread);
  return main ? std::string_view(main->cwd) : "./";
}

void StateCore::set_image(ThreadEntry& thread, ExecImage image) {
  const auto bytes = [](const ExecImage& i) {
    return sizeof(ChargedImage) + heap_bytes(i.comm) + heap_bytes(i.exe) + heap_bytes(i.exepath) + heap_bytes(i.cmdline) +
           text_bytes(i.args) + text_bytes(i.env);
  };
  if (!budget.fits(bytes(image))) {
    ++stats.images_trimmed;
    image.args.clear();
    image.env.clear();
    image.cmdline = image.comm;
  }
  const size_t charged = bytes(image);
  const ImageClasses::Found same = image_classes.find(image);
  image.id = same.number;
  thread.image = std::make_shared<const ChargedImage>(std::move(image), &budget, charged);
  image_classes.remember(same, thread.image);
  generations.touch_with_group(thread);
}

void StateCore::set_cgroups(ThreadEntry& thread, std::string_view wire) {
  if (auto set = cgroup_sets.get(wire)) thread.set_cgroups(std::move(set));
}

void StateCore::refresh_container_id(ThreadEntry& thread) {
  if (thread.container_id == thread.cgroup_set->container_id) return;
  thread.container_id = thread.cgroup_set->container_id;
  if (thread.cgroup_set->container_type.data()) containers.add_bare(thread.container_id, thread.cgroup_set->container_type);
  generations.touch_container(thread);
}

}  // namespace fvm
