// E-mails with a link that contains a single token.
#pragma once

#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/accounts/user.h"
#include "core/accounts/user_repository.h"
#include "core/common/context.h"
#include "core/common/entropy.h"
#include "core/common/found.h"
#include "core/common/id.h"
#include "core/common/sha256.h"
#include "core/notifications/message.h"
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

// Generates a token, replaces the digest of the user's previous token of this purpose in the store, and
// cancels the user's queued e-mails of this template. Returns the variables of the e-mail with the token.
// `new_email`: see EmailToken.
absl::StatusOr<TemplateVariables> IssueToken(WriteTransaction& tx, Entropy& entropy, const TokenMail& mail,
                                             const User& user, std::string_view new_email, absl::Time now);

// Issues a token and queues the e-mail with the token to the user's address.
absl::Status QueueTokenMail(WriteTransaction& tx, const CallContext& context, Entropy& entropy,
                            IdGenerator& ids, const TokenMail& mail, const User& user, absl::Time now);

// Deletes the user's token of this purpose, if any, and cancels the queued e-mails of its template.
absl::Status RevokeToken(WriteTransaction& tx, UserId user_id, TokenPurpose purpose,
                         std::string_view template_name, absl::Time now);

struct TokenOwner {
  EmailToken token;
  User user;
};

// Finds a token of this purpose with its user, and locks both. Returns nullopt if the token is unknown, of
// another purpose or expired, or if the user's address has changed since the token was sent.
Found<TokenOwner> FindTokenOwner(WriteTransaction& tx, const Sha256Digest& digest, TokenPurpose purpose,
                                 absl::Time now);

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
