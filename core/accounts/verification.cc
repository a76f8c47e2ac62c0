#include "core/accounts/verification.h"

#include <array>
#include <cstddef>

#include "absl/strings/escaping.h"
#include "core/accounts/notify_user.h"
#include "core/accounts/user_repository.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/notifications/message_repository.h"
#include "core/store/idempotent_execution.h"

namespace keelson {

std::string NewToken(Entropy& entropy) {
  std::array<std::byte, 32> bytes;
  entropy.Fill(bytes);
  return absl::WebSafeBase64Escape(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

Fingerprint AddressCooldown(std::string_view email_key) {
  return FingerprintOf(StrCat("address ", email_key));
}

Fingerprint AccountCooldown(UserId user_id) {
  return FingerprintOf(StrCat("account ", user_id.ToString()));
}

absl::Status VerificationMail::Queue(WriteTransaction& tx, const CallContext& context, const User& user,
                                     absl::Time now) {
  const std::string token = NewToken(entropy_);
  const absl::Time expire_time = now + policy_.verification_ttl;
  RETURN_IF_ERROR(
      tx.tokens().Put({Sha256(token), user->id, TokenPurpose::kVerifyEmail, user->email_key, expire_time}));
  RETURN_IF_ERROR(tx.messages().Supersede(user->id, "verify_email", now));
  return NotifyUser(
      tx, context, ids_, "verify_email", user,
      {{"token", token}, {"expire_hours", StrCat(absl::ToInt64Hours(policy_.verification_ttl))}}, now,
      expire_time);
}

}  // namespace keelson
