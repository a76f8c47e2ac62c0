#include "adapters/store/sqlite/writer.h"

#include "adapters/store/sqlite/errors.h"
#include "core/common/status_macros.h"
#include "core/store/store.h"

namespace keelson {
namespace {

// Minimum number of commits and pages between two checkpoints. A checkpoint delays one batch by several times
// the duration of a commit, and syncs the disk twice. With a checkpoint after every 256 commits, fewer
// than one batch in a hundred is delayed.
constexpr int kCheckpointCommits = 256;
constexpr int kCheckpointPages = 20'000;
// At this size of the log (320 MiB), the thread checkpoints regardless of the number of commits. A long read
// of another process can make the log larger.
constexpr int kLargestLogPages = 80'000;
// After this time without a write, the thread checkpoints, so that an idle service has an empty log.
constexpr absl::Duration kIdle = absl::Milliseconds(200);

}  // namespace

Writer::Writer(const Options& options, WriteSession& session, ReaderPool& readers,
               std::atomic<std::uint64_t>& commits)
    : options_(options),
      session_(session),
      readers_(readers),
      commits_(commits),
      queue_(options.queue),
      thread_([this] { Run(); }) {}

Writer::~Writer() {
  queue_.Close();
  thread_.join();
}

absl::Status Writer::Write(Deadline deadline, Store::WriteWork work) {
  if (deadline.expired()) return DeadlineExceededBeforeStart();
  WriteUnit unit{deadline, work, absl::OkStatus(), {}};
  RETURN_IF_ERROR(queue_.Push(&unit));
  if (!unit.done.WaitUntil(deadline)) {
    if (queue_.Withdraw(&unit)) return DeadlineExceededBeforeStart();
    unit.done.WaitUntil(Deadline::Never());
  }
  return unit.result;
}

void Writer::Run() {
  while (!queue_.drained()) {
    const bool settled = session_.wal_pages() == 0;
    const std::vector<WriteUnit*> units =
        queue_.Take(options_.group_commit, settled ? absl::InfiniteDuration() : kIdle);
    if (!units.empty()) Commit(units);
    if (units.empty() || CheckpointDue()) Checkpoint();
  }
}

void Writer::Commit(const std::vector<WriteUnit*>& units) {
  if (session_.Commit(units)) {
    commits_.fetch_add(1, std::memory_order_release);
    ++commits_since_checkpoint_;
  }
  if (session_.has_erased()) EmptyLog();
  if (!session_.last_failure().ok()) failures_.fetch_add(1, std::memory_order_release);
  for (WriteUnit* unit : units) unit->done.Notify();
}

bool Writer::CheckpointDue() const {
  const int pages = session_.wal_pages() - pages_left_;
  return pages >= kLargestLogPages ||
         (pages >= kCheckpointPages && commits_since_checkpoint_ >= kCheckpointCommits);
}

void Writer::Checkpoint() {
  readers_.ReleaseStale();
  if (session_.Checkpoint()) readers_.WithoutReaders([this] { session_.RestartLog(); });
  pages_left_ = session_.wal_pages();
  commits_since_checkpoint_ = 0;
}

// Waits for running reads, because a read of an older snapshot prevents a complete checkpoint. If another
// process is reading the file, the next checkpoint after its read empties the log.
void Writer::EmptyLog() {
  readers_.WithoutReaders([this] {
    if (session_.Checkpoint()) session_.RestartLog();
  });
  pages_left_ = session_.wal_pages();
  commits_since_checkpoint_ = 0;
}

absl::Status Writer::Check(Deadline deadline) {
  const std::uint64_t failures = failures_.load(std::memory_order_acquire);
  if (recovered_.load(std::memory_order_acquire) >= failures) return absl::OkStatus();
  RETURN_IF_ERROR(Write(deadline, [](WriteTransaction& tx) {
    return static_cast<SqliteWriteTransaction&>(tx).probe().Write();
  }));
  recovered_.store(failures, std::memory_order_release);
  return absl::OkStatus();
}

}  // namespace keelson
