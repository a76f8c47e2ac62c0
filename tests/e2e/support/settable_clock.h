#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "tests/e2e/support/child_process.h"
#include "tests/e2e/support/folder.h"

namespace keelson::e2e {

// The system's clock as processes see it that are started with `options`, to be set while they run. Nobody
// else's clock changes.
class SettableClock {
 public:
  explicit SettableClock(const Folder& folder);
  ~SettableClock();
  SettableClock(const SettableClock&) = delete;
  SettableClock& operator=(const SettableClock&) = delete;

  ChildProcess::Options options() const;
  // Forward, or back where `by` is negative.
  void Step(std::chrono::nanoseconds by);

 private:
  const std::filesystem::path path_;
  std::int64_t* offset_;
};

}  // namespace keelson::e2e
