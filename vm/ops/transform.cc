// SPDX-License-Identifier: Apache-2.0
#include "vm/ops/transform.h"

#include <algorithm>

#include "vm/ops/compare.h"

namespace fvm::ops {
namespace {

constexpr char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c; }

template <typename F>
Value map_text(const Value& value, F letter, Arena& arena) {
  if (value.kind() != Kind::Text) return {};
  const std::string_view text = value.as_text();
  char* out = arena.alloc(text.size());
  std::transform(text.begin(), text.end(), out, letter);
  return Value::text({out, text.size()});
}

Value basename(const Value& value) {
  if (value.kind() != Kind::Text) return {};
  const std::string_view text = value.as_text();
  return Value::text(text.substr(text.rfind('/') + 1));  // npos + 1 is 0
}

int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return -1;
}

/// Removes padding when it is there; padding that does not fill a group of four is wrong.
bool strip_padding(std::string_view& text) {
  const size_t end = text.find('=');
  if (end == std::string_view::npos) return true;
  const std::string_view padding = text.substr(end);
  if (padding != "=" && padding != "==") return false;
  if (text.size() % 4 != 0) return false;
  text = text.substr(0, end);
  return true;
}

/// Text stays text, cut at a decoded NUL as every text value is; bytes stay bytes. None: not base64.
Value decode_base64(const Value& value, Arena& arena) {
  if (value.kind() != Kind::Text && value.kind() != Kind::Bytes) return {};
  std::string_view text = value.as_text();
  if (!strip_padding(text) || text.size() % 4 == 1) return {};
  char* out = arena.alloc(text.size() / 4 * 3 + 3);
  size_t size = 0;
  uint32_t bits = 0;
  unsigned bit_count = 0;
  for (char c : text) {
    const int six = sextet(c);
    if (six < 0) return {};
    bits = bits << 6 | static_cast<uint32_t>(six);
    bit_count += 6;
    if (bit_count >= 8) {
      bit_count -= 8;
      out[size++] = static_cast<char>(bits >> bit_count & 0xff);
    }
  }
  if ((bits & ((1u << bit_count) - 1)) != 0) return {};
  const Bytes decoded = as_bytes(std::string_view(out, size));
  return value.kind() == Kind::Bytes ? Value::bytes(decoded) : Value::text(until_nul(decoded));
}

/// Applies `f` to every value; a result of Kind::None makes the whole missing.
template <typename F>
ValueList map_values(const ValueList& list, Arena& arena, F f) {
  Value* out = arena.alloc_array<Value>(list.count);
  for (uint32_t i = 0; i < list.count; ++i) {
    out[i] = f(list.data[i]);
    if (out[i].kind() == Kind::None) return ValueList::missing();
  }
  return {out, list.count, true};
}

ValueList length(const TransformArg& arg, Arena& arena) {
  if (arg.is_list) return single(Value::uinteger(arg.values.count), arena);
  if (arg.values.count != 1) return ValueList::missing();
  const Value& value = arg.values.data[0];
  if (value.kind() == Kind::Text) return single(Value::uinteger(until_nul(value.as_bytes()).size()), arena);
  if (value.kind() == Kind::Bytes) return single(Value::uinteger(value.as_bytes().size()), arena);
  return ValueList::missing();
}

bool all_text(const ValueList& list) {
  return std::ranges::all_of(list.values(), [](const Value& v) { return v.kind() == Kind::Text; });
}

/// Concatenates texts of all lists with `separator` between values.
ValueList concatenate(std::span<const TransformArg> args, std::string_view separator, Arena& arena) {
  size_t size = 0;
  for (const TransformArg& arg : args) {
    if (!all_text(arg.values)) return ValueList::missing();
    for (const Value& value : arg.values.values()) size += value.as_text().size() + separator.size();
  }
  char* out = arena.alloc(size);
  char* at = out;
  bool first = true;
  for (const TransformArg& arg : args) {
    for (const Value& value : arg.values.values()) {
      if (!first) at = std::ranges::copy(separator, at).out;
      at = std::ranges::copy(value.as_text(), at).out;
      first = false;
    }
  }
  return single(Value::text({out, static_cast<size_t>(at - out)}), arena);
}

