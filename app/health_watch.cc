#include "app/health_watch.h"

#include "app/service_manager.h"
#include "core/common/strings.h"

namespace keelson {

absl::StatusOr<bool> HealthWatch::operator()() {
  ReportProviders();
  const absl::Status status = store_.Check(Deadline::After(kCheckTimeout));
  const absl::MutexLock lock(&mutex_);
  if (status.ok() && !serving_) Serve();
  if (!status.ok() && !refusing_) Refuse(status);
  return false;
}

void HealthWatch::NoteHang() {
  const absl::MutexLock lock(&mutex_);
  if (!refusing_) Refuse(absl::UnavailableError("the health check of the store did not return in time"));
}

void HealthWatch::ReportProviders() {
  for (const ProviderStatus& provider : email_providers_.ListProviders()) {
    set_serving_(StrCat("email.", provider.name), provider.circuit != CircuitState::kOpen);
  }
  for (const PaymentProviderStatus& provider : payment_providers_.ListPaymentProviders()) {
    set_serving_(StrCat("payments.", provider.name), provider.circuit != CircuitState::kOpen);
  }
  set_serving_("payments.reconciliation", reconciliations_.LastReconciliation().last.differences == 0);
}

void HealthWatch::Serve() {
  set_serving_("", true);
  serving_ = true;
  refusing_ = false;
  log_.Write(Severity::kInfo, "service.serving", "the service is SERVING", {{"address", address_}});
  NotifyServiceManager("READY=1");
  ready_ = true;
}

void HealthWatch::Refuse(const absl::Status& cause) {
  set_serving_("", false);
  serving_ = false;
  refusing_ = true;
  log_.Write(Severity::kError, "service.not_serving",
             "the service is NOT_SERVING: the health check of the store failed",
             {{"error", std::string(cause.message())}});
}

}  // namespace keelson
