// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/scene_fields.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "vm/field/clock_text.h"
#include "vm/ops/hex.h"
#include "vm/ops/net_ops.h"

namespace conformance {
namespace {

using fvm::FieldArg;
using fvm::FieldId;
using fvm::FieldUse;
using fvm::Kind;
using fvm::TypeId;
using fvm::Value;
using fvm::ValueList;

int64_t to_int(std::string_view text, int base = 10) {
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

uint64_t to_uint(std::string_view text, int base = 10) {
  if (!text.empty() && text[0] == '-') return static_cast<uint64_t>(to_int(text, base));
  uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value, base);
  return value;
}

/// Base in which evt.args prints the number: that of the format, but flags are decimal always.
int base_of(const fvm::ParamInfo& param) {
  if (param.aux == fvm::Aux::Flags && param.type != TypeId::MODE) return 10;
  if (param.format == fvm::Format::HEX) return 16;
  return param.format == fvm::Format::OCT ? 8 : 10;
}

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : " ") + text;
  return out;
}

std::vector<std::string> one(std::string text) { return {std::move(text)}; }

/// Whether `raw(resolved)` can be told apart: texts and addresses may hold parentheses themselves.
bool has_resolved_form(TypeId type) {
  switch (type) {
    case TypeId::CHARBUF:
    case TypeId::BYTEBUF:
    case TypeId::SOCKADDR:
    case TypeId::SOCKTUPLE:
      return false;
    default:
      return true;
  }
}

/// The newest event of that name and direction.
fvm::EventCode find_code(std::string_view name, fvm::Dir dir) {
  fvm::EventCode found{};
  for (size_t i = 0; i < fvm::kEventCount; ++i)
    if (fvm::kEvents[i].name == name && fvm::kEvents[i].dir == dir) found = static_cast<fvm::EventCode>(i);
  return found;
}

std::optional<Value> to_value(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::Text: return Value::text(text);
    case Kind::Bytes: return Value::bytes(fvm::as_bytes(text));
    case Kind::Int: return Value::integer(to_int(text));
    case Kind::Uint: return Value::uinteger(to_uint(text));
    case Kind::Bool: return Value::boolean(text == "true" || text == "1");
    case Kind::Double: return Value::real(std::strtod(std::string(text).c_str(), nullptr));
    case Kind::Ip:
    case Kind::Net: {  // a network field yields the address; the constant is the network
      const auto address = fvm::ops::parse_ip(text);
      if (!address) return std::nullopt;
      return Value::ip(*address);
    }
    case Kind::None: break;
  }
  return std::nullopt;
}

}  // namespace

SceneFields::SceneFields(const World& world, const SceneText& scene, uint64_t first_ts_ns)
    : world_(world), scene_(scene), first_ts_ns_(first_ts_ns) {
  const auto text = [&](std::string_view field) { return listed(field).value_or(one("")).front(); };
  code_ = find_code(text("evt.type"), text("evt.dir") == ">" ? fvm::Dir::Enter : fvm::Dir::Exit);
  ts_ns_ = to_uint(text("evt.rawtime"));
  has_process_ = !world.lineage.empty() && text("proc.pid") == std::to_string(world.lineage[0].pid);
  split_args();
}

SceneFields::Texts SceneFields::listed(std::string_view field) const {
  const auto found = scene_.fields.find(std::string(field));
  if (found == scene_.fields.end()) return std::nullopt;
  return found->second;
}

void SceneFields::split_args() {
  const std::string text = listed("evt.args").value_or(one("")).front();
  const auto params = fvm::event_info(code_).params();
  size_t begin = 0;
  for (size_t i = 0; i < params.size(); ++i) {
    const std::string label = std::string(params[i].name) + '=';
    if (text.compare(begin, label.size(), label) != 0) return;
    begin += label.size();
    size_t end = text.size();
    if (i + 1 < params.size()) end = std::min(text.find(' ' + std::string(params[i + 1].name) + '=', begin), text.size());
    Arg arg{&params[i], text.substr(begin, end - begin), std::nullopt};
    const size_t open = arg.raw.find('(');
    if (has_resolved_form(params[i].type) && open != std::string::npos && arg.raw.back() == ')') {
      arg.resolved = arg.raw.substr(open + 1, arg.raw.size() - open - 2);
      arg.raw.resize(open);
    }
    args_.push_back(std::move(arg));
    if (end == text.size()) return;
    begin = end + 1;
  }
}

