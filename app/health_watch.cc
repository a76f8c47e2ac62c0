#include "app/health_watch.h"

#include "app/service_manager.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// A store that needs longer than this to say that it is well is not.
constexpr absl::Duration kCheckTimeout = absl::Seconds(5);

}  // namespace

absl::StatusOr<bool> HealthWatch::operator()() {
  TellProviders();
  const absl::Status status = store_.Check(Deadline::After(kCheckTimeout));
  if (status.ok() && !serving_) Serve();
  if (!status.ok() && !refusing_) Refuse(status);
  return false;
}

void HealthWatch::TellProviders() {
  for (const ProviderStatus& provider : providers_.ListProviders()) {
    server_.SetServing(StrCat("email.", provider.name), provider.circuit != CircuitState::kOpen);
  }
}

void HealthWatch::Serve() {
  server_.SetServing(true);
  serving_ = true;
  refusing_ = false;
  log_.Write(Severity::kInfo, "service.serving", "serving", {{"address", address_}});
  NotifyServiceManager("READY=1");
  ready_ = true;
}

void HealthWatch::Refuse(const absl::Status& cause) {
  server_.SetServing(false);
  serving_ = false;
  refusing_ = true;
  log_.Write(Severity::kError, "service.not_serving", "not serving: the store is not available",
             {{"error", std::string(cause.message())}});
}

}  // namespace keelson
