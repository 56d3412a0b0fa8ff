// SPDX-License-Identifier: Apache-2.0
//
// Does with a verified image everything a program may do with one, over made-up fields: runs every event, prints every
// output term, disassembles. Accepted must mean safe.
#pragma once

#include "tests/support/rules_builder.h"
#include "vm/exec/interpreter.h"
#include "vm/image/disasm.h"
#include "vm/image/verifier.h"

namespace falcoc::test {

/// A field of the declared kind, present or not by field id; lists, endpoints and ancestors get two values.
class TypedFields {
 public:
  explicit TypedFields(unsigned salt) : salt_(salt) {}
  fvm::ValueList read(const fvm::FieldUse& use, fvm::Arena& arena) const { return value_of(use, arena); }
  fvm::ValueList read_for_output(const fvm::FieldUse& use, fvm::Arena& arena) const { return value_of(use, arena); }

 private:
  fvm::ValueList value_of(const fvm::FieldUse& use, fvm::Arena& arena) const {
    using fvm::Value;
    if ((static_cast<unsigned>(use.id) + salt_) % 5 == 0) return fvm::ValueList::missing();
    const bool several = fvm::field_info(use.id).quant != fvm::Quant::One;
    auto* values = arena.alloc_array<Value>(2);
    values[0] = make(fvm::kind_of(use.type));
    values[1] = values[0];
    return {values, several ? 2u : 1u, true};
  }
  static fvm::Value make(fvm::Kind kind) {
    using fvm::Kind;
    using fvm::Value;
    switch (kind) {
      case Kind::Text:
        return Value::text("/tmp/bash");
      case Kind::Bytes:
        return Value::bytes(
            fvm::as_bytes("\x7f"
                          "ELF"));
      case Kind::Int:
        return Value::integer(-7);
      case Kind::Uint:
        return Value::uinteger(22);
      case Kind::Bool:
        return Value::boolean(true);
      case Kind::Double:
        return Value::real(0.5);
      case Kind::Ip:
      case Kind::Net:
        return Value::ip(*fvm::ops::parse_ip("10.1.2.3"));
      case Kind::None:
        break;
    }
    return Value::text("");
  }
  unsigned salt_;
};

/// Returns the number of matches, so that nothing is optimised away.
inline size_t exercise(const fvm::VerifiedImage& image, bool with_text) {
  fvm::Machine machine(image);
  fvm::MatchSet out(machine.rule_count());
  fvm::Arena arena;
  size_t total = 0;
  for (unsigned salt = 0; salt < 2; ++salt) {
    const TypedFields fields(salt);
    for (size_t code = 0; code < fvm::kEventCount; ++code) {
      out.clear();
      machine.run(static_cast<fvm::EventCode>(code), fields, fvm::MatchMode::All, out);
      total += out.rules().size();
    }
    for (uint32_t term = 0; term < image.view().terms().size(); ++term) {
      arena.reset();
      total += machine.eval_term(term, fields, arena).count;
    }
  }
  for (const fvm::RuleRec& rule : image.view().rules()) {
    total += image.view().rule_text(rule.name).size();
    for (const fvm::OutputPartRec& part : image.view().parts(rule))
      total += image.view().rule_text(part.literal).size();
  }
  if (with_text) total += fvm::disassemble(image).size();
  return total;
}

/// The records of a section, to be tampered with.
template <typename T>
std::span<T> records(std::vector<uint8_t>& image, fvm::SectionId id) {
  const auto* header = reinterpret_cast<const fvm::ImageHeader*>(image.data());
  const fvm::SectionRec& section = header->sections[static_cast<size_t>(id)];
  return {reinterpret_cast<T*>(image.data() + section.offset), section.bytes / sizeof(T)};
}

/// Gives a tampered image the digest its author would have computed.
inline void redigest(std::vector<uint8_t>& image) {
  if (image.size() < sizeof(fvm::ImageHeader)) return;
  const fvm::Digest128 digest = fvm::content_digest(image);
  std::copy(std::begin(digest.bytes), std::end(digest.bytes), image.begin() + offsetof(fvm::ImageHeader, digest));
}

}  // namespace falcoc::test
