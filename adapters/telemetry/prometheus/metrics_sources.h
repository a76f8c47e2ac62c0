#pragma once

#include "core/accounts/account_counters.h"
#include "core/accounts/password_hasher.h"
#include "core/notifications/provider_status.h"
#include "core/sessions/count_sessions.h"
#include "core/sessions/sign_in_counters.h"

namespace keelson {

// The objects whose state the metrics show. Each read is thread-safe and does not block.
struct MetricsSources {
  const ProviderStatuses& providers;
  const AccountCounters& accounts;
  const SignInCounters& sign_ins;
  const CountSessions& sessions;
  const PasswordHasher& hasher;
};

}  // namespace keelson
