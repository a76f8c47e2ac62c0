#include "adapters/store/sqlite/errors.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include "absl/strings/str_cat.h"
#include "core/common/error.h"

namespace keelson {
namespace {

// URL of the payload that marks a status as a report of damage.
constexpr char kDamage[] = "keelson/sqlite.damage";

absl::Status FromConstraint(const std::string& path, int extended_code, const std::string& message) {
  if (extended_code == SQLITE_CONSTRAINT_UNIQUE || extended_code == SQLITE_CONSTRAINT_PRIMARYKEY) {
    if (message.ends_with("users.email_key")) {
      return MakeError(Reason::kEmailTaken, "an account with this e-mail address already exists");
    }
    if (message.ends_with("orders.reference")) {
      return MakeError(Reason::kReferenceTaken, "an order with this reference already exists");
    }
  }
  return absl::InternalError(absl::StrCat("the database ", path, " rejected a row: ", message));
}

// Returns the cause, starting with a verb ("is …"), for result codes that make the file unusable. Returns an
// empty text for other result codes.
std::string CauseOf(int code) {
  switch (code) {
    case SQLITE_FULL:
      return "can't grow: its disk is full";
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return "is read-only";
    case SQLITE_IOERR:
      return "had an input/output error";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return "is locked by another process";
    case SQLITE_CANTOPEN:
      return "can't be opened";
    case SQLITE_CORRUPT:
      return "is damaged";
    case SQLITE_NOTADB:
      return "is not an SQLite database";
    case SQLITE_NOMEM:
      return "can't be used: out of memory";
    default:
      return "";
  }
}

absl::Status FromCode(const std::string& path, int extended_code, const std::string& message) {
  const int code = extended_code & 0xff;
  if (code == SQLITE_CONSTRAINT) return FromConstraint(path, extended_code, message);
  const std::string cause = CauseOf(code);
  if (!cause.empty()) {
    absl::Status status = DatabaseUnavailable(path, absl::StrCat(cause, " (SQLite ", extended_code, ")"));
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) status.SetPayload(kDamage, absl::Cord());
    return status;
  }
  return absl::InternalError(
      absl::StrCat("the database ", path, ": ", message, " (SQLite ", extended_code, ")"));
}

}  // namespace

absl::Status DatabaseUnavailable(const std::string& path, const std::string& cause) {
  return MakeError(Reason::kStoreUnavailable, absl::StrCat("the database ", path, " ", cause));
}

absl::Status DatabaseInUse(const std::string& path) {
  return DatabaseUnavailable(path, "is in use by another process");
}

absl::Status FromException(const std::string& path, const std::exception& error) {
  if (const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&error)) {
    const int code = sqlite->getExtendedErrorCode();
    return FromCode(path, code > 0 ? code : sqlite->getErrorCode(), sqlite->what());
  }
  return absl::InternalError(absl::StrCat("the database ", path, ": ", error.what()));
}

absl::Status FromResultCode(const std::string& path, int extended_code) {
  return FromCode(path, extended_code, sqlite3_errstr(extended_code));
}

bool IsDamage(const absl::Status& status) {
  return status.GetPayload(kDamage).has_value();
}

absl::Status DamageAsDataLoss(const absl::Status& status) {
  return IsDamage(status) ? absl::DataLossError(status.message()) : status;
}

}  // namespace keelson
