#include "adapters/store/postgres/errors.h"

#include <catch2/catch.hpp>

#include "core/common/error.h"

namespace keelson {
namespace {

PgError Judge(std::string_view sqlstate, std::string_view constraint = "") {
  return MakePgError("the database x", sqlstate, constraint, "something\nhappened");
}

}  // namespace

TEST_CASE("errors that a concurrent transaction causes are classified as conflicts") {
  for (const char* sqlstate : {"40001", "40P01", "55P03"}) {
    CHECK(Judge(sqlstate).failure() == PgFailure::kConflict);
    CHECK(HasReason(Judge(sqlstate).status(), Reason::kContention));
  }
}

TEST_CASE("the reason of a duplicate row error depends on the violated unique constraint") {
  CHECK(HasReason(Judge("23505", "users_by_email_key").status(), Reason::kEmailTaken));
  CHECK(HasReason(Judge("23505", "order_references_pkey").status(), Reason::kReferenceTaken));
  CHECK(Judge("23505", "users_by_email_key").failure() == PgFailure::kTaken);
  CHECK(Judge("23505", "idempotency_pkey").failure() == PgFailure::kTaken);
  CHECK(Judge("23505", "orders_pkey").failure() == PgFailure::kInternal);
  CHECK(Judge("23514", "refunds_within_paid").failure() == PgFailure::kInternal);
}

TEST_CASE("an error of a stopped, stopping or demoted server marks the connection as lost") {
  for (const char* sqlstate : {"57P01", "57P02", "57P03", "08006", "25006"}) {
    CHECK(Judge(sqlstate).failure() == PgFailure::kLost);
  }
}

TEST_CASE("server errors return UNAVAILABLE with a retry delay and a one-line message") {
  for (const char* sqlstate : {"57P01", "53300", "53100", "58030", "XX001", "42P01"}) {
    const absl::Status status = Judge(sqlstate).status();
    CHECK(HasReason(status, Reason::kStoreUnavailable));
    CHECK(DetailsOf(status)->retry_after.has_value());
    CHECK(status.message().find('\n') == std::string::npos);
  }
}

TEST_CASE("a cancelled statement returns DEADLINE_EXCEEDED") {
  CHECK(Judge("57014").failure() == PgFailure::kTimedOut);
  CHECK(absl::IsDeadlineExceeded(Judge("57014").status()));
}

}  // namespace keelson
