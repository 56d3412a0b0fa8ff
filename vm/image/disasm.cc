// SPDX-License-Identifier: Apache-2.0
//
// The disassembler. Events that share a program are listed together; jump targets get labels.
#include "vm/image/disasm.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <vector>

#include "vm/ops/net_ops.h"

namespace fvm {
namespace {

constexpr std::string_view kPriorityNames[kPriorities] = {"Emergency", "Alert",  "Critical",      "Error",
                                                          "Warning",   "Notice", "Informational", "Debug"};
constexpr size_t kLineBytes = 120;
constexpr size_t kNoteBytes = 100;  ///< of a predicate beside an instruction; its own line has all of it
constexpr std::string_view kModifierNames[kModifiers] = {"", "oneof", "anyof", "allof"};
constexpr std::string_view kDomainNames[] = {"Event", "Fd", "Process", "Lineage", "Container", "Host"};

/// Text in double quotes with control bytes, quotes and backslashes escaped, so that a line stays a line.
std::string quoted(std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7f) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string constant_text(const ImageView& image, const ConstantRec& c) {
  IpNet net;
  std::copy(c.payload, c.payload + net.base.bytes.size(), net.base.bytes.begin());
  net.base.family = c.family;
  net.prefix = c.prefix;
  switch (static_cast<Kind>(c.kind)) {
    case Kind::Text:
      return quoted(image.string(load<TextRef>(c.payload)));
    case Kind::Bytes: {
      static constexpr char kHex[] = "0123456789abcdef";
      std::string out = "0x";
      for (char b : image.string(load<TextRef>(c.payload))) {
        out += {kHex[static_cast<uint8_t>(b) >> 4], kHex[static_cast<uint8_t>(b) & 15]};
      }
      return out;
    }
    case Kind::Int:
      return std::to_string(load<int64_t>(c.payload));
    case Kind::Uint:
      return std::to_string(load<uint64_t>(c.payload));
    case Kind::Bool:
      return load<uint64_t>(c.payload) != 0 ? "true" : "false";
    case Kind::Double: {
      char buffer[32];
      const auto end = std::to_chars(buffer, buffer + sizeof buffer, load<double>(c.payload));
      return {buffer, end.ptr};
    }
    case Kind::Ip:
      return ops::format_ip(net.base);
    case Kind::Net:
      return ops::format_net(net);
    case Kind::None:
      break;
  }
  return {};
}

std::string field_text(const ImageView& image, uint32_t slot) {
  const FieldRec& f = image.fields()[slot];
  const FieldInfo& info = kFields[f.field];
  std::string out(info.name);
  switch (static_cast<FieldArg>(f.arg)) {
    case FieldArg::None:
      break;
    case FieldArg::Index:
      out += '[' + std::to_string(f.index) + ']';
      break;
    case FieldArg::Key: {
      const bool suffix =
          info.arg == ArgKind::Suffix || info.arg == ArgKind::EventParam || info.arg == ArgKind::EventName;
      const std::string key(image.string(f.key));
      out += suffix ? '.' + key : '[' + key + ']';
      break;
    }
  }
  return out;
}

std::string joined(const ImageView& image, std::span<const uint32_t> terms) {
  std::string out;
  for (uint32_t term : terms) {
    if (!out.empty()) out += ", ";
    out += term_text(image, term);
  }
  return out;
}

std::string domains_text(uint8_t domains) {
  std::string out;
  for (size_t i = 0; i < std::size(kDomainNames); ++i) {
    if ((domains >> i & 1) == 0) continue;
    if (!out.empty()) out += '+';
    out += kDomainNames[i];
  }
  return out.empty() ? "none" : out;
}

class Printer {
 public:
  explicit Printer(const ImageView& image) : image_(image) {
    for (const MapRec& m : image.source_map()) {
      places_[{m.subject, m.id}] =
          std::string(image.map_text(m.file)) + ':' + std::to_string(m.line) + ':' + std::to_string(m.column);
    }
  }

  void header() {
    const auto count = [&](std::string_view name, size_t n) {
      out_ += "  " + std::string(name) + ' ' + std::to_string(n) + '\n';
    };
    out_ += "image version " + std::to_string(image_.header().version) + (image_.stripped() ? " stripped\n" : "\n");
    count("rules", image_.rules().size());
    count("predicates", image_.predicates().size());
    count("fields", image_.fields().size());
    count("programs", image_.programs().size());
    count("instructions", image_.code().size());
  }

  void programs() {
    std::vector<std::vector<std::string_view>> events(image_.programs().size());
    for (size_t code = 0; code < kEventCount; ++code) {
      const uint32_t program = image_.dispatch()[code];
      if (program != kNoProgram) events[program].push_back(kEvents[code].symbol);
    }
    for (uint32_t p = 0; p < events.size(); ++p) {
      out_ += "\nprogram " + std::to_string(p) + ", " + std::to_string(events[p].size()) + " events\n";
      wrapped(events[p]);
      program(image_.code().subspan(image_.programs()[p].first, image_.programs()[p].count));
    }
  }

  void predicates() {
    out_ += "\npredicates\n";
    for (uint32_t p = 0; p < image_.predicates().size(); ++p) {
      out_ += "  p" + std::to_string(p) + "  " + predicate_text(image_, p) + "  [" +
              domains_text(image_.predicates()[p].domains) + ']';
      place(MapSubject::Predicate, p);
    }
    out_ += "\nfields\n";
    for (uint32_t slot = 0; slot < image_.fields().size(); ++slot) {
      out_ += "  s" + std::to_string(slot) + "  " + field_text(image_, slot) + "  " +
              std::string(type_info(static_cast<TypeId>(image_.fields()[slot].type)).name) + '\n';
    }
  }

