#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "core/accounts/password_hasher.h"
#include "core/common/deadline.h"
#include "core/common/strings.h"

namespace keelson {

// A hasher that costs nothing and counts its calls. Set the members before it is used by other threads.
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
  // What happens elsewhere while the password is being hashed.
  std::function<void()> before_hash;

 private:
  // Not the password: what a test finds of that was stored by mistake.
  static std::string Phc(const Secret& password) {
    return StrCat("$fake$", std::hash<std::string_view>()(password.Reveal()));
  }
};

}  // namespace keelson
