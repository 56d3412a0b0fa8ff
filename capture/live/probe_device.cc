// SPDX-License-Identifier: Apache-2.0
#include "capture/live/probe_device.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "capture/live/precious.h"
#include "vm/abi/fingerprint.h"
#include "vm/base/clock.h"

namespace fvm {
namespace {

SourceError device_error(std::string message) { return {SourceError::Kind::Open, 0, std::move(message)}; }

std::string why_not_open(int error) {
  switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return "the kernel module falco_probe is not loaded (falco-probe-loader does that)";
    case EPERM:
    case EACCES:
      return "reading system calls takes root (CAP_SYS_ADMIN)";
    case EBUSY:
      return "another program is reading events from the kernel module";
    default:
      return std::strerror(error);
  }
}

/// A mapping of the device.
class Mapping {
 public:
  Mapping() = default;
  Mapping(int fd, uint32_t cpu, falco_probe_region region, size_t bytes, int protection)
      : address_(mmap(nullptr, bytes, protection, MAP_SHARED, fd, static_cast<off_t>(FALCO_PROBE_OFFSET(cpu, region)))),
        bytes_(bytes) {}
  Mapping(Mapping&& other) noexcept : address_(std::exchange(other.address_, MAP_FAILED)), bytes_(other.bytes_) {}
  Mapping& operator=(Mapping&&) = delete;
  ~Mapping() {
    if (*this) munmap(address_, bytes_);
  }
  explicit operator bool() const { return address_ != MAP_FAILED; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(address_);
  }

 private:
  void* address_ = MAP_FAILED;
  size_t bytes_ = 0;
};

struct MappedRing {
  Mapping producer, consumer, data, counters;
};

class Device final : public Probe {
 public:
  Device(int fd, const falco_probe_info& info, uint64_t ring_bytes) : fd_(fd), info_(info), ring_bytes_(ring_bytes) {}
  ~Device() override {
    rings_.clear();
    close(fd_);
  }
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  std::optional<SourceError> set_interest(const falco_probe_interest& interest) override {
    return control(FALCO_PROBE_SET_INTEREST, &interest, "say which events are wanted");
  }
  std::optional<SourceError> start() override { return control(FALCO_PROBE_START, nullptr, "start recording"); }
  void stop() override { ioctl(fd_, FALCO_PROBE_STOP); }
  std::vector<Ring> new_rings() override;
  void wait(uint32_t milliseconds) override {
    pollfd ready{fd_, POLLIN, 0};
    poll(&ready, 1, static_cast<int>(milliseconds));
  }
  uint64_t now_ns() const override { return monotonic_ns() + info_.clock_offset_ns; }

 private:
  std::optional<SourceError> control(unsigned long request, const void* argument, const char* purpose) {
    if (ioctl(fd_, request, argument) == 0) return std::nullopt;
    return SourceError{SourceError::Kind::Io, 0,
                       std::string("the kernel module refuses to ") + purpose + ": " + std::strerror(errno)};
  }
  bool map(uint32_t cpu);

  int fd_;
  falco_probe_info info_;
  uint64_t ring_bytes_;
  uint32_t generation_ = UINT32_MAX;
  std::vector<std::pair<uint32_t, MappedRing>> rings_;  ///< by CPU
};

bool Device::map(uint32_t cpu) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t counter_bytes = (sizeof(falco_probe_counter) * FALCO_PROBE_EVENTS + page - 1) / page * page;
  MappedRing ring{{fd_, cpu, FALCO_PROBE_REGION_PRODUCER, page, PROT_READ},
                  {fd_, cpu, FALCO_PROBE_REGION_CONSUMER, page, PROT_READ | PROT_WRITE},
                  {fd_, cpu, FALCO_PROBE_REGION_DATA, 2 * ring_bytes_, PROT_READ},
                  {fd_, cpu, FALCO_PROBE_REGION_COUNTERS, counter_bytes, PROT_READ}};
  if (!ring.producer || !ring.consumer || !ring.data || !ring.counters) return false;
  rings_.emplace_back(cpu, std::move(ring));
  return true;
}

