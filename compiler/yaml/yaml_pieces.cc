// SPDX-License-Identifier: Apache-2.0
//
// A piece goes from a `-` in the first column to the next one. Whatever is open there (a quote, a bracket, a block of
// text) would go on in the next piece, and an alias may mean an anchor of another one; alone, both are errors, and so
// is all that makes more than one document. To a piece that is not the last, an empty item is added: its end then looks
// to the library as it does in the file.
#include "compiler/yaml/yaml_pieces.h"

#include <algorithm>
#include <string>

#include "compiler/yaml/yaml_reader.h"
#include "vm/abi/limits.h"

namespace falcoc {
namespace {

constexpr std::string_view kNextItem = "-\n";
constexpr size_t kMostPieces = 20000;  ///< more items than that are no rules, and each piece takes memory

bool starts_item(std::string_view text, size_t at) {
  return text[at] == '-' && at + 1 < text.size() &&
         (text[at + 1] == ' ' || text[at + 1] == '\n' || text[at + 1] == '\r');
}

/// Where pieces begin; the first one has what stands in front of the first item.
std::vector<size_t> piece_starts(std::string_view text) {
  std::vector<size_t> starts;
  for (size_t line = 0; line < text.size();) {
    if (starts_item(text, line)) starts.push_back(starts.empty() ? 0 : line);
    const size_t end = text.find('\n', line);
    line = end == std::string_view::npos ? text.size() : end + 1;
  }
  return starts;
}

YamlPiece read_piece(std::string_view text, bool last) {
  YamlPiece piece;
  Diagnostics unheard;
  std::optional<std::vector<RawDocument>> documents = parse_yaml(text, 0, unheard);
  if (!documents || documents->size() != 1) return piece;
  RawDocument& document = documents->front();
  const RawNode& root = document[document.root];
  const bool alone = document.root == 0 && root.kind == RawNode::Kind::Sequence &&
                     root.children.size() == (last ? 1 : 2) && document[root.children[0]].kind != RawNode::Kind::Null;
  if (!alone) return piece;
  piece.nodes = document.nodes.size() - (last ? 0 : 1);
  piece.document = std::move(document);
  return piece;
}

/// Puts the item of a piece behind what `out` has; the piece begins at `begin`, `lines` line ends into the file.
void append(const YamlPiece& piece, size_t begin, size_t lines, RawDocument& out) {
  const std::vector<RawNode>& nodes = piece.document->nodes;
  const auto offset = static_cast<uint32_t>(begin);
  const auto moved = [base = out.nodes.size() - 1](uint32_t id) { return static_cast<uint32_t>(base + id); };
  for (size_t i = 1; i < piece.nodes; ++i) {
    RawNode node = nodes[i];
    node.mark.line += static_cast<uint32_t>(lines);
    node.mark.offset += offset;
    node.begin += offset;
    for (uint32_t& child : node.children) child = moved(child);
    out.nodes.push_back(std::move(node));
  }
  out.nodes[0].children.push_back(moved(nodes[0].children[0]));
}

std::optional<RawDocument> join_pieces(std::string_view text, uint32_t file, Recall<YamlPiece>& recall) {
  const std::vector<size_t> starts = piece_starts(text);
  if (starts.empty() || starts.size() > kMostPieces) return std::nullopt;
  RawDocument document;
  document.file = file;
  size_t lines = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    const bool last = i + 1 == starts.size();
    const std::string_view own = text.substr(starts[i], (last ? text.size() : starts[i + 1]) - starts[i]);
    const std::shared_ptr<const YamlPiece> piece =
        recall.get(last ? std::string(own) : std::string(own).append(kNextItem),
                   [last](std::string_view alone) { return read_piece(alone, last); });
    if (!piece->document) return std::nullopt;
    if (i == 0) {
      document.nodes.push_back((*piece->document)[0]);
      document.nodes[0].children.clear();
    }
    append(*piece, starts[i], lines, document);
    lines += static_cast<size_t>(std::count(own.begin(), own.end(), '\n'));
    document.weight += piece->document->weight;
    if (document.weight > fvm::limits::kYamlAliasNodes) return std::nullopt;
  }
  return document;
}

}  // namespace

std::optional<std::vector<RawDocument>> read_yaml_pieces(const SourceManager& sources, uint32_t file,
                                                         Recall<YamlPiece>& recall, Diagnostics& diags) {
  const std::string_view text = sources.text(file);
  if (!check_yaml_bytes(text, file, diags)) return std::nullopt;
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (!text.starts_with(kByteOrderMark)) {
    if (std::optional<RawDocument> document = join_pieces(text, file, recall))
      return std::vector<RawDocument>{std::move(*document)};
  }
  return parse_yaml(text, file, diags);
}

}  // namespace falcoc
