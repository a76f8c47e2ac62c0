#include "core/sessions/sign_in_attempt.h"

#include <algorithm>

#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"
#include "core/events/event_repository.h"

namespace keelson {
namespace {

Fingerprint AccountKey(const EmailAddress& email) {
  return FingerprintOf(StrCat("sign-in address ", email.key()));
}

Fingerprint NetworkKey(const IpAddress& ip_address) {
  return FingerprintOf(StrCat("sign-in network ", ip_address.Network().ToString()));
}

Throttle NewThrottle(const Fingerprint& key) {
  Throttle throttle;
  throttle.key = key;
  return throttle;
}

}  // namespace

SignInAttempt::SignInAttempt(const EmailAddress& email, const std::optional<IpAddress>& ip_address) {
  limits_.push_back({&kAccountThrottle, "account", NewThrottle(AccountKey(email))});
  if (ip_address) limits_.push_back({&kNetworkThrottle, "network", NewThrottle(NetworkKey(*ip_address))});
}

absl::StatusOr<absl::Duration> SignInAttempt::Count(WriteTransaction& tx, absl::Time now) {
  absl::Duration delay = absl::ZeroDuration();
  for (Limit& limit : limits_) {
    const Fingerprint key = limit.counted.key;
    ASSIGN_OR_RETURN(const std::optional<Throttle> stored, tx.throttles().FindForUpdate(key));
    limit.counted = stored.value_or(NewThrottle(key));
    delay = std::max(delay, RemainingDelay(*limit.rule, limit.counted, now));
  }
  if (delay > absl::ZeroDuration()) return delay;
  for (Limit& limit : limits_) {
    CountAttempt(*limit.rule, limit.counted, now);
    RETURN_IF_ERROR(tx.throttles().Put(limit.counted));
  }
  return delay;
}

absl::Status SignInAttempt::Succeed(WriteTransaction& tx, absl::Time now) const {
  for (const Limit& limit : limits_) {
    const bool account = limit.rule == &kAccountThrottle;
    RETURN_IF_ERROR(account ? tx.throttles().Delete(limit.counted.key) : TakeBack(limit, tx, now));
  }
  return absl::OkStatus();
}

absl::Status SignInAttempt::TakeBack(WriteTransaction& tx, absl::Time now) const {
  for (const Limit& limit : limits_) RETURN_IF_ERROR(TakeBack(limit, tx, now));
  return absl::OkStatus();
}

absl::Status SignInAttempt::TakeBack(const Limit& limit, WriteTransaction& tx, absl::Time now) {
  ASSIGN_OR_RETURN(std::optional<Throttle> throttle, tx.throttles().FindForUpdate(limit.counted.key));
  if (!throttle) return absl::OkStatus();
  TakeBackAttempt(*limit.rule, limit.counted, *throttle, now);
  return throttle->failures == 0 ? tx.throttles().Delete(throttle->key) : tx.throttles().Put(*throttle);
}

absl::Status SignInAttempt::RecordDelays(WriteTransaction& tx, const CallContext& context, UserId user_id,
                                         absl::Time now) const {
  const std::string subject = user_id.is_nil() ? "" : user_id.ToString();
  for (const Limit& limit : limits_) {
    const absl::Duration delay = RemainingDelay(*limit.rule, limit.counted, now);
    if (delay == absl::ZeroDuration()) continue;
    EventPayload payload;
    payload.Add("scope", limit.scope);
    payload.Add("failures", limit.counted.failures).Add("delay_seconds", absl::ToInt64Seconds(delay));
    RETURN_IF_ERROR(tx.events().Append(
        MakeEvent("sign_in.throttled", subject, user_id, context, now, std::move(payload))));
  }
  return absl::OkStatus();
}

EmailAddress AddressOf(const User& user) {
  return EmailAddress::Parse(user->email).value_or(EmailAddress());
}

absl::Status ClearThrottle(WriteTransaction& tx, const User& user) {
  return tx.throttles().Delete(AccountKey(AddressOf(user)));
}

absl::Status SignInThrottled(absl::Duration delay) {
  ErrorDetails details;
  details.reason = Reason::kSignInThrottled;
  details.retry_after = delay;
  return MakeError(details,
                   "too many failed sign-ins: try again after the delay in RetryInfo, or reset the password");
}

}  // namespace keelson
