#include "app/adapters.h"

#include <algorithm>
#include <string>
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
#include "adapters/email/smtp/smtp_email_provider.h"
#include "adapters/email/templates/template_renderer.h"
#include "adapters/passwords/argon2/argon2_hasher.h"
#include "adapters/payments/recorded/recorded_payment_provider.h"
#include "adapters/store/memory/memory_store.h"
#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "adapters/store/postgres/postgres_store.h"
#include "adapters/store/sqlite/sqlite_backup.h"
#include "adapters/store/sqlite/sqlite_bulk.h"
#include "adapters/store/sqlite/sqlite_migrator.h"
#include "adapters/store/sqlite/sqlite_restore.h"
#include "adapters/store/sqlite/sqlite_store.h"
#include "adapters/telemetry/log/json_log.h"
#include "app/config/product_name.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

template <typename Port, typename... Arguments>
struct Adapter {
  std::string_view name;
  absl::StatusOr<std::unique_ptr<Port>> (*make)(const Config&, Arguments...);
};

absl::StatusOr<std::unique_ptr<Store>> OpenSqlite(const Config& config, Clock& clock) {
  SqliteOptions options;
  options.path = config.store.sqlite.path;
  options.migrate = config.store.migrate;
  options.group_commit = static_cast<std::size_t>(config.store.sqlite.group_commit);
  return SqliteStore::Open(options, clock);
}

absl::StatusOr<std::unique_ptr<Store>> OpenPostgres(const Config& config, Clock& clock) {
  PostgresOptions options;
  options.url = config.store.postgres.url;
  options.migrate = config.store.migrate;
  options.pool_size = static_cast<std::size_t>(config.store.postgres.pool_size);
  options.prepared_statements = config.store.postgres.prepared_statements;
  return PostgresStore::Open(options, clock);
}

absl::StatusOr<std::unique_ptr<Store>> OpenMemory(const Config&, Clock&) {
  return std::make_unique<MemoryStore>();
}

PgConnection::Options PostgresConnection(const Config& config) {
  return {config.store.postgres.url, config.store.postgres.prepared_statements};
}

absl::StatusOr<std::unique_ptr<StoreExporter>> ReadSqlite(const Config& config, BulkAccess access,
                                                          Clock& clock) {
  return SqliteBulk::OpenReader(config.store.sqlite.path, access, clock);
}

absl::StatusOr<std::unique_ptr<StoreImporter>> FillSqlite(const Config& config, Clock& clock) {
  return SqliteBulk::OpenTarget(config.store.sqlite.path, clock);
}

absl::StatusOr<std::unique_ptr<StoreExporter>> ReadPostgres(const Config& config, BulkAccess access,
                                                            Clock& clock) {
  return PostgresBulk::OpenReader(PostgresConnection(config), access, clock);
}

