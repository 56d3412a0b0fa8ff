// SPDX-License-Identifier: Apache-2.0
//
// fdlist.*: the descriptors of a poll or ppoll call, comma-joined in list order.
#include "vm/field/getters.h"

namespace fvm {
namespace {

constexpr size_t kEntryBytes = 10;  // descriptor 8, event bits 2

/// Joins what `add(text, number, record)` writes per descriptor; an entry it writes nothing for is left out.
template <typename Add>
ValueList joined(const EvalContext& context, Arena& arena, Add&& add) {
  const EventView& event = *context.event;
  if (event.code != EventCode::SYSCALL_POLL_X && event.code != EventCode::SYSCALL_PPOLL_X) return missing();
  const Bytes list = event.param(1);
  if (list.size() < 2) return missing();
  const size_t count = std::min<size_t>(load<uint16_t>(list.data()), (list.size() - 2) / kEntryBytes);
  TextBuilder all(arena);
  for (size_t i = 0; i < count; ++i) {
    const auto number = load<int64_t>(list.data() + 2 + i * kEntryBytes);
    const size_t before = all.size();
    if (before != 0) all.add(',');
    const size_t start = all.size();
    add(all, number, context.state->find_fd(*context.thread, number));
    if (all.size() == start) all.truncate(before);
  }
  return all.empty() ? missing() : one(arena, Value::text(all.view()));
}

}  // namespace

FALCO_GETTER(FdlistNums) {
  return joined(context, arena, [](TextBuilder& text, int64_t number, const Fd*) { text.add_int(number); });
}
FALCO_GETTER(FdlistNames) {
  return joined(context, arena, [](TextBuilder& text, int64_t, const Fd* fd) {
    text.add(fd && !fd->name.empty() ? std::string_view(fd->name) : kNotAvailable);
  });
}
FALCO_GETTER(FdlistCips) {
  return joined(context, arena, [](TextBuilder& text, int64_t, const Fd* fd) {
    if (fd && fd->is_connected_type()) text.add_ip(fd->sip);
  });
}
FALCO_GETTER(FdlistSips) {
  return joined(context, arena, [](TextBuilder& text, int64_t, const Fd* fd) {
    if (fd && fd->is_ip_socket()) text.add_ip(fd->is_server_socket() ? fd->sip : fd->dip);
  });
}
FALCO_GETTER(FdlistCports) {
  return joined(context, arena, [](TextBuilder& text, int64_t, const Fd* fd) {
    if (fd && fd->is_connected_type()) text.add_uint(fd->sport);
  });
}
// Unlike the addresses, the ports of listening sockets are left out.
FALCO_GETTER(FdlistSports) {
  return joined(context, arena, [](TextBuilder& text, int64_t, const Fd* fd) {
    if (fd && fd->is_connected_type()) text.add_uint(fd->dport);
  });
}

}  // namespace fvm
