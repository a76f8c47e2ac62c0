// Creates the adapters that the configuration selects. To add an adapter, add its descriptor to the table in
// adapters.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/store/migrations/migrator.h"
#include "adapters/support/descriptors/store_descriptor.h"
#include "adapters/telemetry/log/json_log.h"
#include "app/config/adapter_table.h"
#include "app/config/config.h"
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

const AdapterTable& BuiltInAdapters();

// Each function below requires a configuration that LoadConfig returned, and returns the adapter's error if
// the adapter fails. Ports passed as references must outlive the returned object.
absl::StatusOr<std::unique_ptr<JsonLog>> MakeLog(const Config& config);
absl::StatusOr<Severity> LogLevelOf(const TelemetryConfig& telemetry);
absl::StatusOr<std::unique_ptr<Store>> OpenStore(const Config& config, Clock& clock);
absl::StatusOr<std::unique_ptr<PasswordHasher>> MakeHasher(const Config& config, Entropy& entropy);
absl::StatusOr<std::unique_ptr<MessageRenderer>> MakeRenderer(const Config& config, Log& log);
// Returns the providers in failover order (the order of email.providers).
absl::StatusOr<std::vector<std::unique_ptr<EmailProvider>>> MakeEmailProviders(const Config& config,
                                                                               Log& log);
// Returns the providers in the order of payments.providers, and logs a warning for each provider that is not
// meant for production.
absl::StatusOr<std::vector<std::unique_ptr<PaymentProvider>>> MakePaymentProviders(const Config& config,
                                                                                   Log& log);

// The functions below return INVALID_ARGUMENT if the selected store does not support the operation.
absl::StatusOr<std::unique_ptr<StoreExporter>> OpenStoreExporter(const Config& config, BulkAccess access,
                                                                 Clock& clock);
absl::StatusOr<std::unique_ptr<StoreImporter>> OpenStoreImporter(const Config& config, Clock& clock);
absl::StatusOr<std::unique_ptr<Migrator>> MakeMigrator(const Config& config, Clock& clock);
// Copies the store to the new file `path`.
absl::Status BackUpStore(const Config& config, const std::string& path, Clock& clock,
                         const CopyProgress& progress);
// Replaces the store with a backup and returns the name of the database.
absl::StatusOr<std::string> RestoreStore(const Config& config, const RestoreRequest& request, Clock& clock,
                                         const CopyProgress& progress);

}  // namespace keelson
