#include "adapters/store/sqlite/sessions.h"

#include "adapters/store/sqlite/listing.h"

namespace keelson {
namespace {

constexpr auto kSelectSession = "SELECT " + kColumnNames<SessionFields> + " FROM sessions WHERE ";
constexpr auto kIntrospectSession =
    "SELECT " + kColumnNames<SessionFields> +
    ", email_verified OR (SELECT email_verify_time IS NOT NULL FROM users WHERE users.id = user_id) "
    "FROM sessions WHERE access_digest = ?";
constexpr auto kListSessions =
    kSelectSession + "user_id = ? AND (create_time, id) < (?, ?) ORDER BY create_time DESC, id DESC LIMIT ?";
constexpr Sql kCountSessions = "SELECT count(*) FROM sessions WHERE expire_time > ? AND last_use_time > ?";
constexpr auto kFindSession = kSelectSession + "id = ?";
constexpr auto kFindSessionByAccessDigest = kSelectSession + "access_digest = ?";
constexpr auto kFindSessionByRefreshKey = kSelectSession + "refresh_key = ?";
constexpr auto kListAllSessions = kSelectSession + "user_id = ? ORDER BY create_time, id";

constexpr Sql kRecordUse = "UPDATE sessions SET last_use_time = ?2 WHERE id = ?1 AND last_use_time <= ?3";
constexpr Sql kDeleteSession = "DELETE FROM sessions WHERE id = ?";

}  // namespace

SqliteSessions::SqliteSessions(Connection& connection)
    : connection_(connection),
      introspect_(connection, kIntrospectSession),
      list_(connection, kListSessions),
      count_(connection, kCountSessions),
      find_(connection, kFindSession),
      find_by_access_digest_(connection, kFindSessionByAccessDigest),
      find_by_refresh_key_(connection, kFindSessionByRefreshKey),
      list_all_(connection, kListAllSessions),
      insert_(connection, kInsertInto<SqlDialect::kSqlite, SessionFields, "sessions">),
      update_(connection, kUpdateById<SqlDialect::kSqlite, SessionFields, "sessions">),
      record_use_(connection, kRecordUse),
      delete_(connection, kDeleteSession) {}

Found<IntrospectedSession> SqliteSessions::FindByAccessDigest(const Sha256Digest& access_digest) {
  return connection_.CatchErrors([&]() -> Found<IntrospectedSession> {
    Rows rows = introspect_.Select(access_digest);
    if (!rows.Next()) return std::nullopt;
    bool email_verified = false;
    Session session(rows.ReadRow<SessionFields>(email_verified));
    return IntrospectedSession{std::move(session), email_verified};
  });
}

template <typename... Args>
Found<Session> SqliteSessions::FindOne(Query& query, const Args&... args) {
  return connection_.CatchErrors([&]() -> Found<Session> {
    Rows rows = query.Select(args...);
    if (!rows.Next()) return std::nullopt;
    return Session(rows.ReadRow<SessionFields>());
  });
}

template <typename... Args>
absl::StatusOr<std::vector<Session>> SqliteSessions::FindAll(Query& query, const Args&... args) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::vector<Session>> {
    std::vector<Session> sessions;
    Rows rows = query.Select(args...);
    while (rows.Next()) sessions.emplace_back(rows.ReadRow<SessionFields>());
    return sessions;
  });
}

absl::StatusOr<std::vector<Session>> SqliteSessions::List(UserId user_id, std::optional<ListPosition> before,
                                                          int limit) {
  const ListPosition end = before.value_or(ListParameters().end);
  return FindAll(list_, user_id, end.create_time, end.id, LimitParameter(limit));
}

absl::StatusOr<std::int64_t> SqliteSessions::Count(absl::Time now, absl::Time used_after) {
  return connection_.CatchErrors([&]() -> absl::StatusOr<std::int64_t> {
    std::int64_t count = 0;
    Rows rows = count_.Select(now, used_after);
    rows.Next();
    rows.Read(count);
    return count;
  });
}

Found<Session> SqliteSessions::FindForUpdate(SessionId id) {
  return FindOne(find_, id);
}

Found<Session> SqliteSessions::FindByAccessDigestForUpdate(const Sha256Digest& access_digest) {
  return FindOne(find_by_access_digest_, access_digest);
}

Found<Session> SqliteSessions::FindByRefreshKeyForUpdate(const Sha256Digest& refresh_key) {
  return FindOne(find_by_refresh_key_, refresh_key);
}

absl::StatusOr<std::vector<Session>> SqliteSessions::ListForUpdate(UserId user_id) {
  return FindAll(list_all_, user_id);
}

absl::Status SqliteSessions::Insert(const Session& session) {
  return connection_.CatchErrors([&] {
    insert_.ExecuteRow(session.fields());
    return absl::OkStatus();
  });
}

absl::Status SqliteSessions::Update(const Session& session) {
  return connection_.CatchErrors([&] {
    if (update_.ExecuteRow<MutableColumns>(session.fields(), session->id) != 1) {
      return absl::InternalError("the session to update does not exist");
    }
    return absl::OkStatus();
  });
}

absl::Status SqliteSessions::RecordUses(const std::map<SessionId, absl::Time>& uses,
                                        absl::Duration precision) {
  return connection_.CatchErrors([&] {
    for (const auto& [id, time] : uses) record_use_.Execute(id, time, time - precision);
    return absl::OkStatus();
  });
}

absl::Status SqliteSessions::Delete(SessionId id) {
  return connection_.CatchErrors([&] {
    delete_.Execute(id);
    return absl::OkStatus();
  });
}

}  // namespace keelson
