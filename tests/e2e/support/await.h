#pragma once

#include <chrono>
#include <thread>

namespace keelson::e2e {

// Timeout for an event that a test expects. It is long because test machines are busy.
inline constexpr std::chrono::seconds kPatience{30};
inline constexpr std::chrono::milliseconds kPollInterval{5};

// Polls until `condition` is true; returns false after the timeout.
template <typename Condition>
bool Await(const Condition& condition, std::chrono::milliseconds patience = kPatience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

}  // namespace keelson::e2e
