// SPDX-License-Identifier: Apache-2.0
#include "tools/falcoc/decision_drawing.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "compiler/diag/render_text.h"
#include "tools/testing/markup.h"
#include "vm/image/disasm.h"

namespace falcoc::tool {
namespace {

/// An instruction. Both ways are absent where a program ends.
struct Step {
  enum class Kind : uint8_t { Test, Alert, End, Goto } kind = Kind::End;
  std::string text;
  bool goes_on = false;
  std::optional<uint32_t> jump;
  std::string_view next_label, jump_label;
};

struct Program {
  std::string events;
  std::vector<Step> steps;
};

Step step_of(const fvm::ImageView& image, const fvm::Instr& instr) {
  switch (static_cast<fvm::Opcode>(instr.op)) {
    case fvm::Opcode::End:
      return {Step::Kind::End, "end", false, {}, {}, {}};
    case fvm::Opcode::Match: {
      const std::string_view name = image.rule_text(image.rules()[instr.a].name);
      return {Step::Kind::Alert, "alert: " + printable(name), true, {}, {}, {}};
    }
    case fvm::Opcode::Test:
      return {Step::Kind::Test, printable(fvm::predicate_text(image, instr.a)), true, instr.b, "yes", "no"};
    case fvm::Opcode::TestNot:
      return {Step::Kind::Test, printable(fvm::predicate_text(image, instr.a)), true, instr.b, "no", "yes"};
    case fvm::Opcode::Goto:
      return {Step::Kind::Goto, "go on", false, instr.b, {}, {}};
  }
  return {};
}

std::vector<Program> programs_of(const fvm::ImageView& image) {
  std::vector<Program> programs;
  for (uint32_t p = 0; p < image.programs().size(); ++p) {
    const fvm::ProgramRec& record = image.programs()[p];
    std::set<std::string_view> events;
    for (size_t code = 0; code < fvm::kEventCount; ++code)
      if (image.dispatch()[code] == p) events.insert(fvm::kEvents[code].name);
    Program program{fmt::format("{}", fmt::join(events, ", ")), {}};
    for (uint32_t i = 0; i < record.count; ++i) program.steps.push_back(step_of(image, image.code()[record.first + i]));
    programs.push_back(std::move(program));
  }
  return programs;
}

std::string quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string markup(std::string_view text) {
  std::string out;
  for (const char c : text) testing::append_markup(out, c);
  return out;
}

/// At most `letters` code points.
std::string cut(std::string_view text, size_t letters) {
  size_t at = 0;
  for (size_t seen = 0; at < text.size(); ++at)
    if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && ++seen > letters) break;
  return at == text.size() ? std::string(text) : std::string(text.substr(0, at)) + "…";
}

size_t letters_of(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// All lengths of the picture, in its units.
constexpr size_t kLetter = 8, kBox = 26, kRow = 46, kMargin = 16, kLane = 14, kTitle = 30;
constexpr size_t kMostLetters = 100;

/// Which lane leads to each place that is jumped to: lanes that overlap are beside each other, the shortest innermost.
std::map<uint32_t, size_t> lanes_of(const Program& program) {
  std::map<uint32_t, uint32_t> begins;  // target -> first step that jumps there
  for (uint32_t i = 0; i < program.steps.size(); ++i)
    if (program.steps[i].jump) begins.emplace(*program.steps[i].jump, i);
  std::vector<std::pair<uint32_t, uint32_t>> spans(begins.begin(), begins.end());
  std::ranges::stable_sort(spans, {}, [](const auto& span) { return span.first - span.second; });
  std::vector<std::vector<std::pair<uint32_t, uint32_t>>> taken;
  std::map<uint32_t, size_t> lanes;
  for (const auto& [target, begin] : spans) {
    const auto is_free = [&](const auto& lane) {
      return std::ranges::all_of(lane, [&](const auto& other) { return other.first < begin || target < other.second; });
    };
    const size_t lane = static_cast<size_t>(std::ranges::find_if(taken, is_free) - taken.begin());
    if (lane == taken.size()) taken.emplace_back();
    taken[lane].emplace_back(target, begin);
    lanes[target] = lane;
  }
  return lanes;
}

class Picture {
 public:
  void add(const Program& program) {
    const std::map<uint32_t, size_t> lanes = lanes_of(program);
    size_t letters = 0, most_lanes = 0;
    for (const Step& step : program.steps)
      letters = std::max(letters, std::min(letters_of(step.text), kMostLetters + 1));
    for (const auto& [target, lane] : lanes) most_lanes = std::max(most_lanes, lane + 1);
    right_ = kMargin + (letters + 2) * kLetter;
    width_ = std::max({width_, right_ + 4 * kLetter + most_lanes * kLane + kMargin,
                       2 * kMargin + std::min(letters_of(program.events), kMostLetters + 1) * kLetter});
    put("<text class=\"events\" x=\"{}\" y=\"{}\">{}<title>{}</title></text>\n", kMargin, top_ + kTitle - 12,
        markup(cut(program.events, kMostLetters)), markup(program.events));
    top_ += kTitle;
    for (uint32_t i = 0; i < program.steps.size(); ++i) step(i, program.steps[i], lanes);
    top_ += program.steps.size() * kRow;
  }

  std::string text() const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n"
        "<style>text {{font: 13px monospace; fill: #222}} .events {{font-weight: bold}} .way {{font-size: 11px; fill: "
        "#666}}\n"
        "rect {{fill: #f6f6f6; stroke: #888}} .alert {{fill: #fde4cf; stroke: #c60}} .end {{fill: #e8e8e8}}\n"
        "path {{fill: none; stroke: #888}}</style>\n"
        "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" "
        "orient=\"auto\">"
        "<path d=\"M0 0L8 4L0 8z\" style=\"fill: #888\"/></marker></defs>\n"
        "<rect width=\"100%\" height=\"100%\" style=\"fill: #fff; stroke: none\"/>\n{2}</svg>\n",
        width_, top_ + kMargin, body_);
  }

