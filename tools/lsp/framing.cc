// SPDX-License-Identifier: Apache-2.0
#include "tools/lsp/framing.h"

#include <poll.h>
#include <strings.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>

namespace lsp {
namespace {

constexpr std::string_view kLengthHeader = "content-length:";

bool starts_with_header(std::string_view line, std::string_view header) {
  return line.size() >= header.size() && strncasecmp(line.data(), header.data(), header.size()) == 0;
}

/// nullopt: no number.
std::optional<size_t> parse_length(std::string_view text) {
  const size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(' ') + 1 - first);
  size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return length;
}

}  // namespace

bool MessageReader::fill() {
  buffer_.erase(0, at_);
  at_ = 0;
  char bytes[64 * 1024];
  for (;;) {
    const ssize_t n = read(fd_, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    buffer_.append(bytes, static_cast<size_t>(n));
    return true;
  }
}

/// The next line without its end, cut at kHeaderLineBytes. False: the input ended.
bool MessageReader::line(std::string& out) {
  out.clear();
  for (;;) {
    const size_t end = buffer_.find('\n', at_);
    const size_t take = std::min(end, buffer_.size()) - at_;
    out.append(buffer_, at_, std::min(take, kHeaderLineBytes - out.size()));
    at_ += take;
    if (end != std::string::npos) {
      ++at_;
      if (!out.empty() && out.back() == '\r') out.pop_back();
      return true;
    }
    if (!fill()) return false;
  }
}

MessageReader::Outcome MessageReader::next(std::string& body) {
  std::optional<size_t> length;
  std::string header;
  do {
    if (!line(header)) return Outcome::End;
    if (starts_with_header(header, kLengthHeader))
      length = parse_length(std::string_view(header).substr(kLengthHeader.size()));
  } while (!header.empty());
  if (!length) return Outcome::BadHeader;
  const bool too_large = *length > kMessageBytes;
  body.clear();
  for (size_t left = *length; left > 0;) {
    if (at_ == buffer_.size() && !fill()) return Outcome::End;
    const size_t take = std::min(left, buffer_.size() - at_);
    if (!too_large) body.append(buffer_, at_, take);
    at_ += take;
    left -= take;
  }
  return too_large ? Outcome::TooLarge : Outcome::Message;
}

bool MessageReader::pending() const {
  if (at_ < buffer_.size()) return true;
  pollfd input{fd_, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

bool write_message(int fd, std::string_view body) {
  std::string all = "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  all += body;
  for (size_t done = 0; done < all.size();) {
    const ssize_t n = write(fd, all.data() + done, all.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<size_t>(n);
  }
  return true;
}

}  // namespace lsp
