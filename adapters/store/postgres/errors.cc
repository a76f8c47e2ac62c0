#include "adapters/store/postgres/errors.h"

#include <utility>

#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "core/common/error.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kRetryAfter = absl::Seconds(1);

// Whether the connection is unusable after the error: the connection broke, its server is no longer a
// primary, or the server ended the session by a timeout.
bool LosesConnection(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "25006" ||
         sqlstate == "25P03" || sqlstate == "25P04";
}

// Whether the error is insufficient resources, a system error, or a missing table, column or database.
bool IsUnavailable(std::string_view sqlstate) {
  return sqlstate.starts_with("53") || sqlstate.starts_with("58") || sqlstate == "42P01" ||
         sqlstate == "42703" || sqlstate == "3D000";
}

constexpr std::string_view kInsufficientPrivilege = "42501";

// Whether the error is data corruption, an internal error (which corruption may cause), or a file that is
// missing or can't be read.
bool IsDamage(std::string_view sqlstate) {
  return sqlstate.starts_with("XX") || sqlstate == "58P01" || sqlstate == "58030";
}

bool IsConflict(std::string_view sqlstate) {
  return sqlstate == "40001" || sqlstate == "40P01" || sqlstate == "55P03";
}

absl::Status TakenError(std::string_view constraint) {
  if (constraint == "users_by_email_key") {
    return MakeError(Reason::kEmailTaken, "an account with this e-mail address already exists");
  }
  if (constraint == "order_references_pkey") {
    return MakeError(Reason::kReferenceTaken, "an order with this reference already exists");
  }
  // Another call with the same request id has committed. The store runs this call again, which then finds the
  // record; the caller sees this error only if the record is gone again.
  if (constraint == "idempotency_pkey") {
    return absl::InternalError("an idempotency record with this request id already exists");
  }
  return absl::OkStatus();
}

}  // namespace

std::string OneLine(std::string_view message) {
  return absl::StrReplaceAll(absl::StripAsciiWhitespace(ToAbsl(message)), {{"\n", "; "}, {"\t", " "}});
}

absl::Status PgUnavailable(std::string_view message) {
  ErrorDetails details;
  details.reason = Reason::kStoreUnavailable;
  details.retry_after = kRetryAfter;
  return MakeError(details, message);
}

PgError LostConnection(std::string_view database, std::string_view reason) {
  return {PgFailure::kLost, PgUnavailable(StrCat(database, " can't be reached: ", OneLine(reason)))};
}

PgError MakePgError(std::string_view database, std::string_view sqlstate, std::string_view constraint,
                    std::string_view message) {
  const std::string text = StrCat(database, ": ", OneLine(message), " (SQLSTATE ", sqlstate, ")");
  if (IsConflict(sqlstate)) {
    return {
        PgFailure::kConflict,
        MakeError(Reason::kContention, "the write conflicts with other writes of the same rows: retry it")};
  }
  if (sqlstate == "23505") {
    if (absl::Status taken = TakenError(constraint); !taken.ok()) return {PgFailure::kTaken, taken};
  }
  if (sqlstate == "57014") {
    return {PgFailure::kTimedOut,
            absl::DeadlineExceededError("the deadline expired before the statement completed"),
            /*from_server=*/true};
  }
  if (LosesConnection(sqlstate)) return {PgFailure::kLost, PgUnavailable(text), /*from_server=*/true};
  if (sqlstate == kInsufficientPrivilege) return {PgFailure::kDenied, PgUnavailable(text)};
  if (IsDamage(sqlstate)) return {PgFailure::kDamaged, PgUnavailable(text)};
  if (IsUnavailable(sqlstate)) return {PgFailure::kUnavailable, PgUnavailable(text)};
  return {PgFailure::kInternal, absl::InternalError(text)};
}

}  // namespace keelson
