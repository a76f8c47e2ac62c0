#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/folder.h"

namespace keelson::e2e {

// A system clock that a test can set. Processes that are started with options() use this clock; other
// processes use the real clock.
class SettableClock {
 public:
  explicit SettableClock(const Folder& folder);
  ~SettableClock();
  SettableClock(const SettableClock&) = delete;
  SettableClock& operator=(const SettableClock&) = delete;

  ChildProcess::Options options() const;
  // Sets the clock forward by `by`, or back if `by` is negative.
  void Step(std::chrono::nanoseconds by);

 private:
  const std::filesystem::path path_;
  std::int64_t* offset_;
};

}  // namespace keelson::e2e
