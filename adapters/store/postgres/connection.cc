#include "adapters/store/postgres/connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <limits>
#include <thread>
#include <utility>

#include "absl/memory/memory.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

std::string_view FieldOf(const PGresult* result, int field) {
  const char* value = PQresultErrorField(result, field);
  return value == nullptr ? "" : value;
}

// Defaults for parameters that the URL does not set: the service detects a lost server within seconds, and
// has a name in pg_stat_activity.
constexpr std::array<std::pair<const char*, const char*>, 7> kDefaults = {{
    {"application_name", "keelson"},
    {"keepalives", "1"},
    {"keepalives_idle", "10"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "20000"},
    {"gssencmode", "disable"},
}};

// Maximum size of one COPY message in bytes.
constexpr std::size_t kCopyMessage = std::size_t{1} << 16;

// Blocks until the server responds, without a timeout.
void Cancel(PGcancel* cancel) {
  std::array<char, 256> reason{};
  PQcancel(cancel, reason.data(), static_cast<int>(reason.size()));
  PQfreeCancel(cancel);
}

}  // namespace

void PgResult::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

int PgResult::rows() const {
  return result_ == nullptr ? 0 : PQntuples(result_.get());
}

int PgResult::affected() const {
  int count = 0;
  const std::string_view text = PQcmdTuples(result_.get());
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count;
}

std::optional<std::string_view> PgResult::ColumnAt(int row, int column) const {
  if (PQgetisnull(result_.get(), row, column) != 0) return std::nullopt;
  return std::string_view(PQgetvalue(result_.get(), row, column),
                          static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
}

void PgConnection::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

std::unique_ptr<pg_conn, PgConnection::Close> PgConnection::Connect(const Options& options,
                                                                    const char* target_session_attrs) {
  const std::string seconds =
      StrCat(std::max<std::int64_t>(2, absl::ToInt64Seconds(options.connect_timeout)));
  std::vector<const char*> keywords = {"connect_timeout", "target_session_attrs"};
  std::vector<const char*> values = {seconds.c_str(), target_session_attrs};
  for (const auto& [keyword, value] : kDefaults) {
    keywords.push_back(keyword);
    values.push_back(value);
  }
  // Later values override earlier ones: the URL overrides the defaults, and client_encoding overrides the
  // URL. All of them override settings of the role and the database.
  keywords.insert(keywords.end(), {"dbname", "client_encoding", nullptr});
  values.insert(values.end(), {options.url.c_str(), "UTF8", nullptr});
  return std::unique_ptr<pg_conn, Close>(
      PQconnectdbParams(keywords.data(), values.data(), /*expand_dbname=*/1));
}

absl::StatusOr<std::unique_ptr<PgConnection>> PgConnection::Open(const Options& options) {
  if (absl::Status status = CheckUrl(options.url); !status.ok()) {
    return absl::InvalidArgumentError(StrCat("the PostgreSQL URL ", std::string(status.message())));
  }
  std::string database = Describe(options.url);
  std::unique_ptr<pg_conn, Close> connection = Connect(options, "read-write");
  // For read-only access, a standby suffices if no server accepts writes.
  if (PQstatus(connection.get()) != CONNECTION_OK && options.access == Access::kReadOnly) {
    connection = Connect(options, "any");
  }
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return PgUnavailable(StrCat(database, " can't be reached: ", OneLine(PQerrorMessage(connection.get()))));
  }
  for (const char* parameter : {"server_encoding", "client_encoding"}) {
    const char* encoding = PQparameterStatus(connection.get(), parameter);
    if (encoding == nullptr || std::string_view(encoding) == "UTF8") continue;
    return PgUnavailable(StrCat(database, " must be encoded in UTF8: its ", parameter, " is ", encoding));
  }
  PQsetNoticeProcessor(
      connection.get(), [](void*, const char*) {}, nullptr);
  if (PQsetnonblocking(connection.get(), 1) != 0 || PQenterPipelineMode(connection.get()) != 1) {
    return PgUnavailable(StrCat(database, ": ", OneLine(PQerrorMessage(connection.get()))));
  }
  return absl::WrapUnique(new PgConnection(std::move(connection), options, std::move(database)));
}

