#include "app/adapters.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/str_join.h"
#include "adapters/email/file/file_email_provider.h"
#include "adapters/email/http/brevo_email_provider.h"
#include "adapters/email/http/mailgun_email_provider.h"
#include "adapters/email/http/postmark_email_provider.h"
#include "adapters/email/http/resend_email_provider.h"
#include "adapters/email/http/sendgrid_email_provider.h"
#include "adapters/email/http/ses_email_provider.h"
#include "adapters/email/log/log_email_provider.h"
#include "adapters/email/smtp/smtp_descriptor.h"
#include "adapters/email/templates/template_renderer.h"
#include "adapters/passwords/argon2/argon2_hasher.h"
#include "adapters/payments/braintree/braintree_payment_provider.h"
#include "adapters/payments/paypal/paypal_payment_provider.h"
#include "adapters/payments/recorded/recorded_payment_provider.h"
#include "adapters/payments/sandbox/sandbox_payment_provider.h"
#include "adapters/payments/stripe/stripe_payment_provider.h"
#include "adapters/store/memory/memory_descriptor.h"
#include "adapters/store/postgres/postgres_descriptor.h"
#include "adapters/store/sqlite/sqlite_descriptor.h"
#include "app/config/adapter_sections.h"
#include "app/config/product_name.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

// The descriptor and the settings of an adapter that the configuration selects.
template <typename Descriptor>
struct ChosenAdapter {
  const Descriptor& descriptor;
  const AdapterSettings& settings;
};

template <typename Descriptor>
absl::StatusOr<ChosenAdapter<Descriptor>> Find(const std::vector<Descriptor>& descriptors, const Port& port,
                                               const Config& config, std::string_view name) {
  for (const Descriptor& descriptor : descriptors) {
    const ConfigSection& section = descriptor.section;
    if (section.name == name) return ChosenAdapter{descriptor, SettingsOf(config, port, section)};
  }
  return absl::InvalidArgumentError(StrCat("this build has no adapter named ", name));
}

absl::StatusOr<ChosenAdapter<StoreDescriptor>> FindStore(const Config& config) {
  return Find(BuiltInAdapters().stores, kStorePort, config, config.store.adapter);
}

absl::Status BackupUnsupported(const StoreDescriptor& store, std::string_view command) {
  return absl::InvalidArgumentError(
      StrCat("store.adapter ", store.section.name, " does not support ", command,
             store.backup_tools.empty() ? "" : StrCat("; use ", store.backup_tools)));
}

absl::Status BulkUnsupported(const Config& config) {
  std::vector<std::string> supporting;
  for (const StoreDescriptor& store : BuiltInAdapters().stores) {
    if (store.open_exporter != nullptr) supporting.emplace_back(store.section.name);
  }
  return absl::InvalidArgumentError(
      StrCat("store.adapter ", config.store.adapter,
             " supports neither transfer nor verify; use one of: ", absl::StrJoin(supporting, ", ")));
}

struct LogLevel {
  std::string_view name;
  Severity severity;
};
constexpr LogLevel kLogLevels[] = {{"debug", Severity::kDebug},
                                   {"info", Severity::kInfo},
                                   {"warning", Severity::kWarning},
                                   {"error", Severity::kError}};

absl::StatusOr<LogFormat> ParseLogFormat(std::string_view name) {
  if (name == "json") return LogFormat::kJson;
  if (name == "text") return LogFormat::kText;
  return absl::InvalidArgumentError(StrCat("telemetry.log_format ", name, " must be one of: json, text"));
}

}  // namespace

const AdapterTable& BuiltInAdapters() {
  static const auto& adapters =
      *new AdapterTable{.stores = {DescribeSqlite(), DescribePostgres(), DescribeMemory()},
                        .email_providers = {DescribeFileEmail(), DescribeLogEmail(), DescribeSmtp(),
                                            DescribeSendGrid(), DescribePostmark(), DescribeSes(),
                                            DescribeMailgun(), DescribeResend(), DescribeBrevo()},
                        .payment_providers = {DescribeRecordedPayments(), DescribeStripe(), DescribePayPal(),
                                              DescribeBraintree(), DescribeSandboxPayments()}};
  return adapters;
}

absl::StatusOr<Severity> LogLevelOf(const TelemetryConfig& telemetry) {
  const auto* level = std::ranges::find(kLogLevels, telemetry.log_level, &LogLevel::name);
  if (level != std::end(kLogLevels)) return level->severity;
  return absl::InvalidArgumentError(
      StrCat("telemetry.log_level ", telemetry.log_level, " must be one of: debug, info, warning, error"));
}