const SceneFields::Arg* SceneFields::find_arg(std::string_view name) const {
  for (const Arg& arg : args_)
    if (arg.param->name == name) return &arg;
  return nullptr;
}

const SceneFields::Arg* SceneFields::first_arg(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names)
    if (const Arg* arg = find_arg(name)) return arg;
  return nullptr;
}

SceneFields::Texts SceneFields::event_arg(const FieldUse& use) const {
  const Arg* arg = nullptr;
  if (use.arg == FieldArg::Index) {
    if (use.index >= 0 && static_cast<uint64_t>(use.index) < args_.size()) arg = &args_[static_cast<size_t>(use.index)];
  } else {
    if (const Texts text = listed("evt.arg." + std::string(use.key))) return text;
    arg = find_arg(use.key);
  }
  if (arg == nullptr) return std::nullopt;
  return one(arg->resolved.value_or(arg->raw));
}

SceneFields::Texts SceneFields::raw_arg(const FieldUse& use) const {
  const Arg* arg = find_arg(use.key);
  if (arg == nullptr) return std::nullopt;
  if (arg->param->type == TypeId::BYTEBUF) return one(buffer_bytes());
  if (arg->raw.empty()) return std::nullopt;
  const Kind kind = fvm::kind_of(arg->param->type);
  if (kind == Kind::Int || kind == Kind::Uint) return one(std::to_string(to_int(arg->raw, base_of(*arg->param))));
  return one(arg->raw);
}

/// The description holds the bytes: `buffer bytes 00 01 ca`, or `buffer: TEXT`, where ` LF` at the end is a line feed.
std::string SceneFields::buffer_bytes() const {
  const std::string& description = scene_.description;
  const std::string_view in_hex = "buffer bytes ";
  const std::string_view in_text = "buffer: ";
  if (const size_t at = description.find(in_hex); at != std::string::npos) {
    std::string digits = description.substr(at + in_hex.size());
    std::erase(digits, ' ');
    if (const auto bytes = fvm::ops::decode_hex(digits)) return *bytes;
  }
  if (const size_t at = description.find(in_text); at != std::string::npos) {
    std::string text = description.substr(at + in_text.size());
    if (text.ends_with(" bytes)")) text.resize(text.rfind(" ("));
    if (text.ends_with(" LF")) text.replace(text.size() - 3, 3, "\n");
    return text;
  }
  return listed("evt.buffer").value_or(one("")).front();
}

std::string SceneFields::variable(std::string_view name) const {
  for (const std::string& entry : world_.environment)
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') return entry.substr(name.size() + 1);
  return "";
}

std::string SceneFields::ancestor_text(FieldId field, const ProcessText& process) const {
  switch (field) {
    case FieldId::ProcAname: return process.name;
    case FieldId::ProcAexe: return process.exe;
    case FieldId::ProcAexepath: return process.exepath;
    case FieldId::ProcApid: return std::to_string(process.pid);
    case FieldId::ProcAargs: return joined(process.args);
    case FieldId::ProcAenv: return joined(world_.environment);
    default: return process.args.empty() ? process.name : process.name + ' ' + joined(process.args);
  }
}

SceneFields::Texts SceneFields::ancestors(const FieldUse& use) const {
  if (!has_process_) return std::nullopt;
  if (use.arg == FieldArg::Index && use.index >= 0 && use.id != FieldId::ProcAenv) {
    if (static_cast<uint64_t>(use.index) >= world_.lineage.size()) return std::nullopt;
    return one(ancestor_text(use.id, world_.lineage[static_cast<size_t>(use.index)]));
  }
  std::vector<std::string> all;
  for (size_t level = 1; level < world_.lineage.size(); ++level) {
    all.push_back(use.arg == FieldArg::Key ? variable(use.key) : ancestor_text(use.id, world_.lineage[level]));
  }
  if (use.id == FieldId::ProcAargs) return one(joined(all));
  return all;
}

