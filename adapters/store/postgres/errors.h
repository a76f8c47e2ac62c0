#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// Classifies errors by the reaction of Read or Write: whether, when and on which connection to run the
// closure again.
enum class PgFailure {
  // The transaction conflicts with another transaction and was rolled back; another run may succeed.
  kConflict,
  // A statement violates a unique constraint on e-mail address, reference or request id. Another run may find
  // the existing row.
  kTaken,
  // No failure: this run of the closure ends. The next run receives the result of its batched statement, runs
  // outside of the batch (see PgReadBatch), or runs in a transaction for several queries (see PgReadSession).
  kRunAgain,
  // The server lacks resources or a table. The connection stays usable.
  kUnavailable,
  // The role lacks a privilege.
  kDenied,
  // The server reports data corruption.
  kDamaged,
  // The connection broke. The server rolls back an open transaction.
  kLost,
  // The deadline expired.
  kTimedOut,
  // A bug in this adapter.
  kInternal,
};

// An error that the server or libpq reports. Thrown and caught within this adapter.
class PgError : public std::exception {
 public:
  // `from_server`: the server sent the error as the response to a statement.
  PgError(PgFailure failure, absl::Status status, bool from_server = false)
      : failure_(failure), from_server_(from_server), status_(std::move(status)) {}

  PgFailure failure() const { return failure_; }
  // The result of the Read or Write if the closure is not run again.
  const absl::Status& status() const { return status_; }
  bool from_server() const { return from_server_; }
  const char* what() const noexcept override { return "a PostgreSQL error"; }

 private:
  PgFailure failure_;
  bool from_server_;
  absl::Status status_;
};

// Returns UNAVAILABLE (STORE_UNAVAILABLE) with a retry delay.
absl::Status PgUnavailable(std::string_view message);

// Classifies an error by its SQLSTATE (PostgreSQL's appendix A) and constraint. `database` is the name of the
// database in messages.
PgError MakePgError(std::string_view database, std::string_view sqlstate, std::string_view constraint,
                    std::string_view message);
// Returns an error kLost with libpq's reason.
PgError LostConnection(std::string_view database, std::string_view reason);

// Joins the lines of a libpq message, which ends with a line break.
std::string OneLine(std::string_view message);

}  // namespace keelson
