#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <utility>

#include "core/accounts/password_hasher.h"
#include "core/common/deadline.h"
#include "core/common/strings.h"

namespace keelson {

// A password hasher that takes no time and counts the calls of Hash and Verify. Set the members before other
// threads use it.
class FakePasswordHasher : public PasswordHasher {
 public:
  absl::StatusOr<std::string> Hash(const Secret& password, Deadline /*deadline*/) override {
    ++hashes;
    if (!failure.ok()) return failure;
    if (before_hash) before_hash();
    return Phc(password);
  }

  absl::StatusOr<bool> Verify(const Secret& password, std::string_view phc, Deadline /*deadline*/) override {
    ++verifications;
    if (!failure.ok()) return failure;
    const bool same = phc == Phc(password) || phc == WeakPhc(password);
    if (before_verify_returns) std::exchange(before_verify_returns, nullptr)();
    return same;
  }

  bool NeedsRehash(std::string_view phc) const override { return phc.starts_with(kWeak); }

  // A hash of the password that Verify accepts and that needs a rehash.
  static std::string WeakPhc(const Secret& password) { return StrCat(kWeak, Phc(password)); }

  std::atomic<int> hashes = 0;
  std::atomic<int> verifications = 0;
  absl::Status failure;
  // Called during each hash, to simulate concurrent events.
  std::function<void()> before_hash;
  // Called once, in the next verification, after the result is determined.
  std::function<void()> before_verify_returns;

 private:
  static constexpr std::string_view kWeak = "$weak";

  // Returns the hash of the password. The hash does not contain the password, so that a test can detect a
  // stored password.
  static std::string Phc(const Secret& password) {
    return StrCat("$fake$", std::hash<std::string_view>()(password.Reveal()));
  }
};

}  // namespace keelson
