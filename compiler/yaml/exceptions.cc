// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "compiler/yaml/exception_ops.h"

namespace falcoc {

namespace {

constexpr std::string_view kListOps[] = {"in", "intersects", "pmatch"};
constexpr std::string_view kTextOps[] = {"=",           "==",       "!=",   "contains", "icontains", "bcontains", "startswith",
                                         "bstartswith", "endswith", "glob", "iglob",    "regex"};
constexpr std::string_view kOtherOps[] = {"<", "<=", ">", ">=", "exists"};
constexpr std::string_view kModifiers[] = {"oneof", "anyof", "allof"};

template <size_t N>
bool among(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

/// Takes a list on its right side: a list operator, or a text operator with a modifier.
bool is_list_operator(std::string_view op) {
  if (among(kListOps, op)) return true;
  const size_t blank = op.find_first_of(" \t");
  if (blank == std::string_view::npos) return false;
  const size_t word = op.find_first_not_of(" \t", blank);
  return among(kTextOps, op.substr(0, blank)) && word != std::string_view::npos && among(kModifiers, op.substr(word));
}

bool is_operator(std::string_view op) { return is_list_operator(op) || among(kTextOps, op) || among(kOtherOps, op); }

class ExceptionReader {
 public:
  ExceptionReader(const LoadContext& context, uint32_t node) : context_(context), reader_(context, node, "this exception") {}

  bool read(bool appending, ExceptionItem& out) {
    ExceptionDecl& decl = out.decl;
    decl.range = reader_.range();
    ScalarText name;
    if (!reader_.text("name", Need::Required, name)) return false;
    decl.name = name.text.text();
    decl.name_range = name.range;
    bool fields_is_sequence = false;
    if (!one_or_more("fields", decl.fields, fields_is_sequence)) return false;
    out.has_fields = reader_.has("fields");
    decl.single = out.has_fields && !fields_is_sequence;
    if (!out.has_fields && !appending) return reader_.missing("fields");
    if (!one_or_more("comps", decl.comps, out.comps_is_sequence)) return false;
    out.has_comps = reader_.has("comps");
    out.comps_range = reader_.key_range("comps");
    for (ScalarText& comp : decl.comps) comp.text = comp.text.trimmed();
    out.has_values = reader_.has("values");
    return !out.has_values || values(decl.values);
  }

 private:
  bool one_or_more(std::string_view key, std::vector<ScalarText>& out, bool& is_sequence) {
    is_sequence = reader_.kind(key) == RawNode::Kind::Sequence;
    if (is_sequence) {
      if (!reader_.scalars(key, Need::Optional, out)) return false;
      for (const ScalarText& scalar : out) {
        if (!scalar.text.empty()) continue;
        context_.diags.emit<diag::EmptyValue>(scalar.range, key);
        return false;
      }
      return true;
    }
    ScalarText scalar;
    if (!reader_.text(key, Need::Optional, scalar)) return false;
    if (reader_.has(key)) out.push_back(std::move(scalar));
    return true;
  }

  bool values(std::vector<ExceptionDecl::Value>& out) {
    const uint32_t node = *reader_.find("values");
    const RawNode& raw = context_.document[node];
    if (raw.kind != RawNode::Kind::Sequence) {
      context_.diags.emit<diag::NotSequence>(reader_.key_range("values"), "values", describe(raw.kind));
      return false;
    }
    for (const uint32_t child : raw.children)
      if (!value(child, out.emplace_back())) return false;
    return true;
  }

  // Recursion is bounded by the depth of the document.
  bool value(uint32_t node, ExceptionDecl::Value& out) {
    const RawNode& raw = context_.document[node];
    out.range = range_of(context_.sources, context_.document, node);
    if (raw.kind == RawNode::Kind::Sequence) {
      out.is_sequence = true;
      for (const uint32_t child : raw.children)
        if (!value(child, out.members.emplace_back())) return false;
      return true;
    }
    if (raw.kind != RawNode::Kind::Scalar) {
      context_.diags.emit<diag::BadElement>(out.range, "values", describe(raw.kind));
      return false;
    }
    if (raw.value.empty()) {
      context_.diags.emit<diag::EmptyValue>(out.range, "values");
      return false;
    }
    out.scalar = map_scalar(context_.sources, context_.document, node);
    return true;
  }

  const LoadContext& context_;
  ItemReader reader_;
};

void append_value(const ExceptionDecl::Value& value, std::string_view op, MappedText& out) {
  if (value.is_sequence) {
    out.append("(", value.range);
    for (size_t i = 0; i < value.members.size(); ++i) {
      if (i > 0) out.append(", ", value.range);
      out.append(quote_if_spaced(value.members[i].scalar));
    }
    out.append(")", value.range);
  } else if (is_list_operator(op)) {
    // A scalar written with its own parentheses stays as it is; neither form is quoted.
    const bool bare = !value.scalar.text.view().starts_with('(');
    if (bare) out.append("(", value.range);
    out.append(value.scalar.text);
    if (bare) out.append(")", value.range);
  } else {
    out.append(quote_if_spaced(value.scalar));
  }
}

}  // namespace

MappedText quote_if_spaced(const ScalarText& item) {
  const std::string_view text = item.text.view();
  if (text.find(' ') == std::string_view::npos || text.starts_with('"') || text.starts_with('\'')) return item.text;
  MappedText out("\"", item.range);
  out.append(item.text);
  out.append("\"", item.range);
  return out;
}

MappedText exception_text(const ExceptionDecl& exception) {
  MappedText out;
  if (exception.values.empty()) return out;
  out.append("(", exception.range);
  if (exception.single) {
    out.append(exception.fields[0].text);
    out.append(" ", exception.range);
    out.append(exception.comps[0].text);
    out.append(" (", exception.range);
    for (size_t i = 0; i < exception.values.size(); ++i) {
      if (i > 0) out.append(", ", exception.range);
      out.append(quote_if_spaced(exception.values[i].scalar));
    }
    out.append(")", exception.range);
  } else {
    for (size_t i = 0; i < exception.values.size(); ++i) {
      out.append(i == 0 ? "(" : " or (", exception.range);
      for (size_t k = 0; k < exception.fields.size(); ++k) {
        if (k > 0) out.append(" and ", exception.range);
        out.append(" ", exception.range);  // as the reference does; positions of errors count it
        out.append(exception.fields[k].text);
        out.append(" ", exception.range);
        out.append(exception.comps[k].text);
        out.append(" ", exception.range);
        append_value(exception.values[i].members[k], exception.comps[k].text.view(), out);
      }
      out.append(")", exception.range);
    }
  }
  out.append(")", exception.range);
  return out;
}

bool check_exception_shapes(const RuleDecl& rule, Diagnostics& diags) {
  for (const ExceptionDecl& exception : rule.exceptions) {
    const auto refuse = [&](SourceRange where, std::string_view why) {
      diags.emit<diag::ExceptionValuesShape>(where, exception.name, why).note("the exception is defined here", exception.name_range);
      return false;
    };
    for (const ExceptionDecl::Value& value : exception.values) {
      if (exception.single) {
        if (value.is_sequence) return refuse(value.range, "with a single field each value is a single one, not a sequence");
        continue;
      }
      if (!value.is_sequence) return refuse(value.range, "with a sequence of fields each value is a sequence");
      if (value.members.size() != exception.fields.size())
        return refuse(value.range, fmt::format("{} fields, but {} values", exception.fields.size(), value.members.size()));
      for (const ExceptionDecl::Value& member : value.members)
        for (const ExceptionDecl::Value& inner : member.members)
          if (inner.is_sequence) return refuse(inner.range, "sequences are nested too deep");
    }
  }
  return true;
}

bool read_exceptions(const ItemReader& item, bool appending, std::vector<ExceptionItem>& out) {
  const std::optional<uint32_t> node = item.find("exceptions");
  if (!node) return true;
  const LoadContext& context = item.context();
  const RawNode& raw = context.document[*node];
  if (raw.kind == RawNode::Kind::Null) return true;
  if (raw.kind != RawNode::Kind::Sequence) {
    context.diags.emit<diag::NotSequence>(item.key_range("exceptions"), "exceptions", describe(raw.kind));
    return false;
  }
  for (const uint32_t child : raw.children) {
    if (context.document[child].kind != RawNode::Kind::Mapping) {
      context.diags.emit<diag::ExceptionNotMapping>(range_of(context.sources, context.document, child),
                                                    describe(context.document[child].kind));
      return false;
    }
    if (!ExceptionReader(context, child).read(appending, out.emplace_back())) return false;
  }
  return true;
}

bool finish_exception(const LoadContext& context, ExceptionItem& item, bool check_fields) {
  ExceptionDecl& decl = item.decl;
  const auto refuse_comps = [&](std::string_view why) {
    context.diags.emit<diag::ExceptionCompsShape>(item.comps_range, decl.name, why);
    return false;
  };
  if (decl.fields.empty()) {
    context.diags.emit<diag::ExceptionNoFields>(decl.name_range, decl.name);
    return false;
  }
  if (!item.has_comps) {
    const ScalarText standard{MappedText(decl.single ? "in" : "=", decl.name_range), decl.name_range, {}};
    decl.comps.assign(decl.fields.size(), standard);
  } else if (decl.single && item.comps_is_sequence) {
    return refuse_comps("a single field takes a single operator");
  } else if (!decl.single && !item.comps_is_sequence) {
    return refuse_comps("a sequence of fields takes a sequence of operators");
  } else if (decl.comps.size() != decl.fields.size()) {
    return refuse_comps(fmt::format("{} fields, but {} operators", decl.fields.size(), decl.comps.size()));
  }
  for (const ScalarText& comp : decl.comps) {
    const std::string_view op = comp.text.view();
    if (decl.single ? is_list_operator(op) : is_operator(op)) continue;
    context.diags.emit<diag::ExceptionBadComp>(comp.range, op, decl.name);
    return false;
  }
  if (!check_fields || !context.options.known_field) return true;
  for (const ScalarText& field : decl.fields) {
    if (context.options.known_field(field.text.view())) continue;
    context.diags.emit<diag::ExceptionUnknownField>(field.range, field.text.view(), decl.name);
    return false;
  }
  return true;
}

bool append_exceptions(const LoadContext& context, std::vector<ExceptionItem> items, RuleDecl& rule) {
  for (ExceptionItem& item : items) {
    if (!item.has_values) context.diags.emit<diag::AppendNoValues>(item.decl.name_range, item.decl.name);
    const auto known = std::find_if(rule.exceptions.begin(), rule.exceptions.end(),
                                    [&](const ExceptionDecl& e) { return e.name == item.decl.name; });
    if (known == rule.exceptions.end()) {
      if (item.decl.fields.empty()) {
        context.diags.emit<diag::ExceptionNoFields>(item.decl.name_range, item.decl.name);
        return false;
      }
      if (item.decl.values.empty()) {
        context.diags.emit<diag::ExceptionNoValues>(item.decl.name_range, item.decl.name);
        return false;
      }
      if (!finish_exception(context, item, rule.source_known)) return false;
      rule.exceptions.push_back(std::move(item.decl));
      continue;
    }
    if (item.has_fields || item.has_comps) {
      context.diags
          .emit<diag::ExceptionAppendShape>(item.decl.name_range, item.decl.name,
                                            std::string_view(item.has_fields ? "fields" : "comps"))
          .note("first defined here", known->name_range);
      return false;
    }
    std::move(item.decl.values.begin(), item.decl.values.end(), std::back_inserter(known->values));
  }
  return true;
}

}  // namespace falcoc
