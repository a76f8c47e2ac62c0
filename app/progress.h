#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string_view>

#include "core/common/steady_time.h"

namespace keelson {

// Shows how far long work has come: on a terminal a bar that is drawn over again, elsewhere a line now and
// then. For one thread.
class Progress {
 public:
  // On standard error.
  Progress();
  // `now` and `out` must outlive it.
  Progress(std::ostream& out, bool terminal, std::function<SteadyTime()> now);
  // Takes the bar away.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `what` is under way, `done` of `total` units.
  void Show(std::string_view what, std::int64_t done, std::int64_t total, std::string_view unit);
  // Before something else is written to the terminal.
  void Clear();

 private:
  std::ostream& out_;
  const bool terminal_;
  const std::function<SteadyTime()> now_;
  SteadyTime shown_;
  bool drawn_ = false;
};

}  // namespace keelson
