#pragma once

#include <chrono>
#include <thread>

namespace keelson::servers {

// Generous: machines that run tests are busy.
inline constexpr std::chrono::seconds kPatience{60};
inline constexpr std::chrono::milliseconds kBetweenLooks{10};

// Whether `condition` became true in time.
template <typename Condition>
bool Await(const Condition& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return true;
}

}  // namespace keelson::servers