  void rules() {
    for (uint32_t r = 0; r < image_.rules().size(); ++r) {
      const RuleRec& rule = image_.rules()[r];
      out_ += "\nrule r" + std::to_string(r) + ' ' + quoted(image_.rule_text(rule.name));
      place(MapSubject::Rule, r);
      out_ += "  priority " + std::string(kPriorityNames[rule.priority]) + "\n  source " +
              quoted(image_.rule_text(rule.source)) + '\n';
      if ((rule.flags & kRuleCapture) != 0) out_ += "  capture " + std::to_string(rule.capture_duration_ms) + " ms\n";
      if (rule.tags.count != 0) {
        out_ += "  tags";
        for (TextRef tag : image_.tags(rule)) out_ += ' ' + quoted(image_.rule_text(tag));
        out_ += '\n';
      }
      out_ += "  output";
      for (const OutputPartRec& part : image_.parts(rule)) {
        if (part.term == kNoTerm) {
          out_ += ' ' + quoted(image_.rule_text(part.literal));
        } else {
          out_ += " %" + (part.width != 0 ? std::to_string(part.width) : std::string()) + term_text(image_, part.term);
        }
      }
      out_ += '\n';
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void program(std::span<const Instr> code) {
    std::vector<bool> labels(code.size());
    for (const Instr& i : code) {
      if (kOps[i.op].a == Operand::Target) labels[i.a] = true;
      if (kOps[i.op].b == Operand::Target) labels[i.b] = true;
    }
    for (size_t pc = 0; pc < code.size(); ++pc) {
      const OpInfo& info = kOps[code[pc].op];
      if (labels[pc]) out_ += " L" + std::to_string(pc) + ":\n";
      std::string line = "    " + std::string(info.mnemonic);
      std::string note;
      operand(info.a, code[pc].a, line, note);
      operand(info.b, code[pc].b, line, note);
      if (!note.empty()) {
        line.resize(std::max<size_t>(line.size(), 28), ' ');
        line += "  ; " + note;
      }
      out_ += line + '\n';
    }
  }

  void wrapped(std::span<const std::string_view> words) {
    std::string line = " ";
    for (std::string_view word : words) {
      if (line.size() + 1 + word.size() > kLineBytes) {
        out_ += line + '\n';
        line = " ";
      }
      line += ' ' + std::string(word);
    }
    if (line.size() > 1) out_ += line + '\n';
  }

  void operand(Operand kind, uint32_t value, std::string& line, std::string& note) const {
    switch (kind) {
      case Operand::None:
        return;
      case Operand::Predicate:
        line += " p" + std::to_string(value);
        note = predicate_text(image_, value);
        if (note.size() > kNoteBytes) note.replace(kNoteBytes - 3, std::string::npos, "...");
        return;
      case Operand::Rule:
        line += " r" + std::to_string(value);
        note = quoted(image_.rule_text(image_.rules()[value].name));
        return;
      case Operand::Target:
        line += " L" + std::to_string(value);
        return;
    }
  }

  void place(MapSubject subject, uint32_t id) {
    const auto found = places_.find({static_cast<uint32_t>(subject), id});
    if (found != places_.end()) out_ += "  ; " + found->second;
    out_ += '\n';
  }

  const ImageView& image_;
  std::map<std::pair<uint32_t, uint32_t>, std::string> places_;
  std::string out_;
};

}  // namespace

std::string term_text(const ImageView& image, uint32_t term) {
  const TermRec& t = image.terms()[term];
  switch (static_cast<TermKind>(t.kind)) {
    case TermKind::Field:
      return field_text(image, t.slot);
    case TermKind::String:
      return quoted(image.string(t.text));
    case TermKind::List:
      return '(' + joined(image, image.args(t)) + ')';
    case TermKind::Call:
      break;
  }
  std::string out(transformer_info(static_cast<Transformer>(t.transformer)).name);
  out += '(' + joined(image, image.args(t)) + ')';
  if (t.text.bytes != 0) out += '[' + std::string(image.string(t.text)) + ']';
  return out;
}

std::string predicate_text(const ImageView& image, uint32_t predicate) {
  const PredicateRec& p = image.predicates()[predicate];
  const auto op = static_cast<CmpOp>(p.op);
  std::string out = term_text(image, p.lhs) + ' ' + std::string(kCmpOps[p.op]);
  if (p.modifier != 0) out += ' ' + std::string(kModifierNames[p.modifier]);
  switch (static_cast<RhsKind>(p.rhs)) {
    case RhsKind::None:
      return out;
    case RhsKind::Term:
      return out + ' ' + term_text(image, p.operands.first);
    case RhsKind::Constants:
      break;
  }
  const bool is_list = p.modifier != 0 || op == CmpOp::In || op == CmpOp::Intersects || op == CmpOp::PMatch;
  std::string list;
  for (uint32_t c : image.operands(p)) {
    if (!list.empty()) list += ", ";
    list += constant_text(image, image.constants()[c]);
  }
  return out + (is_list ? " (" + list + ')' : ' ' + list);
}

std::string disassemble(const VerifiedImage& image, const DisasmOptions& options) {
  Printer printer(image.view());
  printer.header();
  if (options.code) printer.programs();
  if (options.tables) printer.predicates();
  if (options.rules) printer.rules();
  return printer.take();
}

}  // namespace fvm