SceneFields::Texts SceneFields::process_texts(const FieldUse& use) const {
  const auto parent = [&](FieldId as) -> Texts {
    if (!has_process_ || world_.lineage.size() < 2) return std::nullopt;
    return one(ancestor_text(as, world_.lineage[1]));
  };
  switch (use.id) {
    case FieldId::ProcArgs:
      if (use.arg != FieldArg::Index) return listed("proc.args");
      if (!has_process_ || use.index < 0 || static_cast<uint64_t>(use.index) >= world_.lineage[0].args.size()) return one("");
      return one(world_.lineage[0].args[static_cast<size_t>(use.index)]);
    case FieldId::ProcEnv:
      if (!has_process_) return one("");
      return one(use.arg == FieldArg::Key ? variable(use.key) : joined(world_.environment));
    case FieldId::ProcPexe: return parent(FieldId::ProcAexe);
    case FieldId::ProcPexepath: return parent(FieldId::ProcAexepath);
    case FieldId::ProcPcmdline: return parent(FieldId::ProcAcmdline);
    case FieldId::ProcExeline: {
      if (!has_process_) return listed("proc.exe");
      const std::string args = joined(world_.lineage[0].args);
      return one(world_.lineage[0].exe + (args.empty() ? "" : ' ' + args));
    }
    case FieldId::ProcCmdnargs: return one(std::to_string(has_process_ ? world_.lineage[0].args.size() : 0));
    case FieldId::ProcCmdlenargs: {
      size_t bytes = 0;
      if (has_process_)
        for (const std::string& arg : world_.lineage[0].args) bytes += arg.size();
      return one(std::to_string(bytes));
    }
    case FieldId::ThreadTid: return listed("proc.pid");
    default: return std::nullopt;
  }
}

SceneFields::Texts SceneFields::time_texts(FieldId field) const {
  using fvm::ClockForm;
  constexpr uint64_t kSecond = 1'000'000'000;
  const uint64_t since_first = ts_ns_ - std::min(ts_ns_, first_ts_ns_);
  switch (field) {
    case FieldId::EvtTime: return one(fvm::clock_text(ts_ns_, ClockForm::Time));
    case FieldId::EvtTimeS: return one(fvm::clock_text(ts_ns_, ClockForm::TimeS));
    case FieldId::EvtTimeIso8601: return one(fvm::clock_text(ts_ns_, ClockForm::Iso8601));
    case FieldId::EvtDatetime: return one(fvm::clock_text(ts_ns_, ClockForm::Datetime));
    case FieldId::EvtDatetimeS: return one(fvm::clock_text(ts_ns_, ClockForm::DatetimeS));
    case FieldId::EvtRawtimeS: return one(std::to_string(ts_ns_ / kSecond));
    case FieldId::EvtRawtimeNs: return one(std::to_string(ts_ns_ % kSecond));
    case FieldId::EvtReltime: return one(std::to_string(since_first));
    case FieldId::EvtReltimeS: return one(std::to_string(since_first / kSecond));
    case FieldId::EvtReltimeNs: return one(std::to_string(since_first % kSecond));
    default: return std::nullopt;
  }
}

/// The client's or the server's value, whichever end is local (or remote).
SceneFields::Texts SceneFields::local_end(std::string_view server_side, std::string_view client_side, bool local) const {
  const Texts local_ip = listed("fd.lip");
  if (!local_ip) return std::nullopt;
  const bool server_is_local = local_ip == listed("fd.sip");
  return listed(server_is_local == local ? server_side : client_side);
}

SceneFields::Texts SceneFields::socket_texts(FieldId field) const {
  const auto both = [&](std::string_view first, std::string_view second) -> Texts {
    const std::string fd = listed("fd.num").value_or(one("-1")).front();
    if (to_int(fd) < 0) return std::nullopt;
    std::vector<std::string> ends;
    for (const std::string_view end : {first, second})
      if (const Texts text = listed(end)) ends.push_back(text->front());
    return ends;
  };
  switch (field) {
    case FieldId::FdIp:
    case FieldId::FdNet: return both("fd.cip", "fd.sip");
    case FieldId::FdPort:
    case FieldId::FdProto: return both("fd.cport", "fd.sport");
    case FieldId::FdCnet: return listed("fd.cip");
    case FieldId::FdSnet: return listed("fd.sip");
    case FieldId::FdLnet: return listed("fd.lip");
    case FieldId::FdRnet: return listed("fd.rip");
    case FieldId::FdLport: return local_end("fd.sport", "fd.cport", true);
    case FieldId::FdRport: return local_end("fd.sport", "fd.cport", false);
    case FieldId::FdLproto: return local_end("fd.sproto", "fd.cproto", true);
    case FieldId::FdRproto: return local_end("fd.sproto", "fd.cproto", false);
    default: return std::nullopt;
  }
}

