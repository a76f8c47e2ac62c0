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
    if (!CostsLikeNewHash(phc)) ++imported_verifications;
    if (!failure.ok()) return failure;
    const bool same = phc == Phc(password) || phc == ImportedPhc(password);
    if (before_verify_returns) std::exchange(before_verify_returns, nullptr)();
    return same;
  }

  bool NeedsRehash(std::string_view phc) const override { return !phc.starts_with("$fake$"); }

  bool CostsLikeNewHash(std::string_view phc) const override { return !NeedsRehash(phc); }

  absl::Status CheckHash(std::string_view phc) const override {
    if (phc.starts_with("$fake$") || phc.starts_with("$imported$")) return absl::OkStatus();
    return absl::InvalidArgumentError("must begin with $fake$ or $imported$");
  }

  std::string DummyHash() const override { return "$fake$dummy"; }
  absl::Status CheckQueue() const override { return queue; }
  HashLoad load() const override { return current_load; }

  // Returns a hash of another system, which Verify accepts and NeedsRehash reports.
  static std::string ImportedPhc(const Secret& password) { return StrCat("$imported", Phc(password)); }

  std::atomic<int> hashes = 0;
  std::atomic<int> verifications = 0;
  // The verifications of hashes of another system, which `verifications` includes.
  std::atomic<int> imported_verifications = 0;
  HashLoad current_load;
  absl::Status queue;
  absl::Status failure;
  // Called during each hash, to simulate concurrent events.
  std::function<void()> before_hash;
  // Called once, in the next verification, after the result is determined.
  std::function<void()> before_verify_returns;

 private:
  // Returns the hash of the password. The hash does not contain the password, so that a test can detect a
  // stored password.
  static std::string Phc(const Secret& password) {
    return StrCat("$fake$", std::hash<std::string_view>()(password.Reveal()));
  }
};

}  // namespace keelson
