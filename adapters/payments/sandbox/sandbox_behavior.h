#pragma once

#include <string_view>

namespace keelson {

// How the sandbox treats a refund.
enum class SandboxBehavior {
  kSettles,
  kDeclines,
  kPendingSettles,
  kPendingFails,
  kPaysThenTimesOut,
  kAnswersLate,
  kLimitsRate,
};

// Returns the behavior whose name the payment reference begins with, such as "declines" or "declines-42".
// kSettles if the reference begins with no name.
SandboxBehavior BehaviorOf(std::string_view payment_reference);

}  // namespace keelson