 private:
  template <typename... A>
  void put(fmt::format_string<const A&...> format, const A&... args) {
    fmt::format_to(std::back_inserter(body_), format, args...);
  }

  size_t y_of(uint32_t step) const { return top_ + step * kRow; }

  void step(uint32_t i, const Step& step, const std::map<uint32_t, size_t>& lanes) {
    const size_t y = y_of(i), middle = y + kBox / 2;
    const std::string_view kind = step.kind == Step::Kind::Alert ? "alert"
                                  : step.kind == Step::Kind::End ? "end"
                                                                 : "test";
    put("<rect class=\"{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"3\"/>\n", kind, kMargin, y,
        right_ - kMargin, kBox);
    put("<text x=\"{}\" y=\"{}\">{}<title>{}</title></text>\n", kMargin + kLetter, middle + 5,
        markup(cut(step.text, kMostLetters)), markup(step.text));
    if (step.goes_on) {
      put("<path d=\"M{0} {1}V{2}\" marker-end=\"url(#tip)\"/>\n", kMargin + 20, y + kBox, y + kRow);
      put("<text class=\"way\" x=\"{}\" y=\"{}\">{}</text>\n", kMargin + 26, y + kBox + 14, step.next_label);
    }
    if (!step.jump) return;
    const size_t lane = right_ + 4 * kLetter + lanes.at(*step.jump) * kLane;
    // Off the middle, so that what leaves a box does not meet what arrives there.
    put("<path d=\"M{} {}H{}V{}H{}\" marker-end=\"url(#tip)\"/>\n", right_, middle + 6, lane,
        y_of(*step.jump) + kBox / 2 - 6, right_);
    put("<text class=\"way\" x=\"{}\" y=\"{}\">{}</text>\n", right_ + 5, middle + 3, step.jump_label);
  }

  std::string body_;
  size_t top_ = kMargin / 2, right_ = 0, width_ = 0;
};

}  // namespace

std::string dot_text(const fvm::ImageView& image) {
  std::string out = "digraph decisions {\n  node [shape=box, fontname=monospace];\n";
  const auto to = [&] { return std::back_inserter(out); };
  size_t p = 0;
  for (const Program& program : programs_of(image)) {
    fmt::format_to(to(), "  subgraph cluster_{} {{\n    label=\"{}\";\n", p, program.events);
    for (size_t i = 0; i < program.steps.size(); ++i) {
      const Step& step = program.steps[i];
      fmt::format_to(to(), "    p{}_{} [label=\"{}\"];\n", p, i, quoted(step.text));
      if (step.goes_on)
        fmt::format_to(to(), "    p{0}_{1} -> p{0}_{2} [label=\"{3}\"];\n", p, i, i + 1, step.next_label);
      if (step.jump)
        fmt::format_to(to(), "    p{0}_{1} -> p{0}_{2} [label=\"{3}\"];\n", p, i, *step.jump, step.jump_label);
    }
    out += "  }\n";
    ++p;
  }
  return out + "}\n";
}

std::string svg_text(const fvm::ImageView& image) {
  Picture picture;
  for (const Program& program : programs_of(image)) picture.add(program);
  return picture.text();
}

}  // namespace falcoc::tool
