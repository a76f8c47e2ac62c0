#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace keelson {

// How a sign-in with valid fields ended.
enum class SignInOutcome {
  kOk,
  // The password is wrong, or no account holds the address.
  kCredentials,
  // The account exists, but is not active or has an unverified address that the policy rejects.
  kNotAllowed,
  kThrottled,
  // The queue of passwords to hash, or the store's queue, is full.
  kOverloaded,
  // The store failed, or the deadline expired.
  kError,
};

// The names of the outcomes in metrics, in the order of SignInOutcome.
inline constexpr std::array<std::string_view, 6> kSignInOutcomeNames = {
    "ok", "credentials", "not_allowed", "throttled", "overloaded", "error"};
static_assert(static_cast<std::size_t>(SignInOutcome::kError) + 1 == kSignInOutcomeNames.size());

// Numbers of sign-ins since the start of the process, indexed by SignInOutcome, for metrics. Thread-safe.
using SignInCounters = std::array<std::atomic<std::int64_t>, kSignInOutcomeNames.size()>;

}  // namespace keelson