PgConnection::PgConnection(std::unique_ptr<pg_conn, Close> connection, const Options& options,
                           std::string database)
    : connection_(std::move(connection)),
      options_(options),
      database_(std::move(database)),
      open_time_(SteadyTime::Now()) {}

PgConnection::~PgConnection() = default;

int PgConnection::opened_pid() const {
  return PQbackendPID(connection_.get());
}

bool PgConnection::usable() const {
  return !lost_ && PQstatus(connection_.get()) == CONNECTION_OK;
}

bool PgConnection::in_transaction() const {
  return PQtransactionStatus(connection_.get()) != PQTRANS_IDLE;
}

PgError PgConnection::Lost() {
  lost_ = true;
  return LostConnection(database_, PQerrorMessage(connection_.get()));
}

void PgConnection::Require(int sent) {
  if (sent != 1) throw Lost();
}

const char* PgConnection::Prepare(const char* sql, const PgArguments& arguments) {
  const auto [known, is_new] = prepared_.try_emplace(sql);
  std::string& name = known->second;
  if (is_new) {
    name = StrCat("keelson_", ++names_);
    Require(PQsendPrepare(connection_.get(), name.c_str(), sql, arguments.count, arguments.types));
    pending_.push_back({Step::kPrepare, sql, kAnyNumber, nullptr});
  }
  return name.c_str();
}

void PgConnection::Queue(const char* sql, const PgArguments& arguments, int affected, PgResult* result) {
  if (options_.prepared_statements) {
    const char* name = Prepare(sql, arguments);
    Require(PQsendQueryPrepared(connection_.get(), name, arguments.count, arguments.values, arguments.lengths,
                                arguments.formats, /*resultFormat=*/1));
  } else {
    Require(PQsendQueryParams(connection_.get(), sql, arguments.count, arguments.types, arguments.values,
                              arguments.lengths, arguments.formats, /*resultFormat=*/1));
  }
  pending_.push_back({Step::kExecute, sql, affected, result});
}

void PgConnection::QueueOnce(const std::string& sql, PgResult* result) {
  Require(PQsendQueryParams(connection_.get(), sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr,
                            /*resultFormat=*/1));
  pending_.push_back({Step::kExecute, sql.c_str(), kAnyNumber, result});
}

void PgConnection::Await(Deadline deadline) {
  Require(PQsendFlushRequest(connection_.get()));
  AwaitAll(deadline);
}

void PgConnection::Finish(Deadline deadline) {
  Require(PQpipelineSync(connection_.get()));
  pending_.push_back({Step::kSync, nullptr, kAnyNumber, nullptr});
  AwaitAll(deadline);
}

void PgConnection::AwaitAll(Deadline deadline) {
  while (!pending_.empty() && !lost_ && (!error_ || pending_.back().step == Step::kSync)) Receive(deadline);
  if (error_) throw *std::exchange(error_, std::nullopt);
}

// Blocks until a whole result has arrived.
void PgConnection::AwaitInput(Deadline deadline) {
  while (PQisBusy(connection_.get()) != 0) {
    const int unsent = PQflush(connection_.get());
    if (unsent < 0) throw Lost();
    pollfd polled{PQsocket(connection_.get()), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
    const int ready = poll(&polled, 1, deadline.PollMilliseconds());
    if (ready < 0 && errno != EINTR) throw Lost();
    if (ready == 0 && deadline.expired()) {
      lost_ = true;
      throw PgError(PgFailure::kTimedOut,
                    absl::DeadlineExceededError("the deadline expired before the database responded"));
    }
    if ((polled.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_.get()) != 1) throw Lost();
  }
}

void PgConnection::Receive(Deadline deadline) {
  AwaitInput(deadline);
  pg_result* raw = PQgetResult(connection_.get());
  // A null result marks the end of the results of a statement.
  if (raw == nullptr) return;
  PgResult result(raw);
  const int status = PQresultStatus(raw);
  const bool from_server = !FieldOf(raw, PG_DIAG_SQLSTATE).empty();
  if (pending_.empty() || (PQstatus(connection_.get()) == CONNECTION_BAD && !from_server)) throw Lost();
  const Pending pending = pending_.front();
  pending_.pop_front();
  Take(pending, std::move(result), status, raw);
}

void PgConnection::Take(const Pending& pending, PgResult result, int status, pg_result* raw) {
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) {
    if (pending.affected != kAnyNumber && result.affected() != pending.affected) {
      Fail({PgFailure::kInternal,
            absl::InternalError(StrCat("a statement changed the wrong number of rows: ", pending.sql))});
    }
    if (pending.result != nullptr) *pending.result = std::move(result);
    return;
  }
  if (pending.step == Step::kPrepare) prepared_.erase(pending.sql);
  if (status == PGRES_PIPELINE_ABORTED || status == PGRES_PIPELINE_SYNC) return;
  Fail(MakePgError(database_, FieldOf(raw, PG_DIAG_SQLSTATE), FieldOf(raw, PG_DIAG_CONSTRAINT_NAME),
                   FieldOf(raw, PG_DIAG_MESSAGE_PRIMARY)));
}

