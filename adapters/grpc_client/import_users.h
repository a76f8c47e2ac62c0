#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>

#include "absl/status/status.h"
#include "adapters/grpc_client/connection.h"

namespace keelson {

struct ImportCounts {
  std::int64_t imported = 0;
  // Records whose address an account holds already (EMAIL_TAKEN), as after an interrupted import.
  std::int64_t present = 0;
  std::int64_t failed = 0;
};

struct UserImport {
  ConnectionOptions connection;
  // JSON Lines: one ImportUsersRequest in Protobuf's JSON mapping on each line. Empty lines are skipped.
  std::istream& lines;
  // Called for each failed record with the number of its line, from 1 on. `error` contains no part of a
  // password hash.
  std::function<void(std::int64_t line, const std::string& error)> on_failure;
  // Called after each line, with the number of lines and bytes that are read.
  std::function<void(std::int64_t lines, std::int64_t bytes)> on_progress;
};

// Imports the records with one call of ImportUsers for each 10,000 lines, so that the server returns every
// failure of a call. Memory does not depend on the number of lines. Adds to `counts` what the completed calls
// have done. INVALID_ARGUMENT for an option that can't be used; otherwise the error of the first failed call,
// on one or more lines. After an error, the import can be repeated with the same lines. Blocks.
absl::Status ImportUsersFrom(const UserImport& import, ImportCounts& counts);

}  // namespace keelson