std::vector<Probe::Ring> Device::new_rings() {
  std::vector<Ring> found;
  falco_probe_cpus cpus{};
  if (ioctl(fd_, FALCO_PROBE_GET_CPUS, &cpus) != 0 || cpus.generation == generation_) return found;
  generation_ = cpus.generation;
  for (uint32_t cpu = 0; cpu < FALCO_PROBE_MAX_CPUS; ++cpu) {
    if ((cpus.with_ring[cpu / 64] >> (cpu % 64) & 1) == 0) continue;
    bool known = false;
    for (const auto& ring : rings_) known |= ring.first == cpu;
    if (known || !map(cpu)) continue;
    const MappedRing& ring = rings_.back().second;
    found.push_back({cpu,
                     {ring.producer.as<const falco_probe_producer>(), ring.consumer.as<falco_probe_consumer>(),
                      ring.data.as<const uint8_t>(), ring_bytes_},
                     {ring.counters.as<const falco_probe_counter>(), FALCO_PROBE_EVENTS}});
  }
  return found;
}

falco_probe_config config_of(const ProbeOptions& options) {
  falco_probe_config config{};
  config.size = sizeof config;
  config.ring_bytes = options.ring_bytes;
  config.watermark_bytes = options.watermark_bytes;
  config.reserved_bytes = options.reserved_bytes;
  config.snaplen = options.snaplen;
  for (size_t code = 0; code < kEventCount; ++code) {
    if (is_precious(static_cast<EventCode>(code))) config.precious[code / 64] |= uint64_t{1} << (code % 64);
  }
  return config;
}

/// Empty, or why this program and that module don't fit.
std::string mismatch(const falco_probe_info& info) {
  const std::string theirs = std::to_string(info.api_major) + "." + std::to_string(info.api_minor);
  const std::string ours = std::to_string(FALCO_PROBE_API_MAJOR) + "." + std::to_string(FALCO_PROBE_API_MINOR);
  constexpr uint32_t kLeastMinor[] = {FALCO_PROBE_API_MINOR};
  if (info.api_major != FALCO_PROBE_API_MAJOR || info.api_minor < *kLeastMinor)
    return "the loaded kernel module has interface " + theirs + ", this program needs " + ours + ": reload the module";
  if (info.events_fingerprint != kFingerprints.events)
    return "the loaded kernel module was built from another table of events than this program: reload the module";
  return {};
}

}  // namespace

Result<std::unique_ptr<Probe>, SourceError> open_probe(const ProbeOptions& options) {
  const int fd = open(options.device.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return Err{device_error(options.device + ": " + why_not_open(errno))};
  falco_probe_info info{};
  if (ioctl(fd, FALCO_PROBE_GET_INFO, &info) != 0) {
    const std::string why = std::strerror(errno);
    close(fd);
    return Err{device_error(options.device + ": not the device of falco_probe, or of another version: " + why)};
  }
  auto device = std::make_unique<Device>(fd, info, options.ring_bytes);
  if (std::string why = mismatch(info); !why.empty()) return Err{device_error(options.device + ": " + why)};
  const falco_probe_config config = config_of(options);
  if (ioctl(fd, FALCO_PROBE_CONFIGURE, &config) != 0) {
    const std::string why = errno == EINVAL ? "a ring of " + std::to_string(options.ring_bytes) +
                                                  " bytes is not possible (" + std::to_string(info.min_ring_bytes) +
                                                  " to " + std::to_string(info.max_ring_bytes) + ", a power of two)"
                                            : std::string(std::strerror(errno));
    return Err{device_error(options.device + ": can't set up the ring buffers: " + why)};
  }
  return std::unique_ptr<Probe>(std::move(device));
}

}  // namespace fvm
