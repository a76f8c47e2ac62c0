#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/postgres/connection.h"

namespace keelson {

// The statements of one run of a Read or Write, for repositories. Their methods call CatchErrors, and Select,
// Prefetch and Execute within it: these throw PgError, which no caller of the store sees. For one thread.
class PgSession {
 public:
  virtual ~PgSession() = default;

  // Executes a query, after all queued statements. Blocks.
  template <typename... Ts>
  PgResult Select(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    return Query(sql, parameters.view());
  }
  // The same for a query of one row at most, which a session may batch with queries of other calls.
  template <typename... Ts>
  PgResult SelectOne(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    return QueryOneRow(sql, parameters.view());
  }
  // Queues a query, whose rows are in `result` after the next Select.
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
  // The same for a change of exactly one row; any other number is an error.
  template <typename... Ts>
  void ExecuteOneRow(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    Enqueue(sql, parameters.view(), 1, nullptr);
  }

  // Runs the body of a repository's method and turns its exception into a status. After an error, all later
  // methods return the same error.
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
