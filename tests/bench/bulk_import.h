// Measures imports in one stream, and the plain bulk insert of the same rows.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/message_lite.h"
#include "tests/bench/service.h"

namespace keelson {

// Sends the framed `records` (AppendFramed) in one call of the client-streaming `method`, and returns the
// duration in seconds. Sets `response`.
absl::StatusOr<double> StreamRecords(const Service& service, const char* method, std::string records,
                                     google::protobuf::MessageLite& response);
// Returns the duration in seconds of INSERT … SELECT alone, with all rows of `tables` in the SQLite database
// `imported` and into tables of the same schema, in one transaction. The rows of each table refer only to
// rows of the tables before it.
absl::StatusOr<double> InsertPlainly(const std::filesystem::path& imported,
                                     const std::vector<std::string>& tables);
// Removes a SQLite database and the copy that InsertPlainly makes.
void RemoveDatabase(const std::filesystem::path& path);

}  // namespace keelson