// Keeps the first error only: the server rolls back earlier statements and skips later ones.
void PgConnection::Fail(PgError error) {
  if (error.failure() == PgFailure::kLost) lost_ = true;
  if (!error_) error_ = std::move(error);
}

void PgConnection::RunSimple(const char* sql, std::string_view copied, Deadline deadline) {
  // Scripts need the simple query protocol, and COPY can't run in a pipeline: leave pipeline mode.
  Require(PQexitPipelineMode(connection_.get()));
  Require(PQsendQuery(connection_.get(), sql));
  std::optional<PgError> failure;
  while (true) {
    AwaitInput(deadline);
    pg_result* raw = PQgetResult(connection_.get());
    if (raw == nullptr) break;
    const PgResult result(raw);
    if (PQresultStatus(raw) == PGRES_COPY_IN) SendCopied(copied);
    if (PQresultStatus(raw) != PGRES_FATAL_ERROR) continue;
    failure = MakePgError(database_, FieldOf(raw, PG_DIAG_SQLSTATE), FieldOf(raw, PG_DIAG_CONSTRAINT_NAME),
                          FieldOf(raw, PG_DIAG_MESSAGE_PRIMARY));
  }
  if (!usable()) throw Lost();
  Require(PQenterPipelineMode(connection_.get()));
  if (failure) throw *failure;
}

// libpq buffers bytes that the server does not accept immediately; AwaitInput sends them.
void PgConnection::SendCopied(std::string_view bytes) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kCopyMessage))) {
    const std::string_view message = bytes.substr(0, kCopyMessage);
    Require(PQputCopyData(connection_.get(), message.data(), static_cast<int>(message.size())));
  }
  Require(PQputCopyEnd(connection_.get(), nullptr));
}

bool PgConnection::Recover(Deadline deadline) {
  if (!usable()) return false;
  try {
    // After an error, the server skips all statements up to the end of the pipeline (Sync).
    Finish(deadline);
  } catch (const PgError&) {
    if (!usable()) return false;
  }
  return !in_transaction() || Rollback(deadline);
}

bool PgConnection::Rollback(Deadline deadline) {
  if (!usable()) return false;
  try {
    Queue("ROLLBACK", PgParameters().view());
    Finish(deadline);
  } catch (const PgError&) {
    return false;
  }
  return !in_transaction();
}

void PgConnection::Abandon() {
  lost_ = true;
  // The number of blocked threads is bounded by the number of open connections.
  if (PGcancel* cancel = PQgetCancel(connection_.get())) std::thread(Cancel, cancel).detach();
}

void PgConnection::RequireServer() {
  if (HasUnexpectedInput() && PQconsumeInput(connection_.get()) != 1) throw Lost();
  if (PQstatus(connection_.get()) != CONNECTION_OK) throw Lost();
}

bool PgConnection::HasUnexpectedInput() {
  pollfd polled{PQsocket(connection_.get()), POLLIN, 0};
  return poll(&polled, 1, 0) != 0;
}

}  // namespace keelson
