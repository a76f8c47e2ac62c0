#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>

#include "core/common/steady_time.h"

namespace keelson {

// Reports the progress of a long operation: a progress bar on a terminal, otherwise one line every 10 s. Not
// thread-safe.
class Progress {
 public:
  // Writes to standard error.
  Progress();
  // Writes to `out`, which must outlive this object. `now` returns the current time.
  Progress(std::ostream& out, bool terminal, std::function<SteadyTime()> now);
  // Erases the progress bar.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // Shows that `done` of `total` units of the operation `what` are complete, such as 7 of 20 "pages".
  void Show(std::string_view what, std::int64_t done, std::int64_t total, std::string_view unit);
  // Like Show, for an operation whose total is unknown.
  void ShowCount(std::string_view what, std::int64_t done, std::string_view unit);
  // Erases the progress bar. Call before writing anything else to the terminal.
  void Clear();

 private:
  // Returns whether enough time has passed since the last drawing.
  bool IsDue();
  void Draw(const std::string& bar, const std::string& text);

  std::ostream& out_;
  const bool terminal_;
  const std::function<SteadyTime()> now_;
  SteadyTime shown_;
  bool drawn_ = false;
};

}  // namespace keelson
