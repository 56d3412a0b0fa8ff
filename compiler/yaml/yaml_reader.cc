// SPDX-License-Identifier: Apache-2.0
//
// Events of the YAML library become RawNodes. The text is checked first: the library would end silently at a 0x04 byte, replace
// malformed UTF-8, and accept UTF-16. Limits are enforced while events arrive, so a bomb stops at the limit.
#include "compiler/yaml/yaml_reader.h"

#include <yaml-cpp/depthguard.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string>
#include <unordered_map>
#include <utility>

#include "vm/abi/image_format.h"
#include "vm/abi/limits.h"

namespace falcoc {

namespace {

using fvm::limits::kYamlAliasNodes;
using fvm::limits::kYamlDepth;
using fvm::limits::kYamlSeparators;

/// Reads from borrowed memory; std::istringstream would copy.
class ViewBuffer : public std::streambuf {
 public:
  explicit ViewBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // the get area is never written
    setg(begin, begin, begin + text.size());
  }
};

/// What is behind messages of the library that say little about rules files.
constexpr std::pair<std::string_view, std::string_view> kYamlHelp[] = {
    {"illegal map value", "a text that contains `: ` stands in quotes"},
    {"unknown token", "a text that begins with `%`, `@` or a back quote stands in quotes"},
    {"end of sequence not found", "this line is indented less than the keys of its item, or it begins with a TAB"},
    {"end of map not found", "this line fits none above: look at indentation, at quotes that are not closed, and for ` #` that made a comment of the end of a text"},
};

constexpr unsigned kRepeats = 4;  ///< documents at one place that mean the library does not get on

/// Thrown through the library to stop it, never further.
struct Stop {
  enum class Why : uint8_t { TooDeep, TooManyNodes, UnknownAnchor, Stuck } why;
  size_t offset;
};

class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(uint32_t file, size_t bom_bytes) : bom_bytes_(bom_bytes) { document_.file = file; }

  void OnDocumentStart(const YAML::Mark& mark) override { start_ = mark; }
  void OnDocumentEnd() override {}
  size_t start() const { return offset_of(start_); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(RawNode::Kind::Null, mark, anchor, {}); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string& value) override {
    leaf(RawNode::Kind::Scalar, mark, anchor, value);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end() || is_open(found->second)) throw Stop{Stop::Why::UnknownAnchor, offset_of(mark)};
    attach(found->second, mark);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(RawNode::Kind::Sequence, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(RawNode::Kind::Mapping, mark, anchor);
  }
  void OnMapEnd() override { close(); }

  RawDocument take() {
    if (document_.nodes.empty()) add(RawNode::Kind::Null, start_, {});
    document_.weight = total_;
    return std::move(document_);
  }

 private:
  // A long text counts as several nodes, so that aliases of it are bounded in memory too.
  static constexpr uint64_t kBytesPerNode = 64;

  size_t offset_of(const YAML::Mark& mark) const { return static_cast<size_t>(mark.pos < 0 ? 0 : mark.pos) + bom_bytes_; }
  bool is_open(uint32_t id) const {
    for (const uint32_t open : open_)
      if (open == id) return true;
    return false;
  }

  uint32_t add(RawNode::Kind kind, const YAML::Mark& mark, std::string value) {
    const auto number = [](int n) { return static_cast<uint32_t>(n < 0 ? 0 : n); };
    RawNode node;
    node.kind = kind;
    node.mark = {number(mark.line), number(mark.column), number(mark.pos)};
    node.begin = static_cast<uint32_t>(offset_of(mark));
    weights_.push_back(1 + value.size() / kBytesPerNode);
    node.value = std::move(value);
    document_.nodes.push_back(std::move(node));
    return static_cast<uint32_t>(document_.nodes.size() - 1);
  }

  void leaf(RawNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor, std::string value) {
    const uint32_t id = add(kind, mark, std::move(value));
    if (anchor != 0) anchors_[anchor] = id;
    attach(id, mark);
  }

  void open(RawNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (open_.size() >= kYamlDepth) throw Stop{Stop::Why::TooDeep, offset_of(mark)};
    const uint32_t id = add(kind, mark, {});
    if (anchor != 0) anchors_[anchor] = id;
    if (!open_.empty()) document_.nodes[open_.back()].children.push_back(id);
    open_.push_back(id);
    count(1, mark);
  }

  // The weight of a node is that of everything below it, shared nodes counted at each use.
  void close() {
    const uint32_t id = open_.back();
    open_.pop_back();
    if (!open_.empty()) weights_[open_.back()] += weights_[id];
  }

  void attach(uint32_t id, const YAML::Mark& mark) {
    count(weights_[id], mark);
    if (open_.empty()) return;
    document_.nodes[open_.back()].children.push_back(id);
    weights_[open_.back()] += weights_[id];
  }

  void count(uint64_t weight, const YAML::Mark& mark) {
    total_ += weight;
    if (total_ > kYamlAliasNodes + kYamlAliasNodes / 8) throw Stop{Stop::Why::TooManyNodes, offset_of(mark)};
  }

  RawDocument document_;
  size_t bom_bytes_;
  YAML::Mark start_;
  std::unordered_map<YAML::anchor_t, uint32_t> anchors_;
  std::vector<uint32_t> open_;
  std::vector<uint64_t> weights_;  ///< by node; complete once the node is closed
  uint64_t total_ = 0;
};

