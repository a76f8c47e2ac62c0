#pragma once

#include <utility>

#include "adapters/store/memory/table.h"
#include "adapters/store/memory/users.h"
#include "core/sessions/session_repository.h"
#include "core/store/export/rows.h"

namespace keelson {

class MemorySessions : public SessionReader, public SessionRepository {
 public:
  MemorySessions(Journal& journal, MemoryUsers& users)
      : journal_(journal),
        users_(users),
        sessions_(journal),
        by_access_digest_(journal),
        by_refresh_key_(journal),
        by_user_(journal) {}

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
  int DeleteExpired(absl::Time now, int limit);

  std::vector<SessionFields> ListAfter(std::string_view after, int limit) const;

 private:
  using UserPosition = std::pair<UserId, ListPosition>;
  using DigestIndex = Table<Sha256Digest, SessionId>;

  static UserPosition PositionOfUser(const Session& session) {
    return {session->user_id, PositionOf(session)};
  }
  Found<Session> FindIn(const DigestIndex& index, const Sha256Digest& digest);
  absl::Status Put(const Session& session);
  // Removes the row and its index entries.
  void Erase(const Session& session);

  Journal& journal_;
  MemoryUsers& users_;
  Table<SessionId, Session> sessions_;
  DigestIndex by_access_digest_;
  DigestIndex by_refresh_key_;
  Table<UserPosition, SessionId> by_user_;
};

}  // namespace keelson
