// E-mails with a link that contains a single token.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/common/id.h"
#include "core/store/idempotency.h"
#include "core/store/store.h"

namespace keelson {

// Returns 256 random bits in base64url, for links.
std::string NewToken(Entropy& entropy);

struct TokenMail {
  std::string_view template_name;
  TokenPurpose purpose = TokenPurpose::kVerifyEmail;
  // Lifetime of the token.
  absl::Duration ttl;
};

// Generates a token for the user's address, replaces the digest of the user's previous token of this purpose
// in the store, and queues the e-mail with the token. Cancels the user's queued e-mails of this template.
absl::Status QueueTokenMail(WriteTransaction& tx, const CallContext& context, Entropy& entropy,
                            IdGenerator& ids, const TokenMail& mail, const User& user, absl::Time now);

// Return the keys of the cooldowns between e-mails that any caller can trigger. An address has a cooldown
// whether or not an account holds the address. Each template has its own cooldowns: otherwise a caller that
// requests e-mails of another template could suppress a user's password reset.
Fingerprint AddressCooldown(std::string_view template_name, std::string_view email_key);
Fingerprint AccountCooldown(std::string_view template_name, UserId user_id);

// Ends the cooldowns of the user's address and account.
absl::Status ClearCooldowns(WriteTransaction& tx, const User& user);

// Serves a call that asks for an e-mail of the template to an address: calls `queue` in a Write if an active
// account holds the address, `wanted` returns true, and no cooldown of the address or of the account is
// active. Starts the cooldowns. Returns OK whether or not `queue` is called, so that the response does not
// reveal whether an account holds the address. FIELD_INVALID if `email` is not a valid address.
absl::Status RequestMail(Store& store, const CallContext& context, std::string_view template_name,
                         std::string_view email, absl::Time now, absl::Duration cooldown,
                         absl::FunctionRef<bool(const User&)> wanted,
                         absl::FunctionRef<absl::Status(WriteTransaction&, const User&)> queue);

}  // namespace keelson
