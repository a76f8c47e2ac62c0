#include "adapters/sqlite/migrations.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "core/common/sha256.h"
#include "sqlite_migrations.h"

namespace keelson {
namespace {

std::string Checksum(const Migration& migration) {
  const Sha256Digest digest = Sha256(std::string(migration.up).append(1, '\0').append(migration.down));
  return absl::BytesToHexString({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::vector<Migration> Load() {
  std::vector<Migration> migrations;
  for (const auto& [path, text] : sqlite_migrations()) {
    const std::string_view file = path.substr(path.rfind('/') + 1);
    const std::size_t underscore = file.find('_');
    int version = 0;
    if (!absl::SimpleAtoi(std::string(file.substr(0, underscore)), &version)) continue;
    if (migrations.size() < static_cast<std::size_t>(version))
      migrations.resize(static_cast<std::size_t>(version));
    Migration& migration = migrations[static_cast<std::size_t>(version) - 1];
    migration.version = version;
    migration.name = file.substr(underscore + 1);
    migration.name.remove_suffix(migration.name.size() - migration.name.find('.'));
    (file.ends_with(".up.sql") ? migration.up : migration.down) = text;
  }
  for (Migration& migration : migrations) migration.checksum = Checksum(migration);
  return migrations;
}

}  // namespace

std::span<const Migration> Migrations() {
  static const auto* migrations = new std::vector<Migration>(Load());
  return *migrations;
}

}  // namespace keelson
