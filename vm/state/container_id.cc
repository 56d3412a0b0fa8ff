// SPDX-License-Identifier: Apache-2.0
//
// One matcher per container runtime, tried in a fixed order on each path. Which matcher wins decides the id; the
// runtime's name comes with recorded metadata, except for runtimes that have none.

#include "vm/state/container_id.h"

#include <algorithm>

#include "vm/abi/limits.h"

namespace fvm {
namespace {

constexpr size_t kFullIdLength = 64;
constexpr size_t kShortIdLength = 12;

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Where the id stands in a path of a runtime that names cgroups by 64 hex digits.
struct Layout {
  std::string_view prefix, suffix;
};

constexpr Layout kLayouts[] = {
    // podman
    {"/libpod-", ".scope"},
    {"/libpod-", ".scope/container"},
    {"/libpod-", ""},
    {"/libpod-payload-", ".scope"},
    {"/libpod-payload-", ".scope/container"},
    {"/libpod-payload-", ""},
    // docker
    {"/", ""},
    {"/docker-", ".scope"},
    // cri
    {"/crio-", ""},
    {"/cri-containerd-", ".scope"},
    {"/crio-", ".scope"},
    {":cri-containerd:", ""},
    {"/nerdctl-", ".scope"},
};

std::string_view match_layout(std::string_view path, const Layout& layout) {
  const size_t prefix = path.rfind(layout.prefix);
  if (prefix == std::string_view::npos) return {};
  const size_t start = prefix + layout.prefix.size();
  const size_t end = layout.suffix.empty() ? path.size() : path.rfind(layout.suffix);
  if (end == std::string_view::npos || end < start || end - start != kFullIdLength) return {};
  const std::string_view id = path.substr(start, kFullIdLength);
  return std::all_of(id.begin(), id.end(), is_hex) ? id.substr(0, kShortIdLength) : std::string_view();
}

/// Plain containerd: the first segment is one of its namespaces.
std::string_view match_containerd(std::string_view path) {
  if (path.size() < 2 || path[0] != '/' || !is_alnum(path[1])) return {};
  size_t slash = 1;
  while (slash < path.size() &&
         (is_alnum(path[slash]) || path[slash] == '-' || path[slash] == '_' || path[slash] == '.'))
    ++slash;
  if (slash >= path.size() || path[slash] != '/') return {};
  for (std::string_view unit : {".service", ".slice", ".scope"})
    if (path.ends_with(unit)) return {};
  const size_t prefix = path.rfind(path.substr(0, slash + 1));
  const std::string_view id = path.substr(prefix + slash + 1);
  return id.size() <= kFullIdLength ? id.substr(0, kShortIdLength) : std::string_view();
}

std::string_view match_lxc(std::string_view path) {
  for (std::string_view marker : {"/lxc/", "/lxc.payload/", "/lxc.payload."}) {
    const size_t at = path.find(marker);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = path.substr(at + marker.size());
    return rest.substr(0, rest.find('/'));
  }
  return {};
}

std::string_view match_libvirt_lxc(std::string_view path) {
  constexpr std::string_view kEnding = ".libvirt-lxc", kMarker = "-lxc\\x2", kFolder = "/libvirt/lxc/";
  if (path.ends_with(kEnding)) {
    const std::string_view stem = path.substr(0, path.size() - kEnding.size());
    const size_t slash = stem.rfind('/');
    if (slash != std::string_view::npos) return stem.substr(slash + 1);
  }
  if (const size_t at = path.find(kMarker); at != std::string_view::npos) {
    for (std::string_view ending : {".scope", ".scope/libvirt"}) {
      const size_t start = at + kMarker.size() + 1;  // the marker goes on with the last digit of the escape
      if (path.ends_with(ending) && path.size() - ending.size() > start)
        return path.substr(start, path.size() - ending.size() - start);
    }
  }
  if (const size_t at = path.find(kFolder); at != std::string_view::npos) return path.substr(at + kFolder.size());
  return {};
}

std::string_view match_bpm(std::string_view path) {
  constexpr std::string_view kPrefix = "bpm-";
  const size_t at = path.find(kPrefix);
  if (at == std::string_view::npos) return {};
  std::string_view id = path.substr(at + kPrefix.size());
  id = id.substr(0, id.find(".scope"));
  const auto allowed = [](char c) { return is_alnum(c) || c == '.' || c == '_' || c == '-'; };
  return std::all_of(id.begin(), id.end(), allowed) ? id : std::string_view();
}

}  // namespace

ContainerMatch container_of_path(std::string_view path) {
  if (path.size() > limits::kCgroupPathBytes) return {};  // some matchers need more than linear time
  for (const Layout& layout : kLayouts)
    if (const std::string_view id = match_layout(path, layout); !id.empty()) return {std::string(id), {}};
  struct Other {
    std::string_view (*match)(std::string_view);
    std::string_view type;
  };
  constexpr Other kOthers[] = {
      {match_containerd, {}}, {match_lxc, "lxc"}, {match_libvirt_lxc, "libvirt-lxc"}, {match_bpm, "bpm"}};
  for (const Other& other : kOthers)
    if (const std::string_view id = other.match(path); !id.empty()) return {std::string(id.substr(0, limits::kContainerIdBytes)), other.type};
  return {};
}

ContainerMatch container_of(const Cgroups& cgroups) {
  for (const auto& [subsystem, path] : cgroups)
    if (ContainerMatch match = container_of_path(path); !match.id.empty()) return match;
  return {};
}

}  // namespace fvm
