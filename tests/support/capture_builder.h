// SPDX-License-Identifier: Apache-2.0
//
// CaptureBuilder: makes `.scap` bytes in memory. Parameters are encoded by the types of the event's row, so a test
// writes values. Writes what today's writers write; old generations and lies are made with block() and event_block().
//
//   CaptureBuilder capture;
//   capture.threads({{.tid = 100, .pid = 100, .comm = "sh"}});
//   capture.event(EventCode::SYSCALL_CLOSE_X, 1000, 100, {0, 7});
//   const std::vector<uint8_t>& bytes = capture.bytes();
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "vm/source/event_source.h"

namespace fvm::testing {

/// One parameter value. Numbers take the width of the row's type; text gets its final NUL when the type is a text type;
/// raw() is written as it is.
class Param {
 public:
  Param(int64_t v) : value_(v) {}                              // NOLINT(google-explicit-constructor)
  Param(int v) : value_(int64_t{v}) {}                         // NOLINT(google-explicit-constructor)
  Param(uint64_t v) : value_(static_cast<int64_t>(v)) {}       // NOLINT(google-explicit-constructor)
  Param(unsigned v) : value_(int64_t{v}) {}                    // NOLINT(google-explicit-constructor)
  Param(std::string_view text) : value_(std::string(text)) {}  // NOLINT(google-explicit-constructor)
  Param(const std::string& text) : value_(text) {}             // NOLINT(google-explicit-constructor)
  Param(const char* text) : value_(std::string(text)) {}       // NOLINT(google-explicit-constructor)
  static Param absent() { return Param(Raw{}); }
  static Param raw(std::string_view bytes) { return Param(Raw{std::string(bytes)}); }

  /// Wire bytes as a parameter of `type`.
  std::string encode(TypeId type) const;

 private:
  struct Raw {
    std::string bytes;
  };
  explicit Param(Raw raw) : value_(std::move(raw)) {}
  std::variant<int64_t, std::string, Raw> value_;
};

/// SOCKADDR and SOCKTUPLE parameters. IPv4 addresses are dotted text.
Param sockaddr4(std::string_view ip, uint16_t port);
Param sockaddr_unix(std::string_view path);
Param socktuple4(std::string_view sip, uint16_t sport, std::string_view dip, uint16_t dport);
Param socktuple_unix(uint64_t source, uint64_t destination, std::string_view path);
/// args, env, cgroups: NUL-terminated strings one after another.
std::string nul_list(std::initializer_list<std::string_view> items);
IpAddr ip4(std::string_view dotted);

struct EventOptions {
  uint16_t cpu = 0;
  bool state_only = false;  ///< written as an event with flags
  int version = 2;          ///< 1: without a parameter count, as old files
};

class CaptureBuilder {
 public:
  /// Starts with a section header unless told otherwise.
  explicit CaptureBuilder(bool with_section = true);

  CaptureBuilder& section();
  CaptureBuilder& machine(const MachineInfo& info);
  CaptureBuilder& threads(const std::vector<ThreadRecord>& threads);
  CaptureBuilder& fds(int64_t tid, const std::vector<FdRecord>& fds);
  CaptureBuilder& interfaces(const std::vector<InterfaceRecord>& interfaces);
  CaptureBuilder& users(const std::vector<UserRecord>& users, const std::vector<GroupRecord>& groups = {});
  CaptureBuilder& event(EventCode code, uint64_t ts_ns, int64_t tid, const std::vector<Param>& params = {},
                        const EventOptions& options = {});

  /// Any block: type, body, padding and trailer.
  CaptureBuilder& block(uint32_t type, std::string_view body);
  /// Bytes as they are.
  CaptureBuilder& append(std::string_view bytes);

  const std::vector<uint8_t>& bytes() const { return bytes_; }
  /// The same wrapped into one gzip member.
  std::vector<uint8_t> gzip() const;

 private:
  std::vector<uint8_t> bytes_;
};

/// The body of an event block of version 2 without cpu id: header, lengths and data.
std::string encode_event(EventCode code, uint64_t ts_ns, int64_t tid, const std::vector<Param>& params,
                         int version = 2);

/// Little-endian bytes of an integer, for bodies made by hand.
template <typename T>
std::string le(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}
/// u16 length and bytes.
std::string str16(std::string_view text);

std::vector<uint8_t> gzip_member(Bytes plain);

}  // namespace fvm::testing
