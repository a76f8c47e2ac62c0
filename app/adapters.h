// The adapters of this build, by the names that the configuration chooses them by. To add one, write its line
// in the tables of adapters.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/store/migrations/migrator.h"
#include "adapters/telemetry/log/json_log.h"
#include "app/config/config.h"
#include "app/config/schema.h"
#include "core/accounts/password_hasher.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/log.h"
#include "core/notifications/email_provider.h"
#include "core/notifications/message_renderer.h"
#include "core/refunds/payment_provider.h"
#include "core/store/export/bulk.h"
#include "core/store/store.h"

namespace keelson {

AdapterNames KnownAdapters();

// Checks for `config check` that depend on this machine, such as existing directories. `serve` reports the
// same errors at start. They open no connection and write nothing.
const std::vector<ConfigCheck>& MachineChecks();

// Each needs a configuration that LoadConfig has checked against KnownAdapters, and fails as its adapter
// does. The ports that are handed in outlive what is made.
std::unique_ptr<JsonLog> MakeLog(const Config& config);
Severity LogLevelOf(const TelemetryConfig& telemetry);
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const Config& config, Clock& clock);
absl::StatusOr<std::unique_ptr<PasswordHasher>> MakeHasher(const Config& config, Entropy& entropy);
absl::StatusOr<std::unique_ptr<MessageRenderer>> MakeRenderer(const Config& config);
// In failover order.
absl::StatusOr<std::vector<std::unique_ptr<EmailProvider>>> MakeEmailProviders(const Config& config,
                                                                               Log& log);
absl::StatusOr<std::unique_ptr<PaymentProvider>> MakePaymentProvider(const Config& config);

// The store by whole tables. INVALID_ARGUMENT naming the adapters that can be, where this one can't.
absl::StatusOr<std::unique_ptr<StoreExporter>> OpenBulkReader(const Config& config, BulkAccess access,
                                                              Clock& clock);
absl::StatusOr<std::unique_ptr<StoreImporter>> OpenBulkTarget(const Config& config, Clock& clock);
// Copies the store to the new file `copy`; INVALID_ARGUMENT saying by what else it is done where this can't.
absl::Status BackUpStore(const Config& config, const std::string& copy, Clock& clock,
                         const std::function<void(std::int64_t, std::int64_t)>& tell);
// Replaces the store by the backup; `replace` allows overwriting existing data. INVALID_ARGUMENT as
// BackUpStore.
absl::Status RestoreStore(const Config& config, const std::string& copy, bool replace, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& tell);

// Nothing where the store has no schema.
std::unique_ptr<Migrator> MakeMigrator(const Config& config, Clock& clock);

}  // namespace keelson
