#pragma once

#include <exception>
#include <string>

#include "absl/status/status.h"

namespace keelson {

// UNAVAILABLE (STORE_UNAVAILABLE): "the database PATH CAUSE"; `cause` starts with a verb, such as "is full".
absl::Status DatabaseUnavailable(const std::string& path, const std::string& cause);
// UNAVAILABLE: another process has the database open.
absl::Status DatabaseInUse(const std::string& path);

// Converts an exception of SQLiteCpp, or any other, to a status: EMAIL_TAKEN or REFERENCE_TAKEN for a
// violated unique constraint, UNAVAILABLE if the file can't be used, otherwise INTERNAL. The message contains
// no row data.
absl::Status FromException(const std::string& path, const std::exception& error);

// Converts an extended result code of SQLite's C interface.
absl::Status FromResultCode(const std::string& path, int extended_code);

// Whether SQLite reported damaged pages (SQLITE_CORRUPT) or a file that is not a database (SQLITE_NOTADB).
bool IsDamage(const absl::Status& status);
// Converts a status for which IsDamage is true to DATA_LOSS; returns any other status unchanged.
absl::Status DamageAsDataLoss(const absl::Status& status);

}  // namespace keelson
