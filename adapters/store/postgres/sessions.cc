#include "adapters/store/postgres/sessions.h"

#include "adapters/store/postgres/entity_rows.h"
#include "adapters/store/postgres/listing.h"

namespace keelson {
namespace {

constexpr auto kSelectSession = "SELECT " + kColumnNames<SessionFields> + " FROM sessions WHERE ";
// A subselect and not a join: whatever the statistics say, the planner reads one row of users by its primary
// key.
constexpr auto kIntrospectSession =
    "SELECT " + kColumnNames<SessionFields> +
    ", email_verified OR (SELECT email_verify_time IS NOT NULL FROM users WHERE users.id = user_id) "
    "FROM sessions WHERE access_digest = $1";
constexpr Sql kCountSessions = "SELECT count(*) FROM sessions WHERE expire_time > $1 AND last_use_time > $2";
constexpr auto kFindSessionForUpdate = kSelectSession + "id = $1 FOR UPDATE";
constexpr auto kFindSessionByAccessDigestForUpdate = kSelectSession + "access_digest = $1 FOR UPDATE";
constexpr auto kFindSessionByRefreshKeyForUpdate = kSelectSession + "refresh_key = $1 FOR UPDATE";
// Locks rows in a fixed order, so that two transactions never deadlock.
constexpr auto kListSessionsForUpdate = kSelectSession + "user_id = $1 ORDER BY create_time, id FOR UPDATE";
constexpr auto kInsertSession = kInsertInto<SqlDialect::kPostgres, SessionFields, "sessions">;
constexpr auto kUpdateSession = kUpdateById<SqlDialect::kPostgres, SessionFields, "sessions">;
// SKIP LOCKED: a session that another transaction changes is being refreshed, which sets its last use, or
// ended, or another instance records the same use.
constexpr Sql kRecordUses =
    "WITH used AS (SELECT id, used_at FROM unnest($1, $2, $3) AS u (id, used_at, due) JOIN sessions USING "
    "(id) "
    "WHERE last_use_time <= due FOR NO KEY UPDATE OF sessions SKIP LOCKED) "
    "UPDATE sessions SET last_use_time = used_at FROM used WHERE sessions.id = used.id";
constexpr Sql kDeleteSession = "DELETE FROM sessions WHERE id = $1";

}  // namespace

Found<IntrospectedSession> PgSessions::FindByAccessDigest(const Sha256Digest& access_digest) {
  return session_.CatchErrors([&]() -> Found<IntrospectedSession> {
    const PgResult result = session_.SelectOne(kIntrospectSession, access_digest);
    if (result.rows() == 0) return std::nullopt;
    bool email_verified = false;
    Session session(ReadRow<SessionFields>(result, 0, email_verified));
    return IntrospectedSession{std::move(session), email_verified};
  });
}

absl::StatusOr<std::vector<Session>> PgSessions::List(UserId user_id, std::optional<ListPosition> before,
                                                      int limit) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Session>> {
    return ReadRows<SessionFields, Session>(SelectSessionPage(session_, user_id, before, limit));
  });
}

absl::StatusOr<std::int64_t> PgSessions::Count(absl::Time now, absl::Time used_after) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::int64_t> {
    std::int64_t count = 0;
    session_.Select(kCountSessions, now, used_after).Read(0, count);
    return count;
  });
}

template <typename Key>
Found<Session> PgSessions::FindOne(const char* sql, const Key& key) {
  return session_.CatchErrors(
      [&]() -> Found<Session> { return ReadOneRow<SessionFields, Session>(session_.Select(sql, key)); });
}

Found<Session> PgSessions::FindForUpdate(SessionId id) {
  return FindOne(kFindSessionForUpdate, id);
}

Found<Session> PgSessions::FindByAccessDigestForUpdate(const Sha256Digest& access_digest) {
  return FindOne(kFindSessionByAccessDigestForUpdate, access_digest);
}

Found<Session> PgSessions::FindByRefreshKeyForUpdate(const Sha256Digest& refresh_key) {
  return FindOne(kFindSessionByRefreshKeyForUpdate, refresh_key);
}

absl::StatusOr<std::vector<Session>> PgSessions::ListForUpdate(UserId user_id) {
  return session_.CatchErrors([&]() -> absl::StatusOr<std::vector<Session>> {
    return ReadRows<SessionFields, Session>(session_.Select(kListSessionsForUpdate, user_id));
  });
}

absl::Status PgSessions::Insert(const Session& session) {
  return session_.CatchErrors([&] {
    InsertRow(session_, kInsertSession, session.fields());
    return absl::OkStatus();
  });
}

absl::Status PgSessions::Update(const Session& session) {
  return session_.CatchErrors([&] {
    UpdateRow(session_, kUpdateSession, session.fields());
    return absl::OkStatus();
  });
}

absl::Status PgSessions::RecordUses(const std::map<SessionId, absl::Time>& uses, absl::Duration precision) {
  std::vector<SessionId> ids;
  std::vector<absl::Time> times;
  std::vector<absl::Time> due;
  for (const auto& [id, time] : uses) {
    ids.push_back(id);
    times.push_back(time);
    due.push_back(time - precision);
  }
  return session_.CatchErrors([&] {
    session_.Execute(kRecordUses, ids, times, due);
    return absl::OkStatus();
  });
}

absl::Status PgSessions::Delete(SessionId id) {
  return session_.CatchErrors([&] {
    session_.Execute(kDeleteSession, id);
    return absl::OkStatus();
  });
}

}  // namespace keelson
