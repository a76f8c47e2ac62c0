#include "app/progress.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kBetweenDrawings = absl::Milliseconds(100);
constexpr absl::Duration kBetweenLines = absl::Seconds(10);
constexpr int kBarWidth = 30;
constexpr char kEraseLine[] = "\r\x1b[K";

// Returns `done` as a percentage of `total`.
int ShareOf(std::int64_t done, std::int64_t total) {
  if (total <= 0) return 100;
  return static_cast<int>(100.0 * static_cast<double>(std::min(done, total)) / static_cast<double>(total));
}

std::string Bar(int share) {
  const auto full = static_cast<std::size_t>(share * kBarWidth / 100);
  return StrCat("[", std::string(full, '#'), std::string(kBarWidth - full, ' '), "] ");
}

}  // namespace

Progress::Progress() : Progress(std::cerr, isatty(STDERR_FILENO) == 1, &SteadyTime::Now) {}

Progress::Progress(std::ostream& out, bool terminal, std::function<SteadyTime()> now)
    : out_(out),
      terminal_(terminal),
      now_(std::move(now)),
      shown_(terminal ? SteadyTime::InfinitePast() : now_()) {}

Progress::~Progress() {
  Clear();
}

void Progress::Show(std::string_view what, std::int64_t done, std::int64_t total, std::string_view unit) {
  if (!IsDue()) return;
  const int share = ShareOf(done, total);
  Draw(Bar(share),
       absl::StrFormat("%3d%%  %s: %d of %d %s", share, std::string(what), done, total, std::string(unit)));
}

void Progress::ShowCount(std::string_view what, std::int64_t done, std::string_view unit) {
  if (IsDue()) Draw("", StrCat(what, ": ", done, " ", unit));
}

bool Progress::IsDue() {
  const SteadyTime now = now_();
  if (now - shown_ < (terminal_ ? kBetweenDrawings : kBetweenLines)) return false;
  shown_ = now;
  return true;
}

void Progress::Draw(const std::string& bar, const std::string& text) {
  if (terminal_) {
    out_ << kEraseLine << bar << text << std::flush;
    drawn_ = true;
  } else {
    out_ << text << '\n' << std::flush;
  }
}

void Progress::Clear() {
  if (!drawn_) return;
  out_ << kEraseLine << std::flush;
  drawn_ = false;
}

}  // namespace keelson
