#pragma once

#include "core/accounts/account_counters.h"
#include "core/accounts/password_hasher.h"
#include "core/common/call_statistics.h"
#include "core/common/job_status.h"
#include "core/common/tracer.h"
#include "core/notifications/provider_status.h"
#include "core/refunds/payment_provider_status.h"
#include "core/refunds/receive_webhook.h"
#include "core/refunds/scheduled_reconciliation.h"
#include "core/sessions/count_sessions.h"
#include "core/sessions/sign_in_counters.h"

namespace keelson {

// The objects whose state the metrics show. Each read is thread-safe and does not block.
struct MetricsSources {
  const CallStatisticsSource& calls;
  const JobStatuses& jobs;
  // Null: the service sends no traces.
  const Tracer* tracer;
  const ProviderStatuses& email_providers;
  const PaymentProviderStatuses& payment_providers;
  const WebhookStatuses& webhooks;
  const ReconciliationStatuses& reconciliations;
  const AccountCounters& accounts;
  const SignInCounters& sign_ins;
  const CountSessions& sessions;
  const PasswordHasher& hasher;
};

}  // namespace keelson
