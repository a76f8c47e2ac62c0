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

// The rows that a statement gave.
class PgResult {
 public:
  PgResult() = default;
  explicit PgResult(pg_result* result) : result_(result) {}

  // False where the statement has not been answered, or failed.
  bool arrived() const { return result_ != nullptr; }
  int rows() const;
  // How many rows the statement changed.
  int affected() const;
  // A row's columns, from the first on. Throws std::runtime_error where one is of another form.
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

// A connection in libpq's pipeline mode: statements are sent without waiting for those before them. For one
// thread at a time. Every function that waits throws PgError; after one the connection is fit for use again
// once Recover has returned true.
class PgConnection {
 public:
  enum class Access {
    // To a server that accepts writes, unless the URL sets target_session_attrs.
    kReadWrite,
    // The same, or to a standby if there is no such server.
    kReadOnly,
  };
  struct Options {
    std::string url;
    // Named on the server, so that each is planned once; not behind a pooler that hands a transaction to any
    // server connection.
    bool prepared_statements = true;
    absl::Duration connect_timeout = absl::Seconds(5);
    Access access = Access::kReadWrite;
  };
  static constexpr int kAnyNumber = -1;

  // How messages call the database that the URL names: without its password.
  static std::string Describe(const std::string& url);
  // INVALID_ARGUMENT if libpq rejects the URL (or KEY=VALUE string): its syntax, an unknown parameter, or a
  // value. The message is a predicate that names the parameter and contains no part of the password. Opens
  // no network connection.
  static absl::Status CheckUrl(const std::string& url);

  // Blocks up to the connect timeout for each host of the URL. The client encoding is always UTF-8.
  // UNAVAILABLE if no server can be reached or the database's encoding is not UTF8.
  static absl::StatusOr<std::unique_ptr<PgConnection>> Open(const Options& options);
  ~PgConnection();
  PgConnection(const PgConnection&) = delete;
  PgConnection& operator=(const PgConnection&) = delete;

  // Queues a statement, to be sent when there is reason to. `sql` must be a literal: its address stands for
  // it. `affected` is how many rows it must change; `result`, where it is given, is filled when its turn has
  // come.
  void Queue(const char* sql, const PgArguments& arguments, int affected = kAnyNumber,
             PgResult* result = nullptr);
  // Queues a statement that is not a literal. It is not prepared, and must live until its result has
  // arrived.
  void QueueOnce(const std::string& sql, PgResult* result);
  // Sends all that is queued and waits for it, in the middle of a transaction.
  void Await(Deadline deadline);
  // Ends what is queued: outside of BEGIN and COMMIT it becomes one transaction of its own. Waits for all of
  // it.
  void Finish(Deadline deadline);

  // Runs a script of any number of statements, for a schema's steps. Nothing may be queued.
  void RunScript(const std::string& script, Deadline deadline) { RunSimple(script.c_str(), "", deadline); }
  // Fills a table: `sql` is COPY … FROM STDIN (FORMAT binary), and `rows` are PgCopyRows'. Nothing may be
  // queued.
  void CopyIn(const char* sql, std::string_view rows, Deadline deadline) { RunSimple(sql, rows, deadline); }

  // Undoes what is under way, after an error. False where the connection is of no use any more.
  bool Recover(Deadline deadline);
  // The same where there was none, in one round trip.
  bool Rollback(Deadline deadline);
  // Asks the server to stop what it does for this connection, which is of no use after that. Does not wait
  // for it.
  void Abandon();

  bool usable() const;
  // How much of what was queued has no answer.
  std::size_t unanswered() const { return pending_.size(); }
  // Throws where the server is known to be gone: nothing that is sent from here on is carried out.
  void RequireServer();
  // Says something unasked-for, or nothing at all because it was closed: not worth using.
  bool HasNews();
  SteadyTime open_time() const { return open_time_; }
  // The server's process that it was opened with; a pooler makes one up.
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
  // Names of the statements that the server has, or will have before what is queued behind them.
  std::unordered_map<const char*, std::string> prepared_;
  int names_ = 0;
  std::optional<PgError> error_;
  bool lost_ = false;
};

}  // namespace keelson
