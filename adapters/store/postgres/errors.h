#pragma once

#include <exception>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace keelson {

// What a failure means for the unit of work that met it.
enum class PgFailure {
  // Another transaction was in the way: nothing changed, and a new run may succeed.
  kConflict,
  // A row with this e-mail address, reference or request id is there. A run that looks again may find it.
  kTaken,
  // The server can't serve now, but the connection can.
  kUnavailable,
  // The role lacks a privilege.
  kDenied,
  // The server reports data corruption.
  kDamaged,
  // The connection is of no use any more. What was not committed is undone.
  kLost,
  // Nobody waits for the outcome any more.
  kTimedOut,
  // A fault of ours.
  kInternal,
};

// What the server or libpq says went wrong; thrown and caught inside this adapter alone.
class PgError : public std::exception {
 public:
  // `told`: the server itself said so, in its place among the answers.
  PgError(PgFailure failure, absl::Status status, bool told = false)
      : failure_(failure), told_(told), status_(std::move(status)) {}

  PgFailure failure() const { return failure_; }
  // What to tell the caller where no further run mends it.
  const absl::Status& status() const { return status_; }
  bool told() const { return told_; }
  const char* what() const noexcept override { return "a PostgreSQL error"; }

 private:
  PgFailure failure_;
  bool told_;
  absl::Status status_;
};

// UNAVAILABLE (STORE_UNAVAILABLE), to be tried again soon.
absl::Status PgUnavailable(std::string_view message);

// Judges an error by its SQLSTATE (PostgreSQL's appendix A) and the constraint that it names. `database` is
// how messages call the database.
PgError MakePgError(std::string_view database, std::string_view sqlstate, std::string_view constraint,
                    std::string_view message);
// The connection broke, for what libpq gives as its reason.
PgError LostConnection(std::string_view database, std::string_view reason);

// libpq's messages take several lines and end with one.
std::string OneLine(std::string_view message);

}  // namespace keelson