SceneFields::Texts SceneFields::texts(const FieldUse& use) const {
  const auto raw_text = [](const Arg* arg) -> Texts { return arg == nullptr ? Texts() : one(arg->raw); };
  const auto device = [&](auto part) -> Texts {
    const Texts text = listed("fd.dev");
    if (!text) return std::nullopt;
    return one(std::to_string(part(to_int(text->front(), 16))));
  };
  const auto flagged = [&](uint32_t flags) { return fvm::event_info(code_).has(flags) ? "true" : "false"; };
  const FieldId id = use.id;
  switch (id) {
    case FieldId::EvtArg: return event_arg(use);
    case FieldId::EvtRawarg: return raw_arg(use);
    case FieldId::EvtInfo: return listed("evt.args");
    case FieldId::EvtAround: {
      const auto centre = static_cast<uint64_t>(use.index);
      const uint64_t distance_ns = std::max(ts_ns_, centre) - std::min(ts_ns_, centre);
      return one(std::to_string((distance_ns + 999'999) / 1'000'000));
    }
    case FieldId::EvtBuffer: return listed("evt.buffer") ? Texts(one(buffer_bytes())) : std::nullopt;
    case FieldId::EvtBuflen: return listed("evt.buffer") ? listed("evt.rawres") : std::nullopt;
    case FieldId::SyscallType: return listed("evt.type");
    case FieldId::EvtSource: return one("syscall");
    case FieldId::EvtIsAsync: return one("false");
    case FieldId::EvtIsIo: return one(flagged(FALCO_EF_READS_FROM_FD | FALCO_EF_WRITES_TO_FD));
    case FieldId::EvtIsIoRead: return one(flagged(FALCO_EF_READS_FROM_FD));
    case FieldId::EvtIsIoWrite: return one(flagged(FALCO_EF_WRITES_TO_FD));
    case FieldId::EvtIsWait: return one(flagged(FALCO_EF_WAITS));
    case FieldId::EvtLatency:
    case FieldId::EvtLatencyS:
    case FieldId::EvtLatencyNs: return one("0");
    case FieldId::FdDev: return device([](int64_t dev) { return dev; });
    case FieldId::FdDevMajor: return device([](int64_t dev) { return dev >> 8 & 0xfff; });
    case FieldId::FdDevMinor: return device([](int64_t dev) { return dev & 0xff; });
    case FieldId::FdTypes:
      if (use.arg == FieldArg::Index) {
        const bool is_event_fd = listed("fd.num") == one(std::to_string(use.index));
        return is_event_fd ? listed("fd.type") : std::nullopt;
      }
      if (!listed("fd.num")) return std::nullopt;
      return listed("fd.types").value_or(std::vector<std::string>());
    case FieldId::FsPathNameraw: return raw_text(first_arg({"name", "path", "filename"}));
    case FieldId::FsPathSourceraw: return raw_text(first_arg({"oldpath", "target"}));
    case FieldId::FsPathTargetraw: return raw_text(first_arg({"newpath", "linkpath"}));
    default: break;
  }
  if (fvm::field_info(id).quant == fvm::Quant::Ancestor || id == FieldId::ProcAargs) return ancestors(use);
  if (const Texts text = time_texts(id)) return text;
  if (const Texts text = process_texts(use)) return text;
  if (const Texts text = socket_texts(id)) return text;
  return listed(fvm::field_info(id).name);
}

ValueList SceneFields::read(const FieldUse& use, fvm::Arena& arena) const {
  const Texts found = texts(use);
  if (!found) return ValueList::missing();
  if (fvm::kind_of(use.type) == Kind::None) return {nullptr, 0, true};  // there, but nothing compares with it
  auto* values = arena.alloc_array<Value>(found->size());
  uint32_t count = 0;
  for (const std::string& text : *found) {
    const std::optional<Value> value = to_value(fvm::kind_of(use.type), arena.copy(text));
    if (!value) return ValueList::missing();
    values[count++] = *value;
  }
  return {values, count, true};
}

ValueList SceneFields::read_for_output(const FieldUse& use, fvm::Arena& arena) const {
  const fvm::FieldInfo& info = fvm::field_info(use.id);
  if (info.has(FALCO_FF_FILTER_ONLY)) return ValueList::missing();
  const bool all_ancestors = info.quant == fvm::Quant::Ancestor && use.arg == FieldArg::None;
  if (!all_ancestors) return read(use, arena);
  const Texts found = texts(use);
  if (!found) return ValueList::missing();
  auto* value = arena.alloc_array<Value>(1);
  *value = Value::text(arena.copy(joined(*found)));
  return {value, 1, true};
}

}  // namespace conformance
