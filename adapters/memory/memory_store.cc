#include "adapters/memory/memory_store.h"

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/memory/accounts.h"
#include "adapters/memory/messages.h"
#include "adapters/memory/records.h"
#include "adapters/memory/trade.h"

namespace keelson {
namespace {

class Expiry : public ExpiryRepository {
 public:
  Expiry(MemoryTokens& tokens, MemoryCooldowns& cooldowns, MemoryIdempotency& idempotency)
      : tokens_(tokens), cooldowns_(cooldowns), idempotency_(idempotency) {}

  absl::StatusOr<bool> DeleteExpired(absl::Time now, absl::Time answers_before, int limit) override {
    const int tokens = tokens_.DeleteExpired(now, limit);
    const int cooldowns = cooldowns_.DeleteExpired(now, limit);
    const int answers = idempotency_.DeleteExpired(answers_before, limit);
    return tokens == limit || cooldowns == limit || answers == limit;
  }

 private:
  MemoryTokens& tokens_;
  MemoryCooldowns& cooldowns_;
  MemoryIdempotency& idempotency_;
};

struct Repositories {
  explicit Repositories(Journal& j)
      : users(j),
        tokens(j),
        cooldowns(j),
        orders(j),
        refunds(j),
        messages(j),
        events(j),
        idempotency(j),
        settings(j),
        expiry(tokens, cooldowns, idempotency) {}

  MemoryUsers users;
  MemoryTokens tokens;
  MemoryCooldowns cooldowns;
  MemoryOrders orders;
  MemoryRefunds refunds;
  MemoryMessages messages;
  MemoryEvents events;
  MemoryIdempotency idempotency;
  MemorySettings settings;
  Expiry expiry;
};

class MemoryReadTransaction : public ReadTransaction {
 public:
  explicit MemoryReadTransaction(Repositories& repositories) : repositories_(repositories) {}

  UserReader& users() override { return repositories_.users; }
  OrderReader& orders() override { return repositories_.orders; }
  RefundReader& refunds() override { return repositories_.refunds; }
  MessageReader& messages() override { return repositories_.messages; }
  EventReader& events() override { return repositories_.events; }
  IdempotencyReader& idempotency() override { return repositories_.idempotency; }

 private:
  Repositories& repositories_;
};

class MemoryWriteTransaction : public WriteTransaction {
 public:
  explicit MemoryWriteTransaction(Repositories& repositories) : repositories_(repositories) {}

  UserRepository& users() override { return repositories_.users; }
  TokenRepository& tokens() override { return repositories_.tokens; }
  CooldownRepository& cooldowns() override { return repositories_.cooldowns; }
  OrderRepository& orders() override { return repositories_.orders; }
  RefundRepository& refunds() override { return repositories_.refunds; }
  MessageRepository& messages() override { return repositories_.messages; }
  EventRepository& events() override { return repositories_.events; }
  IdempotencyRepository& idempotency() override { return repositories_.idempotency; }
  SettingRepository& settings() override { return repositories_.settings; }
  ExpiryRepository& expiry() override { return repositories_.expiry; }

 private:
  Repositories& repositories_;
};

}  // namespace

struct MemoryStore::Contents {
  absl::Mutex mutex;
  Journal journal ABSL_GUARDED_BY(mutex);
  Repositories repositories ABSL_GUARDED_BY(mutex){journal};
};

MemoryStore::MemoryStore(Clock& clock) : clock_(clock), contents_(std::make_unique<Contents>()) {}

MemoryStore::~MemoryStore() = default;

absl::Status MemoryStore::Read(absl::Time deadline, ReadWork work) {
  if (clock_.Now() >= deadline) {
    return absl::DeadlineExceededError("the deadline passed before the read began");
  }
  absl::ReaderMutexLock lock(&contents_->mutex);
  MemoryReadTransaction transaction(contents_->repositories);
  return work(transaction);
}

absl::Status MemoryStore::Write(absl::Time deadline, WriteWork work) {
  absl::MutexLock lock(&contents_->mutex);
  if (clock_.Now() >= deadline) {
    return absl::DeadlineExceededError("the deadline passed before the write began");
  }
  MemoryWriteTransaction transaction(contents_->repositories);
  absl::Status status = work(transaction);
  status.Update(contents_->journal.failure());
  if (!status.ok()) contents_->journal.Undo();
  contents_->journal.Forget();
  return status;
}

absl::Status MemoryStore::Check(absl::Time) {
  return absl::OkStatus();
}

}  // namespace keelson
