#include "app/reload.h"

#include <string>
#include <vector>

#include "absl/strings/str_join.h"
#include "app/adapters.h"
#include "app/config/checks.h"
#include "app/service_manager.h"
#include "core/common/strings.h"

namespace keelson {

void Reload::operator()() {
  // A service that has not been ready must not be told to be so by the end of its reload.
  const bool ready = service_.ready();
  if (ready) NotifyReloading();
  service_.ReloadCertificates();
  Load();
  if (ready) NotifyServiceManager("READY=1");
}

void Reload::Load() {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfig(options_);
  if (!loaded.ok()) {
    const absl::string_view mistakes = loaded.status().message();
    return Refuse({mistakes.data(), mistakes.size()});
  }
  const ConfigChanges changes = CompareConfigs(Schema(KnownAdapters()), config_, loaded->config);
  const std::vector<std::string> mistakes = CheckConfig(changes.config);
  if (!mistakes.empty()) {
    return Refuse(StrCat("the changes need a restart, because without one ", absl::StrJoin(mistakes, "; ")));
  }
  Apply(changes);
}

void Reload::Refuse(std::string_view mistakes) {
  log_.Write(Severity::kError, "config.reload_failed", "the configuration is mistaken and was not reloaded",
             {{"error", mistakes}});
}

void Reload::Apply(const ConfigChanges& changes) {
  if (const absl::Status status = service_.SetAuthentication(changes.config.auth); !status.ok()) {
    return Refuse({status.message().data(), status.message().size()});
  }
  log_.SetLevel(LogLevelOf(changes.config.telemetry));
  config_ = changes.config;
  log_.Write(Severity::kInfo, "config.reloaded", "the configuration was reloaded",
             {{"changed", absl::StrJoin(changes.reloaded, ", ")}});
  if (changes.after_restart.empty()) return;
  log_.Write(Severity::kWarning, "config.restart_needed", "changed keys take effect after a restart",
             {{"keys", absl::StrJoin(changes.after_restart, ", ")}});
}

}  // namespace keelson
