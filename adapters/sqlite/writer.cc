#include "adapters/sqlite/writer.h"

#include "adapters/sqlite/errors.h"
#include "core/common/error.h"

namespace keelson {
namespace {

// A checkpoint keeps one batch waiting. So many pages apart it concerns fewer than one call in a hundred.
constexpr int kCheckpointPages = 20'000;
// How long nothing is written before the log is copied for good.
constexpr absl::Duration kIdle = absl::Milliseconds(200);

absl::Status TooLate() {
  return absl::DeadlineExceededError("the deadline passed before the write began");
}

}  // namespace

Writer::Writer(const Options& options, std::unique_ptr<WriteSession> session, ReaderPool& readers,
               std::atomic<std::uint64_t>& commits, Clock& clock)
    : options_(options),
      session_(std::move(session)),
      readers_(readers),
      commits_(commits),
      clock_(clock),
      queue_(options.queue),
      checkpoint_pages_(kCheckpointPages),
      thread_([this] { Run(); }) {}

Writer::~Writer() {
  queue_.Close();
  thread_.join();
}

absl::Status Writer::Write(absl::Time deadline, Store::WriteWork work) {
  if (clock_.Now() >= deadline) return TooLate();
  WriteUnit unit{deadline, work, absl::OkStatus(), {}};
  absl::Status status = queue_.Push(&unit);
  if (!status.ok()) return status;
  if (!unit.done.WaitForNotificationWithTimeout(deadline - clock_.Now()) && queue_.Withdraw(&unit)) {
    return TooLate();
  }
  unit.done.WaitForNotification();
  return unit.result;
}

void Writer::Run() {
  while (!queue_.drained()) {
    const bool settled = session_->wal_pages() == 0;
    const std::vector<WriteUnit*> units =
        queue_.Take(options_.group_commit, settled ? absl::InfiniteDuration() : kIdle);
    if (!units.empty()) Commit(units);
    if (units.empty() || session_->wal_pages() >= checkpoint_pages_) Checkpoint();
  }
}

void Writer::Commit(const std::vector<WriteUnit*>& units) {
  if (session_->Commit(units)) commits_.fetch_add(1, std::memory_order_release);
  if (!session_->last_failure().ok()) failures_.fetch_add(1, std::memory_order_release);
  for (WriteUnit* unit : units) unit->done.Notify();
}

void Writer::Checkpoint() {
  readers_.LetGoStale();
  if (session_->Checkpoint()) readers_.WithoutReaders([this] { session_->RestartLog(); });
  checkpoint_pages_ = session_->wal_pages() + kCheckpointPages;
}

absl::Status Writer::Check(absl::Time deadline) {
  const std::uint64_t failures = failures_.load(std::memory_order_acquire);
  if (recovered_.load(std::memory_order_acquire) >= failures) return absl::OkStatus();
  absl::Status status = Write(deadline, [](WriteTransaction& tx) {
    return static_cast<SqliteWriteTransaction&>(tx).probe().Write();
  });
  if (status.ok()) recovered_.store(failures, std::memory_order_release);
  return status;
}

}  // namespace keelson
