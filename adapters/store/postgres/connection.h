#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "adapters/store/postgres/errors.h"
#include "adapters/store/postgres/values.h"
#include "core/common/deadline.h"
#include "core/common/steady_time.h"

struct pg_conn;
struct pg_result;

namespace keelson {

// The result of a statement.
class PgResult {
 public:
  PgResult() = default;
  explicit PgResult(pg_result* result) : result_(result) {}

  // Whether the result has arrived; false also if the statement failed.
  bool arrived() const { return result_ != nullptr; }
  int rows() const;
  // Number of changed rows.
  int affected() const;
  // Reads the first columns of a row. Throws std::runtime_error if a value is invalid for its type.
  template <typename... Ts>
  void Read(int row, Ts&... values) const {
    int column = 0;
    (ReadColumn(row, column++, values), ...);
  }

 private:
  struct Clear {
    void operator()(pg_result* result) const;
  };

  std::optional<std::string_view> ColumnAt(int row, int column) const;
  template <typename T>
  void ReadColumn(int row, int column, T& value) const {
    Get(ColumnAt(row, column).value_or(""), value);
  }
  template <typename T>
  void ReadColumn(int row, int column, std::optional<T>& value) const {
    const std::optional<std::string_view> bytes = ColumnAt(row, column);
    if (!bytes) return value.reset();
    Get(*bytes, value.emplace());
  }

  std::unique_ptr<pg_result, Clear> result_;
};

// A connection to PostgreSQL in libpq's pipeline mode: statements are sent without waiting for the results of
// earlier ones, so that several statements share one round trip.
//
// A new connection is usable. After a blocking function has thrown PgError, the connection is failed until
// Recover returns true. If the connection broke or Abandon was called, the connection is unusable and must
// be destroyed. For one thread at a time.
class PgConnection {
 public:
  enum class Access {
    // Connects to a server that accepts writes, unless the URL sets target_session_attrs.
    kReadWrite,
    // Prefers a server that accepts writes; connects to a standby if there is none.
    kReadOnly,
  };
  struct Options {
    std::string url;
    // If true, the server parses and plans each statement only once. Must be off behind a connection pooler
    // in transaction mode.
    bool prepared_statements = true;
    absl::Duration connect_timeout = absl::Seconds(5);
    Access access = Access::kReadWrite;
  };
  static constexpr int kAnyNumber = -1;

  // Returns the name of the database in messages: "the database NAME on HOST port PORT". Contains no
  // password.
  static std::string Describe(const std::string& url);
  // INVALID_ARGUMENT if libpq rejects the URL (or KEY=VALUE string): its syntax, an unknown parameter, or a
  // value. The message starts with a verb, names the parameter and contains no part of the password. Opens no
  // network connection.
  static absl::Status CheckUrl(const std::string& url);

  // Blocks up to the connect timeout for each host of the URL. The client encoding is always UTF-8.
  // UNAVAILABLE if no server can be reached or the database's encoding is not UTF8.
  static absl::StatusOr<std::unique_ptr<PgConnection>> Open(const Options& options);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  // Queues a statement, which the next Await or Finish sends. `sql` must be a literal, because its address is
  // the key of the prepared statement. `affected` is the number of rows that the statement must change.
  // `result`, if not null, is set when the result arrives.
  void Queue(const char* sql, const PgArguments& arguments, int affected = kAnyNumber,
             PgResult* result = nullptr);
  // Queues a statement that is not a literal, unprepared. `sql` must live until its result has arrived.
  void QueueOnce(const std::string& sql, PgResult* result);
  // Sends all queued statements and blocks until their results have arrived; the pipeline stays open.
  void Await(Deadline deadline);
  // Like Await, and ends the pipeline. Outside of BEGIN and COMMIT, the statements of a pipeline are one
  // transaction.
  void Finish(Deadline deadline);

  // Runs a script of several statements. No statement may be queued. Blocks.
  void RunScript(const std::string& script, Deadline deadline) { RunSimple(script.c_str(), "", deadline); }
  // Executes `sql`, a COPY … FROM STDIN (FORMAT binary), with `rows` from PgCopyRows. No statement may be
  // queued. Blocks.
  void CopyIn(const char* sql, std::string_view rows, Deadline deadline) { RunSimple(sql, rows, deadline); }

  // After an error: rolls back and ends the failed state. Returns false if the connection is unusable.
  // Blocks.
  bool Recover(Deadline deadline);
  // Rolls back an open transaction that has no error, in one round trip. Returns false if the connection is
  // unusable. Blocks.
  bool Rollback(Deadline deadline);
  // Cancels the running statement; the connection is unusable from then on. Does not block.
  void Abandon();

  bool usable() const;
  // Number of queued commands without a result.
  std::size_t pending_results() const { return pending_.size(); }
  // Throws PgError if the server is known to have closed the connection.
  void RequireServer();
  // True if an idle connection has input: the server has closed the connection, or sent a message that no
  // statement caused.
  bool HasUnexpectedInput();
  SteadyTime open_time() const { return open_time_; }
  // Process id of the server session that Open connected to. A connection pooler returns an invented number.
  int opened_pid() const;
  const std::string& database() const { return database_; }

 private:
  enum class Step { kPrepare, kExecute, kSync };
  struct Pending {
    Step step;
    const char* sql;
    int affected;
    PgResult* result;
  };
  struct Close {
    void operator()(pg_conn* connection) const;
  };

  static std::unique_ptr<pg_conn, Close> Connect(const Options& options, const char* target_session_attrs);
  PgConnection(std::unique_ptr<pg_conn, Close> connection, const Options& options, std::string database);
  const char* Prepare(const char* sql, const PgArguments& arguments);
  void Require(int sent);
  void RunSimple(const char* sql, std::string_view copied, Deadline deadline);
  void SendCopied(std::string_view bytes);
  void AwaitAll(Deadline deadline);
  void AwaitInput(Deadline deadline);
  void Receive(Deadline deadline);
  void Take(const Pending& pending, PgResult result, int status, pg_result* raw);
  void Fail(PgError error);
  PgError Lost();
  bool in_transaction() const;

  std::unique_ptr<pg_conn, Close> connection_;
  const Options options_;
  const std::string database_;
  const SteadyTime open_time_;
  std::deque<Pending> pending_;
  // Names of the statements that are prepared, or whose preparation is queued.
  std::unordered_map<const char*, std::string> prepared_;
  int names_ = 0;
  std::optional<PgError> error_;
  bool lost_ = false;
};

}  // namespace keelson
