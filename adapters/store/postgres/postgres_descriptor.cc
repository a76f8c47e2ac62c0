#include "adapters/store/postgres/postgres_descriptor.h"

#include <cstddef>
#include <memory>
#include <string>

#include "adapters/store/postgres/connection.h"
#include "adapters/store/postgres/postgres_bulk.h"
#include "adapters/store/postgres/postgres_migrator.h"
#include "adapters/store/postgres/postgres_store.h"

namespace keelson {
namespace {

struct PostgresConfig {
  std::string url = "env:DATABASE_URL";
  int pool_size = 16;
  bool prepared_statements = true;
};

absl::Status CheckUrlSetting(const PostgresConfig& settings) {
  return PgConnection::CheckUrl(settings.url);
}

PgConnection::Options ConnectionOptions(const PostgresConfig& settings) {
  return {settings.url, settings.prepared_statements};
}

absl::StatusOr<std::unique_ptr<Store>> OpenConfiguredStore(const PostgresConfig& settings, bool migrate,
                                                           Clock& clock) {
  PostgresOptions options;
  options.url = settings.url;
  options.migrate = migrate;
  options.pool_size = static_cast<std::size_t>(settings.pool_size);
  options.prepared_statements = settings.prepared_statements;
  return PostgresStore::Open(options, clock);
}

std::unique_ptr<Migrator> CreateMigrator(const PostgresConfig& settings, Clock& clock) {
  return std::make_unique<PostgresMigrator>(ConnectionOptions(settings), clock);
}

absl::StatusOr<std::unique_ptr<StoreExporter>> OpenExporter(const PostgresConfig& settings, BulkAccess access,
                                                            Clock& clock) {
  return PostgresBulk::OpenReader(ConnectionOptions(settings), access, clock);
}

absl::StatusOr<std::unique_ptr<StoreImporter>> OpenImporter(const PostgresConfig& settings, Clock& clock) {
  return PostgresBulk::OpenTarget(ConnectionOptions(settings), clock);
}

ConfigSection PostgresSection() {
  return {.name = "postgres",
          .defaults = PostgresConfig(),
          .keys = {{.name = "url",
                    .member = RefTo(&PostgresConfig::url),
                    .description = "connection URL, postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
                    .secret = true},
                   {.name = "pool_size",
                    .member = RefTo(&PostgresConfig::pool_size),
                    .description = "maximum number of connections in the pool of each instance",
                    .min = "1",
                    .max = "1000"},
                   {.name = "prepared_statements",
                    .member = RefTo(&PostgresConfig::prepared_statements),
                    .description = "use prepared statements; set to false behind PgBouncer before 1.21 in "
                                   "transaction pooling mode"}},
          .checks = {{.keys = {"url"}, .check = WithSettings(&CheckUrlSetting)}}};
}

}  // namespace

StoreDescriptor DescribePostgres() {
  return {.section = PostgresSection(),
          .open = WithSettings(&OpenConfiguredStore),
          .create_migrator = WithSettings(&CreateMigrator),
          .open_exporter = WithSettings(&OpenExporter),
          .open_importer = WithSettings(&OpenImporter),
          .backup_tools = "pg_dump and pg_restore"};
}

}  // namespace keelson
