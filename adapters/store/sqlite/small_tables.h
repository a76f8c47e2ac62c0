// The repositories of a statement or two.
#pragma once

#include "adapters/store/sqlite/query.h"
#include "core/repositories.h"

namespace keelson {

class SqliteIdempotency : public IdempotencyRepository {
 public:
  explicit SqliteIdempotency(Connection& connection);
  Found<IdempotencyRecord> Find(const Fingerprint& key) override;
  absl::Status Insert(const IdempotencyRecord& record) override;

 private:
  Connection& connection_;
  Query find_;
  Query insert_;
};

class SqliteCooldowns : public CooldownRepository {
 public:
  explicit SqliteCooldowns(Connection& connection);
  absl::StatusOr<bool> TryStart(const Fingerprint& key, absl::Time now, absl::Time until) override;

 private:
  Connection& connection_;
  Query start_;
};

class SqliteSettings : public SettingRepository {
 public:
  explicit SqliteSettings(Connection& connection);
  Found<std::string> Find(std::string_view name) override;
  absl::Status Insert(std::string_view name, std::string_view value) override;

 private:
  Connection& connection_;
  Query find_;
  Query insert_;
};

class SqliteExpiry : public ExpiryRepository {
 public:
  explicit SqliteExpiry(Connection& connection);
  absl::StatusOr<bool> DeleteExpired(const ExpiryBounds& bounds, int limit) override;

 private:
  Connection& connection_;
  Query delete_tokens_;
  Query delete_cooldowns_;
  Query delete_answers_;
  Query delete_messages_;
};

// A row that is rewritten to find out whether the store takes writes again: larger than a batch of units, so
// that it does not succeed where they would fail.
class SqliteProbe {
 public:
  explicit SqliteProbe(Connection& connection);
  absl::Status Write();

 private:
  Connection& connection_;
  Query write_;
};

}  // namespace keelson
