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

  // Reads the sources of the configuration again. The keys that reload take effect; one warning names those
  // that need a restart. If a source is invalid, or the keys that reload conflict with those that do not, one
  // error is logged and no key changes. The TLS files are re-read in any case. Blocks on files.
  void operator()();

 private:
  void Load();
  void Reject(const absl::Status& cause);
  // On error the configuration is unchanged.
  absl::Status Apply(const ConfigChanges& changes);

  const ConfigOptions options_;
  Config config_;
  Service& service_;
  JsonLog& log_;
};

}  // namespace keelson
