#include "adapters/store/memory/sessions.h"

#include <algorithm>
#include <iterator>

#include "adapters/store/memory/expired_rows.h"
#include "adapters/store/memory/invariants.h"
#include "core/common/status_macros.h"

namespace keelson {
namespace {

// Positions before and after all sessions of a user.
constexpr ListPosition kBeforeAll{absl::InfinitePast(), {}};
constexpr ListPosition kAfterAll{absl::InfiniteFuture(), {}};

}  // namespace

Found<Session> MemorySessions::FindIn(const DigestIndex& index, const Sha256Digest& digest) {
  const SessionId* id = index.Find(digest);
  if (id == nullptr) return std::nullopt;
  return FindForUpdate(*id);
}

Found<IntrospectedSession> MemorySessions::FindByAccessDigest(const Sha256Digest& access_digest) {
  ASSIGN_OR_RETURN(std::optional<Session> session, FindIn(by_access_digest_, access_digest));
  if (!session) return std::nullopt;
  ASSIGN_OR_RETURN(const std::optional<User> user, users_.Find((*session)->user_id));
  return IntrospectedSession{*std::move(session), user && (*user)->email_verify_time.has_value()};
}

absl::StatusOr<std::vector<Session>> MemorySessions::List(UserId user_id, std::optional<ListPosition> before,
                                                          int limit) {
  std::vector<Session> found;
  const auto end = by_user_.rows().lower_bound({user_id, before.value_or(kAfterAll)});
  for (auto entry = std::make_reverse_iterator(end);
       entry != by_user_.rows().rend() && entry->first.first == user_id && std::ssize(found) < limit;
       ++entry) {
    found.push_back(*sessions_.Find(entry->second));
  }
  return found;
}

absl::StatusOr<std::int64_t> MemorySessions::Count(absl::Time now, absl::Time used_after) {
  return std::count_if(sessions_.rows().begin(), sessions_.rows().end(), [&](const auto& row) {
    return row.second->expire_time > now && row.second->last_use_time > used_after;
  });
}

Found<Session> MemorySessions::FindForUpdate(SessionId id) {
  const Session* session = sessions_.Find(id);
  return session ? std::optional<Session>(*session) : std::nullopt;
}

Found<Session> MemorySessions::FindByAccessDigestForUpdate(const Sha256Digest& access_digest) {
  return FindIn(by_access_digest_, access_digest);
}

Found<Session> MemorySessions::FindByRefreshKeyForUpdate(const Sha256Digest& refresh_key) {
  return FindIn(by_refresh_key_, refresh_key);
}

absl::StatusOr<std::vector<Session>> MemorySessions::ListForUpdate(UserId user_id) {
  std::vector<Session> found;
  for (auto entry = by_user_.rows().lower_bound({user_id, kBeforeAll});
       entry != by_user_.rows().end() && entry->first.first == user_id; ++entry) {
    found.push_back(*sessions_.Find(entry->second));
  }
  return found;
}

absl::Status MemorySessions::Put(const Session& session) {
  RETURN_IF_ERROR(journal_.Fail(CheckInvariants(session.fields())));
  if (by_access_digest_.Find(session->access_digest) != nullptr ||
      by_refresh_key_.Find(session->refresh_key) != nullptr) {
    return journal_.Fail(absl::InternalError("another session has the same access token or refresh key"));
  }
  by_access_digest_.Put(session->access_digest, session->id);
  by_refresh_key_.Put(session->refresh_key, session->id);
  by_user_.Put(PositionOfUser(session), session->id);
  sessions_.Put(session->id, session);
  return absl::OkStatus();
}

void MemorySessions::Erase(const Session& session) {
  by_access_digest_.Erase(session->access_digest);
  by_refresh_key_.Erase(session->refresh_key);
  by_user_.Erase(PositionOfUser(session));
  sessions_.Erase(session->id);
}

absl::Status MemorySessions::Insert(const Session& session) {
  if (sessions_.Find(session->id) != nullptr)
    return journal_.Fail(absl::InternalError("a session with this id already exists"));
  return Put(session);
}

absl::Status MemorySessions::Update(const Session& session) {
  const Session* old = sessions_.Find(session->id);
  if (old == nullptr) return journal_.Fail(absl::InternalError("the session to update does not exist"));
  Erase(Session(*old));
  return Put(session);
}

absl::Status MemorySessions::RecordUses(const std::map<SessionId, absl::Time>& uses,
                                        absl::Duration precision) {
  for (const auto& [id, time] : uses) {
    const Session* session = sessions_.Find(id);
    if (session == nullptr || session->fields().last_use_time > time - precision) continue;
    SessionFields fields = session->fields();
    fields.last_use_time = time;
    sessions_.Put(id, Session(std::move(fields)));
  }
  return absl::OkStatus();
}

absl::Status MemorySessions::Delete(SessionId id) {
  if (const Session* session = sessions_.Find(id)) Erase(Session(*session));
  return absl::OkStatus();
}

int MemorySessions::DeleteExpired(absl::Time now, int limit) {
  const std::vector<SessionId> expired =
      ListExpired(sessions_, limit, [&](const Session& session) { return session->expire_time <= now; });
  for (const SessionId& id : expired) Erase(Session(*sessions_.Find(id)));
  return static_cast<int>(expired.size());
}

std::vector<SessionFields> MemorySessions::ListAfter(std::string_view after, int limit) const {
  return keelson::ListAfter(sessions_.rows(), IdInKey<SessionId>(after), limit,
                            [](SessionId, const Session& session) { return session.fields(); });
}

}  // namespace keelson
