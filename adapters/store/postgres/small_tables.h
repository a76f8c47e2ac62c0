// The repositories of a statement or two.
#pragma once

#include "adapters/store/postgres/session.h"
#include "core/repositories.h"

namespace keelson {

class PgWriteSession;

// To read answers.
class PgAnswers final : public IdempotencyReader {
 public:
  explicit PgAnswers(PgSession& session) : session_(session) {}
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;

 private:
  PgSession& session_;
};

// To record them as well; finds none while its session trusts that there is none.
class PgIdempotency final : public IdempotencyRepository {
 public:
  explicit PgIdempotency(PgWriteSession& session) : session_(session) {}
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;
  absl::Status Insert(const IdempotencyRecord& record) override;

 private:
  PgWriteSession& session_;
};

class PgCooldowns final : public CooldownRepository {
 public:
  explicit PgCooldowns(PgSession& session) : session_(session) {}
  absl::StatusOr<bool> TryStart(const Fingerprint& key, absl::Time now, absl::Time until) override;

 private:
  PgSession& session_;
};

class PgSettings final : public SettingRepository {
 public:
  explicit PgSettings(PgSession& session) : session_(session) {}
  Found<std::string> Find(std::string_view name) override;
  absl::Status Insert(std::string_view name, std::string_view value) override;

 private:
  PgSession& session_;
};

class PgExpiry final : public ExpiryRepository {
 public:
  explicit PgExpiry(PgSession& session) : session_(session) {}
  absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) override;

 private:
  PgSession& session_;
};

}  // namespace keelson
