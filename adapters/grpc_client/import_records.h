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
  // Records that were imported before, as by an interrupted import: users whose address an account holds
  // (EMAIL_TAKEN), and orders whose reference an order with the same content has.
  std::int64_t present = 0;
  std::int64_t failed = 0;
};

struct RecordImport {
  ConnectionOptions connection;
  // JSON Lines: one request in Protobuf's JSON mapping on each line. Empty lines are skipped.
  std::istream& lines;
  // Called for each failed record with the number of its line, from 1 on. `error` contains no part of a
  // password hash.
  std::function<void(std::int64_t line, const std::string& error)> on_failure;
  // Called after each line, with the number of lines and bytes that are read.
  std::function<void(std::int64_t lines, std::int64_t bytes)> on_progress;
};

// Import the records with one call of ImportUsers or ImportOrders for each 10,000 lines, so that the server
// returns every failure of a call. Memory does not depend on the number of lines. Add the results of the
// completed calls to `counts`. INVALID_ARGUMENT for an option that can't be used; otherwise the error of the
// first failed call, on one or more lines. After an error, the import can be repeated with the same lines.
// Blocks.
absl::Status ImportUsersFrom(const RecordImport& import, ImportCounts& counts);
absl::Status ImportOrdersFrom(const RecordImport& import, ImportCounts& counts);

}  // namespace keelson
