// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_probe.h"

#include <algorithm>

#include "capture/blocks.h"

namespace fvm::testing {
namespace {

size_t record_bytes(size_t event_bytes) {
  return (sizeof(falco_probe_record) + event_bytes + FALCO_PROBE_RECORD_ALIGN - 1) / FALCO_PROBE_RECORD_ALIGN *
         FALCO_PROBE_RECORD_ALIGN;
}

class Fake final : public Probe {
 public:
  explicit Fake(std::shared_ptr<FakeKernel> kernel) : kernel_(std::move(kernel)) {}
  std::optional<SourceError> set_interest(const falco_probe_interest& interest) override {
    if (kernel_->refuses_interest) return SourceError{SourceError::Kind::Io, 0, "no"};
    kernel_->interest = interest;
    return std::nullopt;
  }
  std::optional<SourceError> start() override {
    kernel_->started = true;
    return std::nullopt;
  }
  void stop() override { kernel_->stopped = true; }
  std::vector<Ring> new_rings() override {
    std::vector<Ring> found;
    for (; kernel_->shown_cpus < kernel_->cpus.size(); ++kernel_->shown_cpus) {
      FakeKernel::Cpu& cpu = *kernel_->cpus[kernel_->shown_cpus];
      found.push_back({static_cast<uint32_t>(kernel_->shown_cpus),
                       {&cpu.producer, &cpu.consumer, cpu.data.data(), FakeKernel::kRingBytes},
                       cpu.counters});
    }
    return found;
  }
  void wait(uint32_t milliseconds) override {
    ++kernel_->waits;
    kernel_->now_ns += uint64_t{milliseconds} * 1'000'000;
  }
  uint64_t now_ns() const override { return kernel_->now_ns; }

 private:
  std::shared_ptr<FakeKernel> kernel_;
};

}  // namespace

std::string event_bytes(EventCode code, uint64_t ts_ns, int64_t tid, const std::vector<Param>& params) {
  const std::vector<uint8_t> block = CaptureBuilder(false).event(code, ts_ns, tid, params).bytes();
  const uint8_t* const event = block.data() + kBlockHeaderBytes + sizeof(uint16_t);
  return {reinterpret_cast<const char*>(event), load<uint32_t>(event + 16)};
}

FakeKernel::Cpu& FakeKernel::add_cpu() { return *cpus.emplace_back(std::make_unique<Cpu>()); }

void FakeKernel::write(Cpu& cpu, uint64_t at, const void* bytes, size_t count) {
  const auto* from = static_cast<const uint8_t*>(bytes);
  for (size_t i = 0; i < count; ++i) {
    const size_t place = (at + i) % kRingBytes;
    cpu.data[place] = cpu.data[place + kRingBytes] = from[i];
  }
}

bool FakeKernel::reserve(Cpu& cpu, size_t event_bytes, uint64_t& at) {
  at = cpu.producer.reserved;
  const size_t bytes = record_bytes(event_bytes);
  if (at + bytes - cpu.consumer.position > kRingBytes) return false;
  const falco_probe_record header{static_cast<uint32_t>(event_bytes) | FALCO_PROBE_RECORD_BUSY, 0};
  write(cpu, at, &header, sizeof header);
  cpu.producer.reserved = at + bytes;
  return true;
}

void FakeKernel::commit(Cpu& cpu, uint64_t at, std::string_view event, uint32_t lost_before, uint32_t flags) {
  write(cpu, at + sizeof(falco_probe_record), event.data(), event.size());
  const falco_probe_record header{static_cast<uint32_t>(event.size()) | flags, lost_before};
  write(cpu, at, &header, sizeof header);
}

bool FakeKernel::send(Cpu& cpu, std::string_view event, uint32_t lost_before, uint32_t flags) {
  uint64_t at = 0;
  if (!reserve(cpu, event.size(), at)) return false;
  commit(cpu, at, event, lost_before, flags);
  return true;
}

std::unique_ptr<Probe> fake_probe(std::shared_ptr<FakeKernel> kernel) {
  return std::make_unique<Fake>(std::move(kernel));
}

}  // namespace fvm::testing
