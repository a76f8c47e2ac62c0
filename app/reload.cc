#include "app/reload.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "app/adapters.h"
#include "app/config/checks.h"
#include "app/service_manager.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {

void Reload::operator()() {
  // READY=1 ends a reload. It also means that the service has started, so that it must not be sent before the
  // service was SERVING.
  const bool ready = service_.ready();
  if (ready) NotifyReloading();
  service_.ReloadCertificates();
  Load();
  if (ready) NotifyServiceManager("READY=1");
}

void Reload::Load() {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options_);
  if (!loaded.ok()) return Reject(loaded.status());
  const Schema schema(BuiltInAdapters());
  const ConfigChanges changes = CompareConfigs(schema, config_, loaded->config);
  const std::vector<std::string> errors = CheckConfig(schema.checks(), changes.config);
  if (!errors.empty()) {
    return Reject(absl::InvalidArgumentError(StrCat(
        "restart the service to apply this change: applying only the reloadable keys would give an invalid "
        "configuration: ",
        absl::StrJoin(errors, "; "))));
  }
  if (const absl::Status status = Apply(changes); !status.ok()) Reject(status);
}

void Reload::Reject(const absl::Status& cause) {
  log_.Write(Severity::kError, "config.reload_failed", "the configuration was not reloaded",
             {{"error", std::string(cause.message())}});
}

absl::Status Reload::ChangeRefundPolicy(const RefundPolicy& policy) {
  const absl::Status status = service_.ChangeRefundPolicy(policy);
  if (status.ok()) return status;
  return absl::Status(
      status.code(),
      StrCat("the store did not record the change of the refund policy; reload again when the store works: ",
             status.message()));
}

absl::Status Reload::Apply(const ConfigChanges& changes) {
  ASSIGN_OR_RETURN(const Severity level, LogLevelOf(changes.config.telemetry));
  ASSIGN_OR_RETURN(const std::function<void()> set_authentication,
                   service_.PrepareAuthentication(changes.config.auth));
  // The last step that can fail, and the first that changes anything.
  RETURN_IF_ERROR(ChangeRefundPolicy(changes.config.refunds));
  set_authentication();
  log_.SetLevel(level);
  config_ = changes.config;
  log_.Write(Severity::kInfo, "config.reloaded", "the configuration was reloaded",
             {{"changed", absl::StrJoin(changes.reloaded, ", ")}});
  if (changes.after_restart.empty()) return absl::OkStatus();
  log_.Write(Severity::kWarning, "config.restart_needed",
             "some changed configuration keys take effect only after a restart",
             {{"keys", absl::StrJoin(changes.after_restart, ", ")}});
  return absl::OkStatus();
}

}  // namespace keelson
