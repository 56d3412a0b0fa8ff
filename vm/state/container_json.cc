// SPDX-License-Identifier: Apache-2.0
//
// The only file that sees the JSON library. Its event interface is used, never a tree, so nothing is built but the
// record, and depth is our own counter. No exception leaves it.

#include "vm/state/container_json.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "vm/abi/limits.h"
#include "vm/base/bytes.h"

namespace fvm {
namespace {

std::string_view type_text(uint64_t type) {
  switch (type) {
    case 0:
      return "docker";
    case 1:
      return "lxc";
    case 2:
      return "libvirt-lxc";
    case 3:
      return "mesos";
    case 4:
      return "rkt";
    case 5:
      return "custom";
    case 6:
      return "cri";
    case 7:
      return "containerd";
    case 8:
      return "cri-o";
    case 9:
      return "bpm";
    case 10:
      return "static";
    case 11:
      return "podman";
    case 0xfffe:
      return "host";
    default:
      return "unknown";
  }
}

struct TextKey {
  std::string_view key;
  std::string Container::*member;
};
constexpr TextKey kTextKeys[] = {
    {"id", &Container::id},
    {"full_id", &Container::full_id},
    {"name", &Container::name},
    {"image", &Container::image},
    {"imageid", &Container::image_id},
    {"imagerepo", &Container::image_repository},
    {"imagetag", &Container::image_tag},
    {"imagedigest", &Container::image_digest},
    {"ip", &Container::ip},
    {"cni_json", &Container::cni_json},
    {"User", &Container::user},
    {"pod_sandbox_id", &Container::pod_sandbox_id},
};

struct BoolKey {
  std::string_view key;
  bool Container::*member;
};
constexpr BoolKey kBoolKeys[] = {
    {"privileged", &Container::privileged},
    {"host_pid", &Container::host_pid},
    {"host_network", &Container::host_network},
    {"host_ipc", &Container::host_ipc},
};

struct MountKey {
  std::string_view key;
  std::string ContainerMount::*member;
};
constexpr MountKey kMountKeys[] = {
    {"Source", &ContainerMount::source},
    {"Destination", &ContainerMount::dest},
    {"Mode", &ContainerMount::mode},
    {"Propagation", &ContainerMount::propagation},
};

template <typename Row, size_t N>
const Row* find_key(const Row (&rows)[N], std::string_view key) {
  for (const Row& row : rows)
    if (row.key == key) return &row;
  return nullptr;
}

/// Receives the document piece by piece. Places we know are states; what lies elsewhere is counted for depth and
/// dropped.
class Reader {
 public:
  using Json = nlohmann::json;
  explicit Reader(Container& out) : out_(out) {}

  bool null() { return true; }
  bool boolean(bool value) {
    if (place_ == Place::Container) {
      if (const auto* row = find_key(kBoolKeys, key_)) return out_.*row->member = value, true;
      return !is_known_elsewhere();
    }
    if (place_ == Place::Mount && key_ == "RW") return out_.mounts.back().rdwr = value, true;
    return true;
  }
  bool number_integer(Json::number_integer_t) { return scalar(std::nullopt); }
  bool number_unsigned(Json::number_unsigned_t value) { return scalar(value); }
  bool number_float(Json::number_float_t, const std::string&) { return scalar(std::nullopt); }
  bool binary(Json::binary_t&) { return false; }
  bool string(std::string& value) {
    switch (place_) {
      case Place::Container:
        if (const auto* row = find_key(kTextKeys, key_)) return out_.*row->member = value, true;
        return find_key(kBoolKeys, key_) == nullptr && key_ != "type" && !is_collection();
      case Place::Mount:
        if (const auto* row = find_key(kMountKeys, key_)) out_.mounts.back().*row->member = value;
        return true;
      case Place::Labels:
        labels_[key_] = value;
        return true;
      case Place::PodLabels:
        pod_labels_[key_] = value;
        return true;
      default:
        return true;
    }
  }
  bool start_object(size_t) {
    if (place_ == Place::Start) return enter(Place::Root);
    if (place_ == Place::Root && key_ == "container") return found_ = true, enter(Place::Container);
    if (place_ == Place::Container && key_ == "labels") return enter(Place::Labels);
    if (place_ == Place::Container && key_ == "pod_sandbox_labels") return enter(Place::PodLabels);
    if (place_ == Place::Mounts) return out_.mounts.emplace_back(), enter(Place::Mount);
    return place_ != Place::Container || !is_known_elsewhere() ? enter(Place::Elsewhere) : false;
  }
  bool start_array(size_t) {
    if (place_ == Place::Container && key_ == "Mounts") return enter(Place::Mounts);
    return place_ != Place::Container || !is_known_elsewhere() ? enter(Place::Elsewhere) : false;
  }
  bool key(std::string& value) {
    key_ = value;
    return true;
  }
  bool end_object() { return leave(); }
  bool end_array() { return leave(); }
  bool parse_error(size_t, const std::string&, const nlohmann::detail::exception&) { return false; }

  bool finish() {
    out_.labels.assign(labels_.begin(), labels_.end());
    out_.pod_sandbox_labels.assign(pod_labels_.begin(), pod_labels_.end());
    return found_;
  }

 private:
  enum class Place : uint8_t { Start, Root, Container, Mounts, Mount, Labels, PodLabels, Elsewhere };

  bool is_collection() const { return key_ == "Mounts" || key_ == "labels" || key_ == "pod_sandbox_labels"; }
  bool is_known_elsewhere() const {
    return find_key(kTextKeys, key_) || find_key(kBoolKeys, key_) || key_ == "type" || is_collection();
  }
  bool scalar(std::optional<uint64_t> number) {
    if (place_ != Place::Container) return true;
    if (key_ == "type" && number) return out_.type = type_text(*number), true;
    return !is_known_elsewhere();
  }
  bool enter(Place place) {
    if (depth_ >= limits::kJsonDepth) return false;
    above_[depth_++] = place_;
    place_ = place;
    return true;
  }
  bool leave() {
    place_ = above_[--depth_];
    key_.clear();
    return true;
  }

  Container& out_;
  Place place_ = Place::Start;
  std::array<Place, limits::kJsonDepth> above_{};
  size_t depth_ = 0;
  std::string key_;
  bool found_ = false;
  std::map<std::string, std::string> labels_, pod_labels_;
};

}  // namespace

std::unique_ptr<Container> read_container_json(std::string_view json) {
  json = until_nul(as_bytes(json));
  if (json.size() > limits::kContainerJsonBytes) return nullptr;
  auto container = std::make_unique<Container>();
  Reader reader(*container);
  try {
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader) || !reader.finish()) return nullptr;
  } catch (const nlohmann::json::exception&) {
    return nullptr;
  }
  return container;
}

}  // namespace fvm
