#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "core/accounts/password_hasher.h"
#include "core/common/deadline.h"
#include "core/common/strings.h"

namespace keelson {

// A password hasher that takes no time and counts the calls of Hash. Set the members before other threads use
// it.
class FakePasswordHasher : public PasswordHasher {
 public:
  absl::StatusOr<std::string> Hash(const Secret& password, Deadline /*deadline*/) override {
    ++hashes;
    if (!failure.ok()) return failure;
    if (before_hash) before_hash();
    return Phc(password);
  }

  absl::StatusOr<bool> Verify(const Secret& password, std::string_view phc, Deadline /*deadline*/) override {
    return phc == Phc(password);
  }

  std::atomic<int> hashes = 0;
  absl::Status failure;
  // Called during each hash, to simulate concurrent events.
  std::function<void()> before_hash;

 private:
  // Returns the hash of the password. The hash does not contain the password, so that a test can detect a
  // stored password.
  static std::string Phc(const Secret& password) {
    return StrCat("$fake$", std::hash<std::string_view>()(password.Reveal()));
  }
};

}  // namespace keelson
