#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/sessions/session_repository.h"

namespace keelson {

class SqliteSessions : public SessionReader, public SessionRepository {
 public:
  explicit SqliteSessions(Connection& connection);

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
  template <typename... Args>
  Found<Session> FindOne(Query& query, const Args&... args);
  template <typename... Args>
  absl::StatusOr<std::vector<Session>> FindAll(Query& query, const Args&... args);

  Connection& connection_;
  Query introspect_;
  Query list_;
  Query count_;
  Query find_;
  Query find_by_access_digest_;
  Query find_by_refresh_key_;
  Query list_all_;
  Query insert_;
  Query update_;
  Query record_use_;
  Query delete_;
};

}  // namespace keelson
