// SPDX-License-Identifier: Apache-2.0
//
// The back half of the compiler in order: lower, passes, code, cold sections, source map, bytes.
#include "compiler/emit/emit.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "compiler/emit/codegen.h"
#include "compiler/emit/image_tables.h"
#include "compiler/emit/image_writer.h"
#include "compiler/ir/ir.h"
#include "compiler/ir/lower.h"
#include "compiler/opt/passes.h"
#include "vm/abi/limits.h"
#include "vm/base/hash.h"

namespace falcoc {
namespace {

constexpr std::string_view kWords[] = {
#define FALCO_EMIT_ERROR(Sym, words) words,
    FALCO_EMIT_ERRORS(FALCO_EMIT_ERROR)
#undef FALCO_EMIT_ERROR
};

fvm::Err<EmitError> fail(EmitError::Code code, SourceRange range = {}) { return {EmitError{code, range}}; }

/// Depth and evaluation cost of a term, as the verifier counts them.
struct TermSize {
  size_t depth = 1;
  size_t cost = 1;
};
TermSize term_size(const CheckedRules& rules, TermId id) {
  TermSize size;
  for (TermId arg : rules.term(id).args) {
    const TermSize inner = term_size(rules, arg);
    size.depth = std::max(size.depth, inner.depth + 1);
    size.cost += inner.cost;
  }
  return size;
}
bool term_fits(const CheckedRules& rules, TermId id) {
  const TermSize size = term_size(rules, id);
  return size.depth <= fvm::limits::kExprDepth && size.cost <= fvm::limits::kTermCost;
}

class Emitter {
 public:
  Emitter(const CheckedRules& rules, const EmitOptions& options, const PlaceOf& place_of)
      : rules_(rules),
        options_(options),
        place_of_(place_of),
        passes_(options.passes_off),
        module_(passes_.on(Pass::Simplify)),
        tables_(module_) {}

  fvm::Result<CompiledImage, EmitError> run() {
    if (rules_.rules.size() > fvm::limits::kRules) return fail(EmitError::Code::TooManyRules);
    for (const Expr& e : rules_.exprs) {
      const bool fits =
          (e.lhs == TermId::None || term_fits(rules_, e.lhs)) && (e.rhs == TermId::None || term_fits(rules_, e.rhs));
      if (!fits) return fail(EmitError::Code::TermTooDeep, e.range);
    }
    for (const CheckedRule& rule : rules_.rules)
      for (const OutputPart& part : rule.parts)
        if (part.term != TermId::None && !term_fits(rules_, part.term))
          return fail(EmitError::Code::TermTooDeep, rule.range);

    if (const auto deep = ir::lower_conditions(rules_, module_)) {
      return fail(EmitError::Code::TooDeep, rules_.rules[deep->rule].condition_range);
    }
    if (!emit_programs()) return fail(EmitError::Code::TooBig);
    if (tables_.regexes > fvm::limits::kRegexes) return fail(EmitError::Code::TooManyRegexes);
    emit_rules();
    const bool mapped = !options_.strip && place_of_ != nullptr;
    if (mapped) emit_source_map();
    if (image_bytes(tables_) > fvm::limits::kImageBytes || tables_.operand_uses > fvm::limits::kOperands) {
      return fail(EmitError::Code::TooBig);
    }
    CompiledImage image;
    image.bytes = write_image(tables_, mapped ? 0 : fvm::kImageStripped, options_.sources_digest);
    image.stats = stats(image.bytes.size());
    return image;
  }

 private:
  bool emit_programs() {
    const bool share = passes_.on(Pass::SharePrograms);
    const size_t max = fvm::limits::kImageBytes / sizeof(fvm::Instr);
    const NumberPredicate number = [&](ir::PredicateId id) { return tables_.predicate(id); };
    Interner programs;
    tables_.dispatch.assign(fvm::kEventCount, fvm::kNoProgram);
    tables_.interest.assign(fvm::kInterestWords, 0);
    for (const EventProgram& event_program : dispatch_events(rules_, passes_, module_)) {
      const auto code = generate(event_program, module_, number, max - tables_.code.size());
      if (!code) return false;
      const size_t copies = share ? 1 : event_program.events.size();
      for (size_t copy = 0; copy < copies; ++copy) {
        const auto id = share ? programs.intern(program_key(*code))
                              : Interner::Entry{static_cast<uint32_t>(tables_.programs.size()), true};
        if (id.is_new) {
          tables_.programs.push_back({static_cast<uint32_t>(tables_.code.size()), static_cast<uint32_t>(code->size())});
          tables_.code.insert(tables_.code.end(), code->begin(), code->end());
          if (tables_.code.size() > max) return false;
        }
        const auto assign = [&](fvm::EventCode event) {
          const auto e = static_cast<size_t>(event);
          tables_.dispatch[e] = id.id;
          tables_.interest[e / 64] |= uint64_t{1} << (e % 64);
        };
        if (share) {
          for (fvm::EventCode event : event_program.events) assign(event);
        } else {
          assign(event_program.events[copy]);
        }
      }
    }
    return true;
  }

