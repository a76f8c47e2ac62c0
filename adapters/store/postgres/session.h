#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/postgres/connection.h"

namespace keelson {

// Executes the statements of one run of a Read or Write, for the repositories.
//
// Methods that execute or queue statements throw PgError. Every method of a repository calls these methods
// inside CatchErrors, which converts the exception to a status: no exception leaves the store. Not
// thread-safe.
class PgSession {
 public:
  virtual ~PgSession() = default;

  // Executes a query, after all queued statements. Blocks.
  template <typename... Ts>
  PgResult Select(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    return Query(sql, parameters.view());
  }
  // Like Select, for a query that returns at most one row: the session may batch it with queries of other
  // calls.
  template <typename... Ts>
  PgResult SelectOne(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    return QueryOneRow(sql, parameters.view());
  }
  // Queues a query. `result` holds its rows after the next Select.
  template <typename... Ts>
  void Prefetch(PgResult& result, const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    Enqueue(sql, parameters.view(), PgConnection::kAnyNumber, &result);
  }
  // Queues a change. The next Select or the commit reports its error.
  template <typename... Ts>
  void Execute(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    Enqueue(sql, parameters.view(), PgConnection::kAnyNumber, nullptr);
  }
  // Like Execute; changing any number of rows other than one is an error.
  template <typename... Ts>
  void ExecuteOneRow(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    Enqueue(sql, parameters.view(), 1, nullptr);
  }

  // Runs the body of a repository's method and converts an exception to a status. After an exception, all
  // later calls return the same error, because the transaction has failed.
  template <typename Body>
  std::invoke_result_t<Body> CatchErrors(Body body) {
    if (failure_) return failure_->status();
    try {
      return body();
    } catch (const PgError& error) {
      failure_ = error;
    } catch (const std::exception& error) {
      failure_ = PgError(PgFailure::kInternal, absl::InternalError(error.what()));
    }
    return failure_->status();
  }
  const std::optional<PgError>& failure() const { return failure_; }

 protected:
  virtual PgResult Query(const char* sql, const PgArguments& arguments) = 0;
  virtual PgResult QueryOneRow(const char* sql, const PgArguments& arguments) {
    return Query(sql, arguments);
  }
  virtual void Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) = 0;

 private:
  std::optional<PgError> failure_;
};

}  // namespace keelson
