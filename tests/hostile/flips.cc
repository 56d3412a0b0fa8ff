// SPDX-License-Identifier: Apache-2.0
//
// Random damage. What is promised: it ends, alerts of events in front of the first damaged byte are all there and unchanged, and
// a failure has a message with a place.
#include "tests/hostile/flips.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>

#include "tests/hostile/replay.h"

namespace fvm::hostile {
namespace {

constexpr unsigned kSecondsPerTrial = 60;

char g_trial[256];
void on_alarm(int) {
  constexpr char kText[] = "FAILED: hangs: ";
  [[maybe_unused]] auto n = write(1, kText, sizeof kText - 1);
  n = write(1, g_trial, strlen(g_trial));
  _exit(1);
}

/// Whether the undamaged run's alerts from in front of `damage` lead those of `run`.
bool keeps_alerts(const Replay& run, const std::vector<PlacedAlert>& undamaged, const std::vector<uint64_t>& block_ends, uint64_t damage) {
  size_t wanted = 0;
  for (const PlacedAlert& alert : undamaged) {
    const auto end = std::upper_bound(block_ends.begin(), block_ends.end(), alert.offset);
    if (end == block_ends.end() || *end > damage) break;
    ++wanted;
  }
  return run.alerts.size() >= wanted && std::equal(undamaged.begin(), undamaged.begin() + static_cast<ptrdiff_t>(wanted), run.alerts.begin());
}

/// Where blocks end, as far as their lengths make sense in the undamaged capture (either byte order).
std::vector<uint64_t> ends_of_blocks(const std::vector<uint8_t>& bytes) {
  std::vector<uint64_t> ends;
  bool swapped = false;
  for (size_t at = 0; at + 12 <= bytes.size();) {
    uint32_t type, length, magic;
    std::memcpy(&type, bytes.data() + at, sizeof type);
    std::memcpy(&length, bytes.data() + at + 4, sizeof length);
    std::memcpy(&magic, bytes.data() + at + 8, sizeof magic);
    if (type == kSectionBlock) swapped = magic != kSectionMagic;
    if (swapped) length = __builtin_bswap32(length);
    if (length < 12 || length > bytes.size() - at) break;
    at += length;
    ends.push_back(at);
  }
  return ends;
}

struct Subject {
  const Victim* victim;
  Replay undamaged;
  std::vector<uint64_t> block_ends;
};

CutResult run_trials(Bytes image, const std::vector<Victim>& victims, uint64_t trials, uint64_t seed, bool packed) {
  struct sigaction action {};
  action.sa_handler = on_alarm;
  sigaction(SIGALRM, &action, nullptr);

  std::vector<Subject> subjects;
  for (const Victim& victim : victims) {
    Subject subject{&victim, {}, packed ? std::vector<uint64_t>{} : ends_of_blocks(victim.bytes)};
    subject.undamaged.run(image, bytes_of(victim.bytes));
    subjects.push_back(std::move(subject));
  }
  // Small captures are tried as often as large ones, which would eat all the time otherwise: by the square root of size.
  std::vector<double> weights;
  for (const Subject& s : subjects) weights.push_back(1.0 / (1.0 + static_cast<double>(s.victim->bytes.size()) / 4096.0));

  std::mt19937_64 random(seed);
  std::discrete_distribution<size_t> choose(weights.begin(), weights.end());
  CutResult result;
  uint64_t failures = 0, alerts = 0;
  for (uint64_t trial = 0; trial < trials; ++trial) {
    const Subject& subject = subjects[choose(random)];
    std::vector<uint8_t> bytes = subject.victim->bytes;
    uint64_t damage = bytes.size();
    const uint64_t flips = 1 + random() % 4;
    for (uint64_t i = 0; i < flips; ++i) {
      const uint64_t at = random() % bytes.size();
      const uint8_t before = bytes[at];
      bytes[at] = random() % 2 ? static_cast<uint8_t>(random()) : static_cast<uint8_t>(before ^ (1u << (random() % 8)));
      if (bytes[at] != before) damage = std::min(damage, at);
    }
    std::snprintf(g_trial, sizeof g_trial, "trial %llu of seed %llu, %s\n", static_cast<unsigned long long>(trial),
                  static_cast<unsigned long long>(seed), subject.victim->name.c_str());
    alarm(kSecondsPerTrial);
    Replay run;
    run.run(image, bytes_of(bytes));
    alarm(0);
    alerts += run.alerts.size();
    const bool failed = run.last == BatchStatus::Failed;
    failures += failed;
    const char* problem = nullptr;
    if (failed && run.error.message.empty()) problem = "no message";
    if (failed && run.opened && run.error.message.find("byte " + std::to_string(run.error.offset)) == std::string::npos) {
      problem = "the message does not say where";
    }
    if (!packed && !keeps_alerts(run, subject.undamaged.alerts, subject.block_ends, damage)) {
      problem = "alerts from before the damage are missing or changed";
    }
    if (packed && !run.alerts.empty() && !failed && damage < bytes.size() && run.alerts.size() < subject.undamaged.alerts.size()) {
      problem = "alerts are missing and nothing is said";
    }
    ++(problem ? result.failed : result.passed);
    if (problem) std::printf("FAILED: %s: byte %llu, %s", problem, static_cast<unsigned long long>(damage), g_trial);
  }
  std::printf("%llu trials over %zu captures: %llu ended with an error, %llu alerts\n", static_cast<unsigned long long>(trials),
              victims.size(), static_cast<unsigned long long>(failures), static_cast<unsigned long long>(alerts));
  return result;
}

}  // namespace

CutResult run_flips(Bytes image, const std::vector<Victim>& victims, uint64_t trials, uint64_t seed) {
  return run_trials(image, victims, trials, seed, false);
}
CutResult run_gzip_flips(Bytes image, const std::vector<Victim>& victims, uint64_t trials, uint64_t seed) {
  return run_trials(image, victims, trials, seed, true);
}

}  // namespace fvm::hostile
