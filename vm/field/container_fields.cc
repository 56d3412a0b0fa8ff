// SPDX-License-Identifier: Apache-2.0
//
// container.*, k8s.* and proc.is_container_*: metadata of the thread's container, found by its id; for an event about a
// container the record it carries. The id alone is known without metadata.
#include <algorithm>

#include "vm/field/getters.h"
#include "vm/ops/glob.h"

namespace fvm {
namespace {

constexpr std::string_view kHost = "host";
constexpr size_t kShortId = 12;

/// Null: no thread, or its container's metadata isn't known.
const Container* container(const EvalContext& context) {
  if (const Container* subject = context.state->event_container()) return subject;
  return context.thread ? context.state->find_container(context.thread->container_id) : nullptr;
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

ValueList text_of(const EvalContext& context, Arena& arena, std::string Container::*member) {
  const Container* c = container(context);
  return c ? text(arena, c->*member) : missing();
}
/// The same, with `host` for what isn't in a container.
ValueList named(const EvalContext& context, Arena& arena, std::string Container::*member) {
  const Container* c = container(context);
  if (!c) return missing();
  return text(arena, c->id.empty() || c->id == kHost ? kHost : std::string_view(c->*member));
}
ValueList flag(const EvalContext& context, Arena& arena, bool Container::*member) {
  const Container* c = container(context);
  return c ? boolean(arena, c->*member) : missing();
}

void add_mount(TextBuilder& line, const ContainerMount& mount) {
  line.add(mount.source).add(':').add(mount.dest).add(':').add(mount.mode).add(':');
  line.add(mount.rdwr ? "true" : "false").add(':').add(mount.propagation);
}

/// The mount a use names: by number, or the first whose `matched` path fits the pattern.
const ContainerMount* find_mount(const FieldUse& use, const EvalContext& context, std::string ContainerMount::*matched) {
  const Container* c = container(context);
  if (!c) return nullptr;
  if (use.arg == FieldArg::Index)
    return use.index >= 0 && static_cast<uint64_t>(use.index) < c->mounts.size()
               ? &c->mounts[static_cast<size_t>(use.index)]
               : nullptr;
  for (const ContainerMount& mount : c->mounts)
    if (ops::glob_match(use.key, mount.*matched)) return &mount;
  return nullptr;
}

ValueList label_value(Arena& arena, const Pairs& labels, std::string_view key) {
  const auto at = std::find_if(labels.begin(), labels.end(), [&](const auto& label) { return label.first == key; });
  return at == labels.end() ? missing() : text(arena, at->second);
}
ValueList own_label(const EvalContext& context, Arena& arena, std::string_view key) {
  const Container* c = container(context);
  return c ? label_value(arena, c->labels, key) : missing();
}

/// `k:v, k:v` without labels that the orchestrator adds.
ValueList label_list(Arena& arena, const Pairs& labels) {
  TextBuilder list(arena);
  for (const auto& [key, value] : labels) {
    if (key.starts_with("annotation.") || key.starts_with("io.kubernetes.")) continue;
    if (!list.empty()) list.add(", ");
    list.add(key);
    if (!value.empty()) list.add(':').add(value);
  }
  return text(arena, list.view());
}

/// The record of the container's sandbox, where the container itself doesn't carry network results.
const Container* sandbox(const EvalContext& context, const Container& c) {
  if (!c.cni_json.empty() || c.pod_sandbox_id.empty()) return nullptr;
  return context.state->find_container(std::string_view(c.pod_sandbox_id).substr(0, kShortId));
}

ValueList pod_text(const EvalContext& context, Arena& arena, std::string Container::*member) {
  const Container* c = container(context);
  if (!c) return missing();
  if (!c->cni_json.empty()) return text(arena, c->*member);
  const Container* pod = sandbox(context, *c);
  return pod ? text(arena, pod->*member) : missing();
}

}  // namespace

FALCO_GETTER(ContainerId) {
  if (const Container* subject = context.state->event_container()) return text(arena, subject->id);
  if (!context.thread) return missing();
  const std::string_view id = context.thread->container_id;
  return text(arena, id.empty() ? kHost : id);
}
FALCO_GETTER(ContainerFullId) { return named(context, arena, &Container::full_id); }
FALCO_GETTER(ContainerName) { return named(context, arena, &Container::name); }
FALCO_GETTER(ContainerType) { return named(context, arena, &Container::type); }
FALCO_GETTER(ContainerImage) { return text_of(context, arena, &Container::image); }
FALCO_GETTER(ContainerImageId) { return text_of(context, arena, &Container::image_id); }
FALCO_GETTER(ContainerImageRepository) { return text_of(context, arena, &Container::image_repository); }
FALCO_GETTER(ContainerImageTag) { return text_of(context, arena, &Container::image_tag); }
FALCO_GETTER(ContainerImageDigest) { return text_of(context, arena, &Container::image_digest); }
FALCO_GETTER(ContainerPrivileged) { return flag(context, arena, &Container::privileged); }
FALCO_GETTER(ContainerHostPid) { return flag(context, arena, &Container::host_pid); }
FALCO_GETTER(ContainerHostNetwork) { return flag(context, arena, &Container::host_network); }
FALCO_GETTER(ContainerHostIpc) { return flag(context, arena, &Container::host_ipc); }
FALCO_GETTER(ContainerIp) { return text_of(context, arena, &Container::ip); }
FALCO_GETTER(ContainerCniJson) { return text_of(context, arena, &Container::cni_json); }

FALCO_GETTER(ContainerMounts) {
  const Container* c = container(context);
  if (!c) return missing();
  TextBuilder all(arena);
  for (const ContainerMount& mount : c->mounts) {
    if (!all.empty()) all.add(',');
    add_mount(all, mount);
  }
  return text(arena, all.view());
}
FALCO_GETTER(ContainerMount) {
  const auto* mount = find_mount(use, context, &ContainerMount::source);
  if (!mount) return missing();
  TextBuilder line(arena);
  add_mount(line, *mount);
  return text(arena, line.view());
}
FALCO_GETTER(ContainerMountSource) {
  const auto* mount = find_mount(use, context, &ContainerMount::dest);
  return mount ? text(arena, mount->source) : missing();
}
FALCO_GETTER(ContainerMountDest) {
  const auto* mount = find_mount(use, context, &ContainerMount::source);
  return mount ? text(arena, mount->dest) : missing();
}
FALCO_GETTER(ContainerMountMode) {
  const auto* mount = find_mount(use, context, &ContainerMount::source);
  return mount ? text(arena, mount->mode) : missing();
}
FALCO_GETTER(ContainerMountRdwr) {
  const auto* mount = find_mount(use, context, &ContainerMount::source);
  return mount ? text(arena, mount->rdwr ? "true" : "false") : missing();
}
FALCO_GETTER(ContainerMountPropagation) {
  const auto* mount = find_mount(use, context, &ContainerMount::source);
  return mount ? text(arena, mount->propagation) : missing();
}

FALCO_GETTER(ContainerStartTs) {
  const uint64_t started = context.thread ? context.thread->pidns_init_start_ts : 0;
  return started == 0 ? missing() : uinteger(arena, started);
}
FALCO_GETTER(ContainerDuration) {
  const uint64_t started = context.thread ? context.thread->pidns_init_start_ts : 0;
  return started == 0 ? missing() : uinteger(arena, context.event->ts_ns - started);
}

FALCO_GETTER(ContainerLabel) { return own_label(context, arena, use.key); }
FALCO_GETTER(ContainerLabels) {
  const Container* c = container(context);
  return c ? label_list(arena, c->labels) : missing();
}

FALCO_GETTER(K8sPodName) { return own_label(context, arena, "io.kubernetes.pod.name"); }
FALCO_GETTER(K8sNsName) { return own_label(context, arena, "io.kubernetes.pod.namespace"); }
FALCO_GETTER(K8sPodId) { return own_label(context, arena, "io.kubernetes.pod.uid"); }
FALCO_GETTER(K8sPodUid) { return own_label(context, arena, "io.kubernetes.pod.uid"); }
FALCO_GETTER(K8sPodSandboxId) {
  const Container* c = container(context);
  return c ? text(arena, std::string_view(c->pod_sandbox_id).substr(0, kShortId)) : missing();
}
FALCO_GETTER(K8sPodFullSandboxId) { return text_of(context, arena, &Container::pod_sandbox_id); }
FALCO_GETTER(K8sPodLabel) {
  const Container* c = container(context);
  if (!c) return missing();
  if (const Container* pod = sandbox(context, *c)) {
    const ValueList value = label_value(arena, pod->pod_sandbox_labels, use.key);
    if (value.present) return value;
  }
  return label_value(arena, c->pod_sandbox_labels, use.key);
}
FALCO_GETTER(K8sPodLabels) {
  const Container* c = container(context);
  if (!c) return missing();
  const Container* pod = sandbox(context, *c);
  return label_list(arena, (pod ? pod : c)->pod_sandbox_labels);
}
FALCO_GETTER(K8sPodIp) { return pod_text(context, arena, &Container::ip); }
FALCO_GETTER(K8sPodCniJson) { return pod_text(context, arena, &Container::cni_json); }

// Deprecated: the names are known, a value never is.
#define FALCO_NEVER(Sym) FALCO_GETTER(Sym) { return missing(); }
FALCO_NEVER(ContainerHealthcheck)
FALCO_NEVER(ContainerLivenessProbe)
FALCO_NEVER(ContainerReadinessProbe)
FALCO_NEVER(ProcIsContainerHealthcheck)
FALCO_NEVER(ProcIsContainerLivenessProbe)
FALCO_NEVER(ProcIsContainerReadinessProbe)
FALCO_NEVER(K8sRcName)
FALCO_NEVER(K8sRcId)
FALCO_NEVER(K8sRcLabel)
FALCO_NEVER(K8sRcLabels)
FALCO_NEVER(K8sSvcName)
FALCO_NEVER(K8sSvcId)
FALCO_NEVER(K8sSvcLabel)
FALCO_NEVER(K8sSvcLabels)
FALCO_NEVER(K8sNsId)
FALCO_NEVER(K8sNsLabel)
FALCO_NEVER(K8sNsLabels)
FALCO_NEVER(K8sRsName)
FALCO_NEVER(K8sRsId)
FALCO_NEVER(K8sRsLabel)
FALCO_NEVER(K8sRsLabels)
FALCO_NEVER(K8sDeploymentName)
FALCO_NEVER(K8sDeploymentId)
FALCO_NEVER(K8sDeploymentLabel)
FALCO_NEVER(K8sDeploymentLabels)
#undef FALCO_NEVER

}  // namespace fvm