/// Short options as getopt(3) walks them; see 2.10 of the language for what stops the walk.
class OptionWalk {
 public:
  OptionWalk(std::span<const Value> words, std::string_view options) : words_(words), options_(options) {}

  /// Calls emit(option character, argument or nullptr) for each option found.
  template <typename Emit>
  void run(Emit emit) {
    while (next_ < words_.size()) {
      const std::string_view word = words_[next_].as_text();
      if (word.empty() || word == "-" || word == "--" || word[0] != '-') return;
      ++next_;
      if (word.starts_with("--")) continue;
      walk_cluster(word, emit);
    }
  }

 private:
  template <typename Emit>
  void walk_cluster(std::string_view word, Emit emit) {
    for (size_t i = 1; i < word.size(); ++i) {
      const size_t at = word[i] == ':' ? std::string_view::npos : options_.find(word[i]);
      if (at == std::string_view::npos) {
        emit("?", nullptr);
        continue;
      }
      const std::string_view option = word.substr(i, 1);
      if (at + 1 >= options_.size() || options_[at + 1] != ':') {
        emit(option, nullptr);
        continue;
      }
      std::string_view argument = word.substr(i + 1);
      if (argument.empty() && next_ < words_.size()) argument = words_[next_++].as_text();
      emit(option, &argument);
      return;
    }
  }

  std::span<const Value> words_;
  std::string_view options_;
  size_t next_ = 0;
};

ValueList getopt(const ValueList& words, const ValueList& option_text, std::string_view selector, Arena& arena) {
  if (!all_text(words) || !all_text(option_text) || option_text.count != 1) return ValueList::missing();
  const std::string_view options = option_text.data[0].as_text();
  if (!selector.empty()) {
    ValueList last = ValueList::missing();
    OptionWalk(words.values(), options).run([&](std::string_view option, const std::string_view* argument) {
      if (option == selector) last = single(Value::text(argument != nullptr ? *argument : option), arena);
    });
    return last;
  }
  size_t letters = 0;
  for (const Value& word : words.values()) letters += word.as_text().size() + 1;
  Value* out = arena.alloc_array<Value>(2 * letters);
  uint32_t count = 0;
  OptionWalk(words.values(), options).run([&](std::string_view option, const std::string_view* argument) {
    out[count++] = Value::text(option);
    if (argument != nullptr) out[count++] = Value::text(*argument);
  });
  return {out, count, true};
}

}  // namespace

ValueList single(const Value& value, Arena& arena) {
  Value* out = arena.alloc_array<Value>(1);
  *out = value;
  return {out, 1, true};
}

ValueList gather(std::span<const ValueList> elements, Arena& arena) {
  size_t count = 0;
  for (const ValueList& element : elements) {
    if (!element.present) return ValueList::missing();
    count += element.count;
  }
  Value* out = arena.alloc_array<Value>(count);
  Value* at = out;
  for (const ValueList& element : elements) at = std::ranges::copy(element.values(), at).out;
  return {out, static_cast<uint32_t>(count), true};
}

ValueList apply(Transformer transformer, std::span<const TransformArg> args, std::string_view selector, Arena& arena) {
  for (const TransformArg& arg : args)
    if (!arg.values.present) return ValueList::missing();
  const TransformerInfo& info = transformer_info(transformer);
  if (args.size() < info.min_args || (info.max_args != 0 && args.size() > info.max_args)) return ValueList::missing();
  const ValueList& first = args[0].values;
  switch (transformer) {
    case Transformer::ToLower: return map_values(first, arena, [&](const Value& v) { return map_text(v, fold_case, arena); });
    case Transformer::ToUpper: return map_values(first, arena, [&](const Value& v) { return map_text(v, to_upper, arena); });
    case Transformer::Basename: return map_values(first, arena, basename);
    case Transformer::B64: return map_values(first, arena, [&](const Value& v) { return decode_base64(v, arena); });
    case Transformer::Len: return length(args[0], arena);
    case Transformer::Join:
      if (first.count != 1 || !all_text(first)) return ValueList::missing();
      return concatenate(args.subspan(1), first.data[0].as_text(), arena);
    case Transformer::Concat: return concatenate(args, {}, arena);
    case Transformer::Getopt: return getopt(first, args[1].values, selector, arena);
    case Transformer::Val: return first;
  }
  return ValueList::missing();
}

}  // namespace fvm::ops