absl::StatusOr<std::unique_ptr<JsonLog>> MakeLog(const Config& config) {
  LogOptions options;
  ASSIGN_OR_RETURN(options.level, LogLevelOf(config.telemetry));
  ASSIGN_OR_RETURN(options.format, ParseLogFormat(config.telemetry.log_format));
  return std::make_unique<JsonLog>(options);
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const Config& config, Clock& clock) {
  ASSIGN_OR_RETURN(const auto store, FindStore(config));
  return store.descriptor.open(store.settings, config.store.migrate, clock);
}

absl::StatusOr<std::unique_ptr<StoreExporter>> OpenStoreExporter(const Config& config, BulkAccess access,
                                                                 Clock& clock) {
  ASSIGN_OR_RETURN(const auto store, FindStore(config));
  if (store.descriptor.open_exporter == nullptr) return BulkUnsupported(config);
  return store.descriptor.open_exporter(store.settings, access, clock);
}

absl::StatusOr<std::unique_ptr<StoreImporter>> OpenStoreImporter(const Config& config, Clock& clock) {
  ASSIGN_OR_RETURN(const auto store, FindStore(config));
  if (store.descriptor.open_importer == nullptr) return BulkUnsupported(config);
  return store.descriptor.open_importer(store.settings, clock);
}

absl::StatusOr<std::unique_ptr<Migrator>> MakeMigrator(const Config& config, Clock& clock) {
  ASSIGN_OR_RETURN(const auto store, FindStore(config));
  if (store.descriptor.create_migrator != nullptr) {
    return store.descriptor.create_migrator(store.settings, clock);
  }
  return absl::InvalidArgumentError(
      StrCat("store.adapter ", config.store.adapter, " has no schema to migrate"));
}

absl::Status BackUpStore(const Config& config, const std::string& path, Clock& clock,
                         const CopyProgress& progress) {
  ASSIGN_OR_RETURN(const auto store, FindStore(config));
  if (store.descriptor.back_up != nullptr) {
    return store.descriptor.back_up(store.settings, path, clock, progress);
  }
  return BackupUnsupported(store.descriptor, "backup");
}

absl::StatusOr<std::string> RestoreStore(const Config& config, const RestoreRequest& request, Clock& clock,
                                         const CopyProgress& progress) {
  ASSIGN_OR_RETURN(const auto store, FindStore(config));
  if (store.descriptor.restore != nullptr) {
    return store.descriptor.restore(store.settings, request, clock, progress);
  }
  return BackupUnsupported(store.descriptor, "restore");
}

absl::StatusOr<std::unique_ptr<PasswordHasher>> MakeHasher(const Config& config, Entropy& entropy) {
  const PasswordsConfig& passwords = config.passwords;
  Argon2Options options;
  options.memory_bytes = static_cast<std::uint64_t>(passwords.argon2_memory.bytes);
  options.iterations = static_cast<std::uint32_t>(passwords.argon2_iterations);
  options.parallelism = static_cast<std::uint32_t>(passwords.argon2_parallelism);
  options.memory_budget_bytes = static_cast<std::uint64_t>(passwords.memory_budget.bytes);
  options.queue = static_cast<std::size_t>(passwords.queue);
  return Argon2Hasher::Create(options, entropy);
}

absl::StatusOr<std::unique_ptr<MessageRenderer>> MakeRenderer(const Config& config, Log& log) {
  TemplateOptions options;
  options.link_base = config.email.link_base;
  options.product = ProductName(config.email);
  options.directory = config.email.templates;
  options.log = &log;
  return TemplateRenderer::Create(options);
}

absl::StatusOr<std::vector<std::unique_ptr<EmailProvider>>> MakeEmailProviders(const Config& config,
                                                                               Log& log) {
  std::vector<std::unique_ptr<EmailProvider>> providers;
  for (const std::string& name : config.email.providers) {
    ASSIGN_OR_RETURN(const auto chosen, Find(BuiltInAdapters().email_providers, kEmailPort, config, name));
    ASSIGN_OR_RETURN(auto provider, chosen.descriptor.create(chosen.settings, log));
    providers.push_back(std::move(provider));
  }
  return providers;
}

absl::StatusOr<std::vector<std::unique_ptr<PaymentProvider>>> MakePaymentProviders(const Config& config,
                                                                                   Log& log) {
  std::vector<std::unique_ptr<PaymentProvider>> providers;
  for (const std::string& name : config.payments.providers) {
    ASSIGN_OR_RETURN(const auto chosen,
                     Find(BuiltInAdapters().payment_providers, kPaymentsPort, config, name));
    ASSIGN_OR_RETURN(auto provider, chosen.descriptor.create(chosen.settings));
    const std::string_view warning = chosen.descriptor.start_warning;
    if (!warning.empty())
      log.Write(Severity::kWarning, "payments.test_provider", warning, {{"provider", name}});
    providers.push_back(std::move(provider));
  }
  return providers;
}

}  // namespace keelson