  static std::string program_key(const std::vector<fvm::Instr>& code) {
    KeyWriter key;
    for (const fvm::Instr& i : code) key.add(i.op).add(i.a).add(i.b);
    return key.take();
  }

  void emit_rules() {
    TextPool& text = tables_.rule_text;
    for (const CheckedRule& rule : rules_.rules) {
      fvm::RuleRec rec{};
      rec.name = text.add(rule.name);
      rec.source = text.add(rule.source);
      rec.desc = text.add(rule.desc);
      rec.output = text.add(rule.output);
      rec.capture_duration_ms = rule.capture_duration_ms;
      rec.priority = static_cast<uint8_t>(rule.priority);
      rec.flags = rule.capture ? fvm::kRuleCapture : 0;
      rec.tags = append(tables_.tags, rule.tags, [&](const std::string& tag) { return text.add(tag); });
      if (rule.enabled) {
        size_t width_left = fvm::limits::kOutputWidth;
        rec.parts = append(tables_.output_parts, rule.parts, [&](const OutputPart& part) {
          if (part.term == TermId::None) return fvm::OutputPartRec{fvm::kNoTerm, 0, text.add(part.literal), {0, 0}};
          const auto width = static_cast<uint32_t>(std::min<size_t>(part.width, width_left));
          width_left -= width;
          return fvm::OutputPartRec{term(part.term), width, {0, 0}, text.add(part.token)};
        });
        rec.fields = append(tables_.output_fields, rule.fields, [&](const OutputField& field) {
          return fvm::OutputFieldRec{text.add(field.key), term(field.term), 0};
        });
      }
      tables_.rules.push_back(rec);
    }
  }

  template <typename Record, typename Items, typename Convert>
  static fvm::RunRef append(std::vector<Record>& section, const Items& items, Convert convert) {
    if (items.empty()) return {0, 0};
    const fvm::RunRef run{static_cast<uint32_t>(section.size()), static_cast<uint32_t>(items.size())};
    for (const auto& item : items) section.push_back(convert(item));
    return run;
  }

  uint32_t term(TermId id) { return tables_.term(ir::lower_term(rules_, id, module_)); }

  void emit_source_map() {
    for (uint32_t i = 0; i < rules_.rules.size(); ++i) map(fvm::MapSubject::Rule, i, rules_.rules[i].range);
    for (uint32_t i = 0; i < tables_.predicate_sources.size(); ++i) {
      map(fvm::MapSubject::Predicate, i, module_[tables_.predicate_sources[i]].range);
    }
  }

  void map(fvm::MapSubject subject, uint32_t id, const SourceRange& range) {
    if (!range.known()) return;
    const Place place = place_of_(range);
    tables_.source_map.push_back(
        {static_cast<uint32_t>(subject), id, tables_.map_text.add(place.file), place.line, place.column});
  }

  EmitStats stats(size_t bytes) const {
    EmitStats s;
    s.rules = rules_.rules.size();
    s.enabled = module_.rules.size();
    s.predicates = tables_.predicates.size();
    s.programs = tables_.programs.size();
    s.instructions = tables_.code.size();
    s.bytes = bytes;
    return s;
  }

  const CheckedRules& rules_;
  const EmitOptions& options_;
  const PlaceOf& place_of_;
  const PassSet passes_;
  ir::Module module_;
  ImageTables tables_;
};

}  // namespace

std::string_view words(EmitError::Code code) { return kWords[static_cast<size_t>(code)]; }

fvm::Result<CompiledImage, EmitError> emit(const CheckedRules& rules, const EmitOptions& options,
                                           const PlaceOf& place_of) {
  return Emitter(rules, options, place_of).run();
}

std::string dump_ir(const CheckedRules& rules, const EmitOptions& options, bool optimized) {
  const PassSet passes(options.passes_off);
  ir::Module module(optimized && passes.on(Pass::Simplify));
  if (ir::lower_conditions(rules, module)) return std::string(words(EmitError::Code::TooDeep)) + '\n';
  if (!optimized) return ir::print(module, rules);
  const auto programs = dispatch_events(rules, passes, module);
  std::string out = ir::print(module, rules);
  for (const EventProgram& program : programs) {
    out += "events";
    for (fvm::EventCode event : program.events) out += ' ' + std::string(event_info(event).symbol);
    out += '\n';
    for (const ir::Rule& rule : program.rules) {
      out += "  rule " + std::to_string(rule.index) + " = " + ir::print_node(module, rule.condition) + '\n';
    }
  }
  return out;
}

fvm::Digest128 digest_sources(const std::vector<std::string_view>& texts) {
  // Hash of hashes, so that moving text from the end of one file to the start of the next shows.
  std::string digests;
  for (std::string_view text : texts) {
    const auto digest = fvm::hash128({fvm::as_bytes(text)});
    digests.append(reinterpret_cast<const char*>(digest.data()), digest.size());
  }
  fvm::Digest128 out;
  std::ranges::copy(fvm::hash128({fvm::as_bytes(digests)}), out.bytes);
  return out;
}

}  // namespace falcoc
