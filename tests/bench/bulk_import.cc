#include "tests/bench/bulk_import.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/bench/raw_connection.h"
#include "tests/bench/rpc_connection.h"

namespace keelson {
namespace {

namespace fs = std::filesystem;

constexpr absl::Duration kPatience = absl::Minutes(2);

void RunAll(RawConnection& connection, const std::vector<std::string>& statements) {
  for (const std::string& statement : statements) connection.Run({&statement, {}});
}

}  // namespace

absl::StatusOr<double> StreamRecords(const Service& service, const char* method, std::string records,
                                     google::protobuf::MessageLite& response) {
  const absl::Time began = absl::Now();
  const absl::StatusOr<RpcCall> call =
      StreamOnce(service.port(), method, std::move(records), Deadline::After(kPatience));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  if (!call.ok()) return call.status();
  if (call->status != 0 || !response.ParseFromString(std::string(call->message()))) {
    return absl::InternalError(absl::StrCat(method, ": status ", call->status));
  }
  return seconds;
}

absl::StatusOr<double> InsertPlainly(const fs::path& imported, const std::vector<std::string>& tables) {
  const fs::path path = imported.string() + ".raw";
  std::error_code error;
  fs::copy_file(imported, path, fs::copy_options::overwrite_existing, error);
  if (error) return absl::UnavailableError(error.message());
  std::vector<std::string> setup = {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL",
                                    absl::StrCat("ATTACH '", imported.string(), "' AS imported")};
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    setup.push_back(absl::StrCat("DELETE FROM ", *table));
  }
  setup.emplace_back("VACUUM");
  std::vector<std::string> inserts;
  for (const std::string& table : tables) {
    inserts.push_back(absl::StrCat("INSERT INTO ", table, " SELECT * FROM imported.", table));
  }
  RawConnection connection(path, {});
  RunAll(connection, setup);
  const absl::Time began = absl::Now();
  connection.Begin();
  RunAll(connection, inserts);
  connection.Commit();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  if (!connection.status().ok()) return connection.status();
  return seconds;
}

void RemoveDatabase(const fs::path& path) {
  for (const char* suffix : {"", "-wal", "-shm", ".raw", ".raw-wal", ".raw-shm"}) {
    fs::remove(path.string() + suffix);
  }
}

}  // namespace keelson
