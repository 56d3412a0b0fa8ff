// SPDX-License-Identifier: Apache-2.0
//
// The parameter renderer (arg_render.h) and the fields that use it. One function per family of wire types; what an empty or
// malformed parameter shows is decided at the top of render_value. Malformed bytes give fixed texts, never a read beyond.
#include <ctime>

#include "vm/event/text_param.h"
#include "vm/field/arg_render.h"
#include "vm/field/enum_text.h"
#include "vm/field/getters.h"
#include "vm/state/socket_text.h"

namespace fvm {
namespace {

bool is_generic(const EventView& event) { return event.code == EventCode::GENERIC_X; }

std::string_view empty_text(TypeId type) {
  switch (type) {
    case TypeId::BYTEBUF:
    case TypeId::SOCKTUPLE:
    case TypeId::FDLIST:
    case TypeId::CHARBUFARRAY:
    case TypeId::CHARBUF_PAIR_ARRAY:
    case TypeId::DYN:
      return "NULL";
    default:
      return kNotAvailable;
  }
}

int64_t signed_of(Bytes b) {
  switch (b.size()) {
    case 1: return load<int8_t>(b.data());
    case 2: return load<int16_t>(b.data());
    case 4: return load<int32_t>(b.data());
    case 8: return load<int64_t>(b.data());
    default: return 0;
  }
}

uint64_t unsigned_of(Bytes b) {
  switch (b.size()) {
    case 1: return load<uint8_t>(b.data());
    case 2: return load<uint16_t>(b.data());
    case 4: return load<uint32_t>(b.data());
    case 8: return load<uint64_t>(b.data());
    default: return 0;
  }
}

void add_number(TextBuilder& text, Bytes value, TypeId type, Format format) {
  switch (format) {
    case Format::HEX:
      text.add_hex_upper(unsigned_of(value));
      return;
    case Format::OCT: {
      const uint64_t number = unsigned_of(value);
      if (number != 0) text.add('0');
      text.add_octal(number);
      return;
    }
    case Format::PADDED_DEC:
      text.add_padded(unsigned_of(value), 9);
      return;
    default:
      // Decimal is signed for the wide unsigned types too.
      if (type == TypeId::UINT8 || type == TypeId::UINT16) {
        text.add_uint(unsigned_of(value));
      } else {
        text.add_int(signed_of(value));
      }
  }
}

void add_local_time(TextBuilder& text, uint64_t ts_ns) {
  const auto seconds = static_cast<time_t>(ts_ns / 1'000'000'000);
  tm parts{};
  localtime_r(&seconds, &parts);
  char date[64];
  text.add({date, strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S.", &parts)});
  text.add_padded(ts_ns % 1'000'000'000, 9);
}

void add_signal_set(TextBuilder& text, uint64_t bits) {
  bool first = true;
  for (unsigned bit = 0; bit < 64; ++bit) {
    if ((bits >> bit & 1) == 0) continue;
    const std::string_view name = enum_name(EnumTable::signal_name, bit + 1);
    if (name.empty()) continue;
    if (!first) text.add(' ');
    first = false;
    text.add(name);
  }
}

void add_fd_list(TextBuilder& text, const EvalContext& context, Bytes value) {
  constexpr size_t kEntry = 10;
  if (value.size() < 2) return;
  const size_t count = std::min<size_t>(load<uint16_t>(value.data()), (value.size() - 2) / kEntry);
  for (size_t i = 0; i < count; ++i) {
    const uint8_t* entry = value.data() + 2 + i * kEntry;
    const auto fd = load<int64_t>(entry);
    const Fd* record = context.thread ? context.state->find_fd(*context.thread, fd) : nullptr;
    if (i != 0) text.add(' ');
    text.add_int(fd).add(':').add(record ? fd_typechar(record->type) : '?');
    text.add_hex_lower(static_cast<uint32_t>(int32_t{load<int16_t>(entry + 8)}));
  }
}

void resolve_fd(TextBuilder& text, const EvalContext& context, int64_t fd) {
  if (fd == kAtFdcwd) {
    text.add("AT_FDCWD");
  } else if (fd < 0) {
    text.add(errno_name_of(fd));
  } else if (const Fd* record = context.thread ? context.state->find_fd(*context.thread, fd) : nullptr) {
    text.add('<').add(fd_typechar(record->type));
    switch (record->is_ip_socket() ? shown_l4(*record) : L4::NotApplicable) {
      case L4::Tcp: text.add('t'); break;
      case L4::Udp: text.add('u'); break;
      case L4::Icmp: text.add('i'); break;
      case L4::Raw: text.add('r'); break;
      default: break;
    }
    text.add('>').add(record->name);
  }
}

/// A path as recorded, or `<NA>` when it says that there is none.
std::string_view path_text(Bytes value) {
  const std::string_view s = until_nul(value);
  return s == kOldMissingText ? kNotAvailable : s;
}

std::string_view resolve_path(const EvalContext& context, const ParamInfo& param, std::string_view path, Arena& arena) {
  if (!context.thread || path.empty() || path.front() == '/' || path == kNotAvailable) return {};
  if (param.type == TypeId::FSRELPATH && param.aux == Aux::Dirfd) {
    return join_path(dirfd_base(context, context.event->integer(param.aux_number, kAtFdcwd), "", arena), path, arena);
  }
  return join_path(context.state->cwd_of(*context.thread), path, arena);
}

void resolve_user(TextBuilder& text, const EvalContext& context, TypeId type, uint32_t id) {
  if (id == UINT32_MAX) {
    text.add("<NONE>");
    return;
  }
  std::string_view name = kNotAvailable;
  if (context.thread) {
    const std::string_view container = context.thread->container_id;
    if (type == TypeId::UID) {
      if (const User* user = context.state->find_user(container, id)) name = user->name;
    } else if (const Group* group = context.state->find_group(container, id)) {
      name = group->name;
    }
  }
  text.add(name);
}

struct Renderer {
  const EvalContext& context;
  const ParamInfo& param;
  TextBuilder raw;
  TextBuilder resolved;

  Renderer(const EvalContext& ctx, const ParamInfo& info, Arena& arena)
      : context(ctx), param(info), raw(arena), resolved(arena), arena_(arena) {}

  ParamText render(Bytes value) {
    render_value(value, param.type);
    return {raw.view(), resolved.view()};
  }

 private:
  void render_value(Bytes value, TypeId type) {
    if (value.empty()) {
      raw.add(empty_text(type));
      return;
    }
    switch (type) {
      case TypeId::INT8:
      case TypeId::INT16:
      case TypeId::INT32:
      case TypeId::INT64:
      case TypeId::UINT8:
      case TypeId::UINT16:
      case TypeId::UINT32:
      case TypeId::UINT64:
        return add_number(raw, value, type, param.format);
      case TypeId::MODE:
        add_number(raw, value, TypeId::UINT16, param.format);
        return add_mode_names(resolved, param.table, unsigned_of(value));
      case TypeId::ERRNO:
        raw.add_int(signed_of(value));
        resolved.add(errno_name_of(signed_of(value)));
        return;
      case TypeId::PID:
        raw.add_int(signed_of(value));
        if (const Thread* thread = context.state->find_thread(signed_of(value))) resolved.add(thread->image->comm);
        return;
      case TypeId::FD:
        raw.add_int(signed_of(value));
        return resolve_fd(resolved, context, signed_of(value));
      case TypeId::UID:
      case TypeId::GID: {
        const auto id = static_cast<uint32_t>(unsigned_of(value));
        raw.add_int(static_cast<int32_t>(id));
        return resolve_user(resolved, context, type, id);
      }
      case TypeId::FLAGS8:
      case TypeId::FLAGS16:
      case TypeId::FLAGS32:
        raw.add_uint(unsigned_of(value));
        return add_flag_names(resolved, param.table, unsigned_of(value));
      case TypeId::ENUMFLAGS8:
      case TypeId::ENUMFLAGS16:
      case TypeId::ENUMFLAGS32:
        raw.add_uint(unsigned_of(value));
        return add_enum_names(resolved, param.table, unsigned_of(value));
      case TypeId::SYSCALLID:
        return render_syscall(unsigned_of(value));
      case TypeId::SIGTYPE:
        raw.add_uint(unsigned_of(value));
        resolved.add(enum_name(EnumTable::signal_name, unsigned_of(value)));
        return;
      case TypeId::SIGSET:
        return add_signal_set(raw, unsigned_of(value));
      case TypeId::RELTIME:
        return render_duration(unsigned_of(value));
      case TypeId::ABSTIME:
        return add_local_time(raw, unsigned_of(value));
      case TypeId::CHARBUF:
        raw.add(path_text(value));
        return;
      case TypeId::FSPATH:
      case TypeId::FSRELPATH: {
        const std::string_view path = path_text(value);
        raw.add(path);
        resolved.add(resolve_path(context, param, path, arena_));
        return;
      }
      case TypeId::BYTEBUF:
        raw.add_printable(value);
        return;
      case TypeId::SOCKADDR:
        raw.add(sockaddr_text(value));
        return;
      case TypeId::SOCKTUPLE:
        raw.add(tuple_text(value));
        return;
      case TypeId::FDLIST:
        return add_fd_list(raw, context, value);
      case TypeId::DYN: {
        const TypeId layout = dyn_type(param.table, value[0]);
        if (layout == TypeId::NONE || layout == TypeId::DYN) {
          raw.add("INVALID DYNAMIC PARAMETER");
          return;
        }
        if (value.size() > 1) render_value(value.subspan(1), layout);
        return;
      }
      default:
        raw.add("(n.a.)");
    }
  }

  void render_syscall(uint64_t code) {
    if (code >= kSyscallCount) {
      raw.add(syscall_name(code));
      return;
    }
    raw.add_uint(code);
    resolved.add(syscall_name(code));
  }

  void render_duration(uint64_t ns) {
    if (ns == UINT64_MAX) {
      raw.add("none");
      return;
    }
    raw.add_uint(ns);
    resolved.add_double("%g", static_cast<double>(ns) / 1e9).add('s');
  }

  Arena& arena_;
};

/// Which parameter an evt.arg or evt.rawarg use names in this event; nparams or more: none.
size_t param_of(const FieldUse& use, const EvalContext& context) {
  const EventView& event = *context.event;
  if (use.arg == FieldArg::Index) return use.index < 0 ? SIZE_MAX : static_cast<size_t>(use.index);
  const int8_t index = context.memory ? context.memory->param_index(use, event.code) : find_param(event.code, use.key);
  return index == FieldMemory::kNoParam ? SIZE_MAX : static_cast<size_t>(index);
}

}  // namespace

size_t shown_params(const EventView& event) {
  return std::min<size_t>(event.nparams, event.info().param_count);
}

ParamText render_param(const EvalContext& context, size_t index, Arena& arena) {
  return Renderer(context, context.event->info().params()[index], arena).render(context.event->param(index));
}

std::string_view render_args(const EvalContext& context, Arena& arena) {
  if (is_generic(*context.event)) return {};
  TextBuilder text(arena);
  const auto params = context.event->info().params();
  for (size_t i = 0; i < shown_params(*context.event); ++i) {
    const ParamText value = render_param(context, i, arena);
    if (i != 0) text.add(' ');
    text.add(params[i].name).add('=').add(value.raw);
    if (!value.resolved.empty()) text.add('(').add(value.resolved).add(')');
  }
  return text.view();
}

bool rawarg_is_empty(const FieldUse& use, const EvalContext& context) {
  const size_t index = param_of(use, context);
  return index < shown_params(*context.event) && !context.event->has(index);
}

/// Names of flags and of enumerators: the parameter's row and a number of 4 bytes or less decide them.
bool LiveFields::argument_shorthand(const FieldUse& use, const EvalContext& context, uint64_t& number) {
  const EventView& event = *context.event;
  const size_t index = param_of(use, context);
  if (index >= shown_params(event)) return false;
  switch (event.info().params()[index].type) {
    case TypeId::FLAGS8:
    case TypeId::FLAGS16:
    case TypeId::FLAGS32:
    case TypeId::ENUMFLAGS8:
    case TypeId::ENUMFLAGS16:
    case TypeId::ENUMFLAGS32:
      break;
    default:
      return false;
  }
  const Bytes value = event.param(index);
  if (value.empty() || value.size() > sizeof(uint32_t)) return false;
  number = static_cast<uint64_t>(event.code) << 40 | uint64_t{value.size()} << 32 | unsigned_of(value);
  return true;
}

FALCO_GETTER(EvtArgs) { return one(arena, Value::text(render_args(context, arena))); }
FALCO_GETTER(EvtInfo) { return one(arena, Value::text(render_args(context, arena))); }

FALCO_GETTER(EvtArg) {
  const size_t index = param_of(use, context);
  if (index >= shown_params(*context.event)) return missing();
  return text(arena, render_param(context, index, arena).best());
}

FALCO_GETTER(EvtRes) {
  int64_t value = 0;
  if (!return_value(*context.event, value)) return missing();
  if (value >= 0 || shown_params(*context.event) == 0) return text(arena, "SUCCESS");
  return text(arena, render_param(context, 0, arena).best());
}

// The parameter's own type says how its bytes are read, the use's declared type how they are compared.
FALCO_GETTER(EvtRawarg) {
  const EventView& event = *context.event;
  const size_t index = param_of(use, context);
  if (index >= shown_params(event) || !event.has(index)) return missing();
  const TypeId own = event.info().params()[index].type;
  const Kind own_kind = kind_of(own);
  const Kind kind = kind_of(use.type) == Kind::None ? own_kind : kind_of(use.type);
  // Addresses, descriptor lists and the like exist, but have no value to compare.
  if (kind == Kind::None) return event.param(index).empty() ? missing() : ValueList{nullptr, 0, true};
  switch (kind) {
    case Kind::Text:
      return own_kind == Kind::Text ? text(arena, path_text(event.param(index))) : missing();
    case Kind::Bytes:
      return own_kind == Kind::Bytes ? one(arena, Value::bytes(event.param(index))) : missing();
    case Kind::Int:
    case Kind::Uint:
    case Kind::Bool: {
      if (own_kind != Kind::Int && own_kind != Kind::Uint && own_kind != Kind::Bool) return missing();
      const int64_t wide = own_kind == Kind::Int ? event.integer(index) : static_cast<int64_t>(event.uinteger(index));
      if (kind == Kind::Int) return integer(arena, wide);
      if (kind == Kind::Uint) return uinteger(arena, static_cast<uint64_t>(wide));
      return boolean(arena, wide != 0);
    }
    default:
      return missing();
  }
}

}  // namespace fvm
