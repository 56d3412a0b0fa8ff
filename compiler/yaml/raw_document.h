// SPDX-License-Identifier: Apache-2.0
//
// RawDocument: one YAML document as a bounded tree with exact positions, free of the YAML library. Nodes are a vector with 4-byte
// ids; a node reached through an alias is shared, and the reader has bounded how often. Scalars know where they begin; the map
// from decoded bytes to file bytes is made on demand.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/source/source_manager.h"
#include "compiler/yaml/collection.h"

namespace falcoc {

struct RawNode {
  enum class Kind : uint8_t { Null, Scalar, Sequence, Mapping } kind = Kind::Null;
  NodeMark mark;                   ///< as the reference's YAML library reports it (anchors and tags included)
  uint32_t begin = 0;              ///< byte offset of the mark in the file
  std::string value;               ///< Scalar: decoded
  std::vector<uint32_t> children;  ///< Sequence: elements; Mapping: key, value, key, value ...
};

struct RawDocument {
  uint32_t file = 0;
  std::vector<RawNode> nodes;
  uint32_t root = 0;
  uint64_t weight = 0;  ///< nodes, shared ones counted at each use, long texts as several

  const RawNode& operator[](uint32_t id) const { return nodes[id]; }
};

/// "a sequence", "a single value" ...
std::string_view describe(RawNode::Kind kind);

/// Decoded text of a scalar with its map to the file; its range covers the scalar as written, quotes included.
ScalarText map_scalar(const SourceManager& sources, const RawDocument& document, uint32_t node);
/// Range for messages about a node: a scalar as written, the first byte of anything else.
SourceRange range_of(const SourceManager& sources, const RawDocument& document, uint32_t node);

}  // namespace falcoc
