#include "adapters/payments/sandbox/sandbox_behavior.h"

#include <utility>

namespace keelson {
namespace {

// adapters/payments/README.md documents the names. kSettles needs no name in the table, because it is the
// default.
constexpr std::pair<std::string_view, SandboxBehavior> kBehaviors[] = {
    {"declines", SandboxBehavior::kDeclines},
    {"pending_settles", SandboxBehavior::kPendingSettles},
    {"pending_fails", SandboxBehavior::kPendingFails},
    {"pays_then_times_out", SandboxBehavior::kPaysThenTimesOut},
    {"answers_late", SandboxBehavior::kAnswersLate},
    {"limits_rate", SandboxBehavior::kLimitsRate},
};

}  // namespace

SandboxBehavior BehaviorOf(std::string_view payment_reference) {
  for (const auto& [name, behavior] : kBehaviors) {
    if (payment_reference.starts_with(name)) return behavior;
  }
  return SandboxBehavior::kSettles;
}

}  // namespace keelson
