// SPDX-License-Identifier: Apache-2.0
#include "capture/recording_source.h"

#include <algorithm>
#include <utility>

namespace fvm {

namespace {

/// Gives everything to two sinks.
class Tee final : public StateSink {
 public:
  Tee(StateSink& first, StateSink& second) : first_(first), second_(second) {}
  void on_section() override {
    first_.on_section();
    second_.on_section();
  }
  void on_machine(const MachineInfo& machine) override {
    first_.on_machine(machine);
    second_.on_machine(machine);
  }
  void on_threads(std::vector<ThreadRecord> threads) override {
    first_.on_threads(threads);
    second_.on_threads(std::move(threads));
  }
  void on_fds(int64_t tid, std::vector<FdRecord> fds) override {
    first_.on_fds(tid, fds);
    second_.on_fds(tid, std::move(fds));
  }
  void on_interfaces(std::vector<InterfaceRecord> interfaces) override {
    first_.on_interfaces(interfaces);
    second_.on_interfaces(std::move(interfaces));
  }
  void on_user(const UserRecord& user) override {
    first_.on_user(user);
    second_.on_user(user);
  }
  void on_group(const GroupRecord& group) override {
    first_.on_group(group);
    second_.on_group(group);
  }

 private:
  StateSink& first_;
  StateSink& second_;
};

/// The first half of a call, which tells its second half something.
bool is_enter(const EventView& event) { return !event.is_exit() && (event.info().category & FALCO_EC_SYSCALL) != 0; }

}  // namespace

/// Keeps the answer, and gives it on.
class RecordingSource::AnswerSink final : public StateSink {
 public:
  AnswerSink(Answer& answer, StateSink& sink) : answer_(answer), sink_(sink) {}
  void on_section() override { sink_.on_section(); }
  void on_machine(const MachineInfo& machine) override { sink_.on_machine(machine); }
  void on_threads(std::vector<ThreadRecord> threads) override {
    answer_.threads.insert(answer_.threads.end(), threads.begin(), threads.end());
    sink_.on_threads(std::move(threads));
  }
  void on_fds(int64_t tid, std::vector<FdRecord> fds) override {
    std::vector<FdRecord>& of_thread =
        answer_.fds[tid];  // together: which ports it listens on tells what its connections are
    of_thread.insert(of_thread.end(), fds.begin(), fds.end());
    sink_.on_fds(tid, std::move(fds));
  }
  void on_interfaces(std::vector<InterfaceRecord> interfaces) override { sink_.on_interfaces(std::move(interfaces)); }
  void on_user(const UserRecord& user) override { sink_.on_user(user); }
  void on_group(const GroupRecord& group) override { sink_.on_group(group); }

 private:
  Answer& answer_;
  StateSink& sink_;
};

bool RecordingSource::look_up(int64_t tid, StateSink& sink) {
  Answer answer;
  AnswerSink both(answer, sink);
  if (!lookup_->look_up(tid, both)) return false;
  for (const EventView& event : batch_) answer.event = std::max(answer.event, event.num);
  answers_.push_back(std::move(answer));
  return true;
}

void RecordingSource::set_interest(const Interest& interest) {
  write_batch();  // which came under the interest before
  state_ = interest.state;
  inner_->set_interest(what_ == Record::All ? Interest::in_all() : interest);
}

BatchStatus RecordingSource::next_batch(StateSink& sink, std::span<EventView>& out) {
  write_batch();
  Tee both(writer_, sink);
  const BatchStatus status = inner_->next_batch(both, out);
  if (status != BatchStatus::Events) return status;
  batch_ = out;
  for (EventView& event : batch_) event.num = 0;  // until its consumer has had it
  return status;
}

void RecordingSource::finish() { write_batch(); }

void RecordingSource::write_batch() {
  auto match = matched_.begin();
  auto answer = answers_.begin();
  for (const EventView& event : std::exchange(batch_, {})) {
    if (event.unread) continue;  // and perhaps without a number
    if (event.num == 0) break;   // its consumer stopped in front of it
    for (; answer != answers_.end() && answer->event <= event.num; ++answer) write(*answer);
    const bool matched = match != matched_.end() && *match == event.num;
    if (matched) ++match;
    if (what_ == Record::All || matched) {
      writer_.event(event, event.state_only);
    } else if (state_.has(event.code) || is_enter(event)) {
      writer_.event(event, true);
    }
  }
  matched_.clear();
  answers_.clear();
}

void RecordingSource::write(const Answer& answer) {
  writer_.on_threads(answer.threads);
  for (const auto& [tid, fds] : answer.fds) writer_.on_fds(tid, fds);
}

}  // namespace fvm
