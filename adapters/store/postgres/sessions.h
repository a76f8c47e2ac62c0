#pragma once

#include "adapters/store/postgres/session.h"
#include "core/sessions/session_repository.h"

namespace keelson {

class PgSessions final : public SessionReader, public SessionRepository {
 public:
  explicit PgSessions(PgSession& session) : session_(session) {}

  Found<IntrospectedSession> FindByAccessDigest(const Sha256Digest& access_digest) override;
  absl::StatusOr<std::vector<Session>> List(UserId user_id, std::optional<ListPosition> before,
                                            int limit) override;
  absl::StatusOr<std::int64_t> Count(absl::Time now, absl::Time used_after) override;

  Found<Session> FindForUpdate(SessionId id) override;
  Found<Session> FindByAccessDigestForUpdate(const Sha256Digest& access_digest) override;
  Found<Session> FindByRefreshKeyForUpdate(const Sha256Digest& refresh_key) override;
  absl::StatusOr<std::vector<Session>> ListForUpdate(UserId user_id) override;
  absl::Status Insert(const Session& session) override;
  absl::Status Update(const Session& session) override;
  absl::Status RecordUses(const std::map<SessionId, absl::Time>& uses, absl::Duration precision) override;
  absl::Status Delete(SessionId id) override;

 private:
  template <typename Key>
  Found<Session> FindOne(const char* sql, const Key& key);

  PgSession& session_;
};

}  // namespace keelson
