#pragma once

#include <utility>

#include "absl/status/status.h"
#include "adapters/telemetry/log/json_log.h"
#include "app/commands/config_options.h"
#include "app/config/changes.h"
#include "app/config/config.h"
#include "app/service.h"

namespace keelson {

// Reloads the configuration of a running service. Not thread-safe.
class Reload {
 public:
  // `config` is the current configuration of `service` and `log`, which must outlive this object.
  Reload(ConfigOptions options, Config config, Service& service, JsonLog& log)
      : options_(std::move(options)), config_(std::move(config)), service_(service), log_(log) {}

  // Loads the configuration again. Changed keys that are reloadable take effect; one warning names the
  // changed keys that need a restart. No key changes, and one error is logged, if the new configuration is
  // invalid, if applying only the reloadable keys would give an invalid configuration, or if the store can't
  // record a changed refund policy; the next call tries again. The TLS files are re-read in any case. Blocks
  // on files, and on the store if the refund policy changes.
  void operator()();

 private:
  void Load();
  void Reject(const absl::Status& cause);
  // Applies the reloadable keys. Changes no key if it returns an error.
  absl::Status Apply(const ConfigChanges& changes);
  absl::Status ChangeRefundPolicy(const RefundPolicy& policy);

  const ConfigOptions options_;
  Config config_;
  Service& service_;
  JsonLog& log_;
};

}  // namespace keelson