/// Length of the well-formed UTF-8 sequence at `at`; 0 when malformed.
size_t utf8_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto tail = [&](size_t i) { return (byte(i) & 0xC0u) == 0x80u; };
  const unsigned lead = byte(at);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF && tail(at + 1)) return 2;
  if (lead >= 0xE0 && lead <= 0xEF && tail(at + 1) && tail(at + 2)) {
    if (lead == 0xE0 && byte(at + 1) < 0xA0) return 0;  // overlong
    if (lead == 0xED && byte(at + 1) > 0x9F) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4 && tail(at + 1) && tail(at + 2) && tail(at + 3)) {
    if (lead == 0xF0 && byte(at + 1) < 0x90) return 0;
    if (lead == 0xF4 && byte(at + 1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

/// What the first bytes say about files that are certainly not YAML; empty when nothing.
std::string_view binary_kind(std::string_view text) {
  struct Magic {
    std::string_view bytes;
    std::string_view kind;
  };
  using namespace std::string_view_literals;
  static constexpr Magic kMagics[] = {
      {"\x7f" "ELF"sv, "a program"},
      {"\x1f\x8b"sv, "gzip-compressed data"},
      {"\x0a\x0d\x0d\x0a"sv, "an event capture"},
      {"PK\x03\x04"sv, "a zip archive"},
      {std::string_view(fvm::kImageMagic, sizeof(fvm::kImageMagic)), "a compiled ruleset (.fbc)"},
  };
  for (const Magic& magic : kMagics)
    if (text.starts_with(magic.bytes)) return magic.kind;
  return {};
}

}  // namespace

bool check_yaml_bytes(std::string_view text, uint32_t file, Diagnostics& diags) {
  const auto at = [&](size_t offset) {
    return SourceRange{file, static_cast<uint32_t>(offset), static_cast<uint32_t>(std::min(offset + 1, text.size()))};
  };
  if (const std::string_view kind = binary_kind(text); !kind.empty()) {
    diags.emit<diag::WrongKindOfFile>(SourceRange{file, 0, 0}, kind);
    return false;
  }
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) {
    diags.emit<diag::YamlEncoding>(at(0), "UTF-16 text, but rules files are UTF-8");
    return false;
  }
  size_t separators = 0;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
      diags.emit<diag::YamlEncoding>(at(i), c == 0 ? std::string("NUL byte") : fmt::format("control character 0x{:02x}", c));
      return false;
    }
    if ((c == ',' || c == ':' || c == '[' || c == '{' || c == '?') && ++separators > kYamlSeparators) {
      diags.emit<diag::YamlTooManyNodes>(at(i), kYamlAliasNodes);
      return false;
    }
    const size_t length = utf8_length(text, i);
    if (length == 0) {
      diags.emit<diag::YamlEncoding>(at(i), fmt::format("invalid UTF-8: byte 0x{:02x}", c));
      return false;
    }
    i += length;
  }
  return true;
}

std::optional<std::vector<RawDocument>> read_yaml(const SourceManager& sources, uint32_t file, Diagnostics& diags) {
  const std::string_view text = sources.text(file);
  return check_yaml_bytes(text, file, diags) ? parse_yaml(text, file, diags) : std::nullopt;
}

std::optional<std::vector<RawDocument>> parse_yaml(std::string_view text, uint32_t file, Diagnostics& diags) {
  const size_t bom_bytes = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  const auto at = [&](size_t offset) {
    const auto begin = static_cast<uint32_t>(std::min(offset, text.size()));
    return SourceRange{file, begin, begin};
  };
  try {
    ViewBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    std::vector<RawDocument> documents;
    size_t last_start = SIZE_MAX;
    unsigned repeats = 0;
    for (;;) {
      TreeBuilder builder(file, bom_bytes);
      if (!parser.HandleNextDocument(builder)) break;
      // The library finds one empty document after the other at a token it has no use for, as a stray `,`.
      repeats = builder.start() == last_start ? repeats + 1 : 0;
      last_start = builder.start();
      if (repeats == kRepeats) throw Stop{Stop::Why::Stuck, last_start};
      RawDocument document = builder.take();
      if (document[document.root].kind != RawNode::Kind::Null) documents.push_back(std::move(document));
    }
    return documents;
  } catch (const Stop& stop) {
    switch (stop.why) {
      case Stop::Why::TooDeep: diags.emit<diag::YamlTooDeep>(at(stop.offset), kYamlDepth); break;
      case Stop::Why::TooManyNodes: diags.emit<diag::YamlTooManyNodes>(at(stop.offset), kYamlAliasNodes); break;
      case Stop::Why::UnknownAnchor: diags.emit<diag::YamlUnknownAnchor>(at(stop.offset)); break;
      case Stop::Why::Stuck: diags.emit<diag::YamlSyntax>(at(stop.offset), "unexpected text after the end of a value"); break;
    }
  } catch (const YAML::DeepRecursion&) {
    diags.emit<diag::YamlTooDeep>(SourceRange{file, 0, 0}, kYamlDepth);
  } catch (const YAML::Exception& error) {
    const SourceRange range = error.mark.is_null() ? SourceRange{file, 0, 0} : at(static_cast<size_t>(error.mark.pos) + bom_bytes);
    if (error.msg.find("anchor") != std::string::npos && error.msg.find("not") != std::string::npos) {
      diags.emit<diag::YamlUnknownAnchor>(range);
    } else {
      Diagnostic& emitted = diags.emit<diag::YamlSyntax>(range, error.msg);
      for (const auto& [message, help] : kYamlHelp)
        if (error.msg == message) emitted.help(std::string(help));
    }
  } catch (const std::exception& error) {
    diags.emit<diag::YamlSyntax>(SourceRange{file, 0, 0}, std::string_view(error.what()));
  }
  return std::nullopt;
}

}  // namespace falcoc
