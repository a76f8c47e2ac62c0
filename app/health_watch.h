#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/common/log.h"
#include "core/notifications/provider_status.h"
#include "core/refunds/payment_provider_status.h"
#include "core/refunds/scheduled_reconciliation.h"
#include "core/store/store.h"

namespace keelson {

// Updates the health service: the server is SERVING while the store is healthy, and "email.NAME" is
// NOT_SERVING while the circuit breaker of the e-mail provider is open, and "payments.NAME" while that of the
// payment provider is open. "payments.reconciliation" is NOT_SERVING while the last reconciliation has left
// differences between refunds and their providers. An open circuit breaker does not affect the server's own
// health: other providers send the messages, and refunds wait. Not thread-safe, except for NoteHang and
// ready.
class HealthWatch {
 public:
  static constexpr absl::Duration kInterval = absl::Seconds(1);
  // Timeout of one health check of the store.
  static constexpr absl::Duration kCheckTimeout = absl::Seconds(5);
  // A health check that runs longer than this has ignored its timeout; the health job then counts as stalled.
  static constexpr absl::Duration kLongestRun = absl::Seconds(10);

  // Sets the health of `part`, such as "email.smtp"; an empty `part` means the server as a whole.
  using SetServing = std::function<void(const std::string& part, bool serving)>;

  // `address` is logged as the address of the server.
  HealthWatch(Store& store, const ProviderStatuses& email_providers,
              const PaymentProviderStatuses& payment_providers, const ReconciliationStatuses& reconciliations,
              SetServing set_serving, std::string address, Log& log)
      : store_(store),
        email_providers_(email_providers),
        payment_providers_(payment_providers),
        reconciliations_(reconciliations),
        set_serving_(std::move(set_serving)),
        address_(std::move(address)),
        log_(log) {}

  // Checks the store and the providers once. Logs each change of the server's health, and notifies the
  // service manager when the server is SERVING for the first time. Always returns false (no more work); never
  // an error.
  absl::StatusOr<bool> operator()();
  // Sets the server NOT_SERVING until a check succeeds, because the store's health check hangs. Thread-safe.
  void NoteHang();

  // Whether the server has been SERVING and the service manager was notified (READY=1). Thread-safe.
  bool ready() const { return ready_; }

 private:
  void Serve() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Refuse(const absl::Status& cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReportProviders();

  Store& store_;
  const ProviderStatuses& email_providers_;
  const PaymentProviderStatuses& payment_providers_;
  const ReconciliationStatuses& reconciliations_;
  const SetServing set_serving_;
  const std::string address_;
  Log& log_;
  absl::Mutex mutex_;
  bool serving_ ABSL_GUARDED_BY(mutex_) = false;
  bool refusing_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<bool> ready_ = false;
};

}  // namespace keelson
