#include "adapters/store/memory/memory_store.h"

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/store/memory/bulk.h"
#include "adapters/store/memory/repositories.h"

namespace keelson {
namespace {

class MemoryReadTransaction : public ReadTransaction {
 public:
  explicit MemoryReadTransaction(Repositories& repositories) : repositories_(repositories) {}

  UserReader& users() override { return repositories_.users; }
  SessionReader& sessions() override { return repositories_.sessions; }
  OrderReader& orders() override { return repositories_.orders; }
  RefundReader& refunds() override { return repositories_.refunds; }
  LedgerReader& ledger() override { return repositories_.ledger; }
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
  SessionRepository& sessions() override { return repositories_.sessions; }
  ThrottleRepository& throttles() override { return repositories_.throttles; }
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

MemoryStore::MemoryStore() : contents_(std::make_unique<Contents>()) {}

MemoryStore::~MemoryStore() = default;

absl::Status MemoryStore::Read(Deadline deadline, ReadWork work) {
  if (deadline.expired()) return DeadlineExceededBeforeStart();
  absl::ReaderMutexLock lock(&contents_->mutex);
  MemoryReadTransaction transaction(contents_->repositories);
  return work(transaction);
}

absl::Status MemoryStore::Write(Deadline deadline, WriteWork work) {
  absl::MutexLock lock(&contents_->mutex);
  if (deadline.expired()) return DeadlineExceededBeforeStart();
  MemoryWriteTransaction transaction(contents_->repositories);
  absl::Status status = work(transaction);
  status.Update(contents_->journal.failure());
  if (!status.ok()) contents_->journal.Undo();
  contents_->journal.Forget();
  return status;
}

absl::Status MemoryStore::Check(Deadline /*deadline*/) {
  return absl::OkStatus();
}

std::unique_ptr<StoreExporter> MemoryStore::OpenReader() {
  absl::ReaderMutexLock lock(&contents_->mutex);
  return std::make_unique<MemoryExporter>(contents_->repositories);
}

std::unique_ptr<StoreImporter> MemoryStore::OpenTarget() {
  absl::ReaderMutexLock lock(&contents_->mutex);
  return std::make_unique<MemoryImporter>(contents_->mutex, contents_->journal, contents_->repositories);
}

}  // namespace keelson
