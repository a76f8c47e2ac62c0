#pragma once

#include <chrono>
#include <thread>

namespace keelson::servers {

// Timeout of Await. Long, because test machines may be busy.
inline constexpr std::chrono::seconds kPatience{60};
inline constexpr std::chrono::milliseconds kPollInterval{10};

// Polls `condition`. Returns false if it is still false after kPatience. Blocks.
template <typename Condition>
bool Await(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

}  // namespace keelson::servers