absl::StatusOr<std::unique_ptr<StoreImporter>> FillPostgres(const Config& config, Clock& clock) {
  return PostgresBulk::OpenTarget(PostgresConnection(config), clock);
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeFileProvider(const Config& config, Log&) {
  return FileEmailProvider::Create(config.email.file_directory);
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeLogProvider(const Config&, Log& log) {
  return std::make_unique<LogEmailProvider>(log);
}

SmtpOptions::Tls ParseTls(std::string_view name) {
  if (name == "starttls") return SmtpOptions::Tls::kStartTls;
  return name == "implicit" ? SmtpOptions::Tls::kImplicit : SmtpOptions::Tls::kNone;
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeSmtp(const Config& config, Log&) {
  const SmtpConfig& smtp = config.email.smtp;
  SmtpOptions options;
  options.host = smtp.host;
  options.port = smtp.port;
  options.tls = ParseTls(smtp.tls);
  options.username = smtp.username;
  options.password = Secret(smtp.password);
  options.ca = smtp.ca;
  options.helo = smtp.helo;
  return std::make_unique<SmtpEmailProvider>(std::move(options));
}

ApiAccess Access(const HttpProviderConfig& config) {
  return {.key = Secret(config.api_key), .base_url = config.base_url};
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeSendGrid(const Config& config, Log&) {
  return std::make_unique<SendGridEmailProvider>(Access(config.email.sendgrid));
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakePostmark(const Config& config, Log&) {
  const PostmarkConfig& postmark = config.email.postmark;
  return std::make_unique<PostmarkEmailProvider>(Access(postmark), postmark.message_stream);
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeSes(const Config& config, Log&) {
  const SesConfig& ses = config.email.ses;
  return std::make_unique<SesEmailProvider>(SesOptions{.region = ses.region,
                                                       .access_key_id = ses.access_key_id,
                                                       .secret_access_key = Secret(ses.secret_access_key),
                                                       .session_token = Secret(ses.session_token),
                                                       .configuration_set = ses.configuration_set,
                                                       .base_url = ses.base_url});
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeMailgun(const Config& config, Log&) {
  const MailgunConfig& mailgun = config.email.mailgun;
  return std::make_unique<MailgunEmailProvider>(Access(mailgun), mailgun.domain);
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeResend(const Config& config, Log&) {
  return std::make_unique<ResendEmailProvider>(Access(config.email.resend));
}

absl::StatusOr<std::unique_ptr<EmailProvider>> MakeBrevo(const Config& config, Log&) {
  return std::make_unique<BrevoEmailProvider>(Access(config.email.brevo));
}

absl::StatusOr<std::unique_ptr<PaymentProvider>> MakeRecorded(const Config&) {
  return std::make_unique<RecordedPaymentProvider>();
}

constexpr Adapter<Store, Clock&> kStores[] = {
    {"sqlite", &OpenSqlite}, {"postgres", &OpenPostgres}, {"memory", &OpenMemory}};
constexpr Adapter<StoreExporter, BulkAccess, Clock&> kBulkReaders[] = {{"sqlite", &ReadSqlite},
                                                                       {"postgres", &ReadPostgres}};
constexpr Adapter<StoreImporter, Clock&> kBulkTargets[] = {{"sqlite", &FillSqlite},
                                                           {"postgres", &FillPostgres}};
constexpr Adapter<EmailProvider, Log&> kEmailProviders[] = {
    {"file", &MakeFileProvider}, {"log", &MakeLogProvider},   {"smtp", &MakeSmtp},
    {"sendgrid", &MakeSendGrid}, {"postmark", &MakePostmark}, {"ses", &MakeSes},
    {"mailgun", &MakeMailgun},   {"resend", &MakeResend},     {"brevo", &MakeBrevo},
};
constexpr Adapter<PaymentProvider> kPaymentProviders[] = {{"recorded", &MakeRecorded}};

template <typename Table>
std::vector<std::string> NamesOf(const Table& table) {
  std::vector<std::string> names;
  for (const auto& adapter : table) names.emplace_back(adapter.name);
  return names;
}

template <typename Port, typename... Arguments, std::size_t size>
absl::StatusOr<std::unique_ptr<Port>> Make(const Adapter<Port, Arguments...> (&table)[size],
                                           std::string_view name, const Config& config,
                                           Arguments... arguments) {
  for (const auto& adapter : table) {
    if (adapter.name == name) return adapter.make(config, arguments...);
  }
  return absl::InvalidArgumentError(StrCat("this build has no adapter ", name));
}

// Not every store that serves can be read or filled by whole tables.
template <typename Table>
absl::Status CheckBulk(const Table& table, const std::string& name) {
  const std::vector<std::string> names = NamesOf(table);
  if (std::find(names.begin(), names.end(), name) != names.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      StrCat("store.adapter ", name, " can't be moved or verified; these can: ", absl::StrJoin(names, ", ")));
}

// Lets libpq check the URL.
std::vector<std::string> PostgresUrlMistakes(const Config& config) {
  if (config.store.adapter != "postgres") return {};
  const absl::Status status = PgConnection::CheckUrl(config.store.postgres.url);
  if (status.ok()) return {};
  return {std::string(status.message())};
}

std::vector<std::string> SqlitePathMistakes(const Config& config) {
  if (config.store.adapter != "sqlite") return {};
  const absl::Status status = SqliteStore::CheckPath(config.store.sqlite.path);
  if (status.ok()) return {};
  return {std::string(status.message())};
}

Severity ParseSeverity(std::string_view name) {
  if (name == "debug") return Severity::kDebug;
  if (name == "info") return Severity::kInfo;
  return name == "warning" ? Severity::kWarning : Severity::kError;
}

}  // namespace

AdapterNames KnownAdapters() {
  return {.stores = NamesOf(kStores),
          .email_providers = NamesOf(kEmailProviders),
          .payment_providers = NamesOf(kPaymentProviders),
          .checks = {{{"store.postgres.url", "store.adapter"}, &PostgresUrlMistakes}}};
}

const std::vector<ConfigCheck>& MachineChecks() {
  static const auto& checks =
      *new std::vector<ConfigCheck>{{{"store.sqlite.path", "store.adapter"}, &SqlitePathMistakes}};
  return checks;
}

Severity LogLevelOf(const TelemetryConfig& telemetry) {
  return ParseSeverity(telemetry.log_level);
}

std::unique_ptr<JsonLog> MakeLog(const Config& config) {
  LogOptions options;
  options.level = LogLevelOf(config.telemetry);
  options.format = config.telemetry.log_format == "json" ? LogFormat::kJson : LogFormat::kText;
  return std::make_unique<JsonLog>(options);
}

absl::StatusOr<std::unique_ptr<Store>> OpenStore(const Config& config, Clock& clock) {
  return Make<Store, Clock&>(kStores, config.store.adapter, config, clock);
}

absl::StatusOr<std::unique_ptr<StoreExporter>> OpenBulkReader(const Config& config, BulkAccess access,
                                                              Clock& clock) {
  absl::Status known = CheckBulk(kBulkReaders, config.store.adapter);
  if (!known.ok()) return known;
  return Make<StoreExporter, BulkAccess, Clock&>(kBulkReaders, config.store.adapter, config, access, clock);
}

absl::StatusOr<std::unique_ptr<StoreImporter>> OpenBulkTarget(const Config& config, Clock& clock) {
  absl::Status known = CheckBulk(kBulkTargets, config.store.adapter);
  if (!known.ok()) return known;
  return Make<StoreImporter, Clock&>(kBulkTargets, config.store.adapter, config, clock);
}

absl::Status RestoreStore(const Config& config, const std::string& copy, bool replace, Clock& clock,
                          const std::function<void(std::int64_t, std::int64_t)>& tell) {
  if (config.store.adapter == "sqlite") {
    return RestoreSqlite({.backup = copy, .path = config.store.sqlite.path, .replace = replace}, clock, tell);
  }
  return absl::InvalidArgumentError(
      StrCat("store.adapter is ", config.store.adapter,
             ", and restore replaces SQLite files: use pg_restore for PostgreSQL"));
}

absl::Status BackUpStore(const Config& config, const std::string& copy, Clock& clock,
                         const std::function<void(std::int64_t, std::int64_t)>& tell) {
  if (config.store.adapter == "sqlite") return BackUpSqlite(config.store.sqlite.path, copy, clock, tell);
  return absl::InvalidArgumentError(
      StrCat("store.adapter ", config.store.adapter,
             " is no SQLite file: back a server's database up by its own tool, PostgreSQL's by pg_dump"));
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

absl::StatusOr<std::unique_ptr<MessageRenderer>> MakeRenderer(const Config& config) {
  TemplateOptions options;
  options.link_base = config.email.link_base;
  options.product = ProductName(config.email);
  options.directory = config.email.templates;
  return TemplateRenderer::Create(options);
}

absl::StatusOr<std::vector<std::unique_ptr<EmailProvider>>> MakeEmailProviders(const Config& config,
                                                                               Log& log) {
  std::vector<std::unique_ptr<EmailProvider>> providers;
  for (const std::string& name : config.email.providers) {
    auto provider = Make<EmailProvider, Log&>(kEmailProviders, name, config, log);
    if (!provider.ok()) return provider.status();
    providers.push_back(*std::move(provider));
  }
  return providers;
}

absl::StatusOr<std::unique_ptr<PaymentProvider>> MakePaymentProvider(const Config& config) {
  return Make<PaymentProvider>(kPaymentProviders, config.payments.provider, config);
}

std::unique_ptr<Migrator> MakeMigrator(const Config& config, Clock& clock) {
  const StoreConfig& store = config.store;
  if (store.adapter == "sqlite") return std::make_unique<SqliteMigrator>(store.sqlite.path, clock);
  if (store.adapter == "postgres") {
    return std::make_unique<PostgresMigrator>(PostgresConnection(config), clock);
  }
  return nullptr;
}

}  // namespace keelson
