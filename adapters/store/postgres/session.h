#pragma once

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "adapters/store/postgres/connection.h"

namespace keelson {

// What repositories speak to: one run of one unit of work. For one thread. Select and its like throw; they
// are for use under Guard.
class PgSession {
 public:
  virtual ~PgSession() = default;

  // The rows of a statement; all that was queued before has run as well.
  template <typename... Ts>
  PgResult Select(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    return Query(sql, parameters.view());
  }
  // The same for a statement that gives one row at most, which a session may send with those of others.
  template <typename... Ts>
  PgResult SelectOne(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    return AskOne(sql, parameters.view());
  }
  // Queues a statement, whose rows are in `result` after the next Select.
  template <typename... Ts>
  void Prefetch(PgResult& result, const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    Enqueue(sql, parameters.view(), PgConnection::kAnyNumber, &result);
  }
  // Queues a change. Its error comes with the next Select or with the commit.
  template <typename... Ts>
  void Execute(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    Enqueue(sql, parameters.view(), PgConnection::kAnyNumber, nullptr);
  }
  // A change of one row, which must be there.
  template <typename... Ts>
  void ExecuteOneRow(const char* sql, const Ts&... values) {
    const PgParameters parameters(values...);
    Enqueue(sql, parameters.view(), 1, nullptr);
  }

  // Runs one repository's method: its exceptions become statuses, and after one every later method fails
  // alike.
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
  virtual PgResult AskOne(const char* sql, const PgArguments& arguments) { return Query(sql, arguments); }
  virtual void Enqueue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) = 0;

 private:
  std::optional<PgError> failure_;
};

}  // namespace keelson
