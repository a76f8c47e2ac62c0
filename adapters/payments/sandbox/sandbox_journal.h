#pragma once

#include <sys/types.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "core/common/deadline.h"
#include "core/common/money.h"

namespace keelson {

// One line of the journal.
struct SandboxEntry {
  enum class Type { kRequest, kPayout };
  Type type = Type::kRequest;
  // The file stores whole microseconds.
  absl::Time time;
  std::string key;
  std::string refund_id;
  std::string payment_reference;
  Money amount;
  // A request: the name of the outcome. A payout: the sandbox's id of the refund.
  std::string result;
};

// What the journal says about one idempotency key.
struct SandboxRefund {
  // The parameters and the time of the first request.
  SandboxEntry first;
  // Number of payouts; more than one would be a double payment.
  int payouts = 0;
};

// The sandbox's own durable record of what it was asked and what it paid: a file to which every request and
// every payout appends one JSON line. Any number of threads and processes on one machine may use the file:
// each change runs under a file lock and sees the changes of all others. An incomplete last line, which a
// crash may leave, is removed by the next change; its writer returned no response. The journal keeps about
// 300 bytes of memory for each idempotency key. Thread-safe. Blocks on the disk.
class SandboxJournal {
 public:
  using Decide = absl::FunctionRef<std::vector<SandboxEntry>(const SandboxRefund* known)>;

  // Creates the file if it does not exist, with mode 0600. Returns FAILED_PRECONDITION if the file can't be
  // opened or is not a journal.
  static absl::StatusOr<std::unique_ptr<SandboxJournal>> Open(std::string path);
  ~SandboxJournal();
  SandboxJournal(const SandboxJournal&) = delete;
  SandboxJournal& operator=(const SandboxJournal&) = delete;

  // Calls `decide` with the refund of `key`, or null if the journal has none, appends the entries that
  // `decide` returns, and syncs every entry that `decide` has seen or returned. Returns UNAVAILABLE if
  // nothing was appended, UNKNOWN if the entries may be lost after a power failure, and FAILED_PRECONDITION
  // if the file is not a journal.
  absl::Status Change(const std::string& key, Deadline deadline, Decide decide);

 private:
  SandboxJournal(std::string path, int file) : path_(std::move(path)), file_(file) {}

  absl::Status Lock(Deadline deadline) const;
  absl::Status ReadNewEntries() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status ReadLines(std::string_view lines) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Append(const std::vector<SandboxEntry>& entries) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Note(SandboxEntry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Sync(off_t end);
  absl::Status Error(absl::StatusCode code, std::string_view what) const;

  const std::string path_;
  const int file_;
  // Guards the file within the process. A file lock does not exclude other threads that use the same
  // descriptor.
  absl::Mutex mutex_;
  std::map<std::string, SandboxRefund, std::less<>> refunds_ ABSL_GUARDED_BY(mutex_);
  // End of the complete lines that were read or appended. Written under mutex_.
  std::atomic<off_t> read_ = 0;
  // One sync covers the lines of all changes that wait for it.
  absl::Mutex sync_mutex_;
  off_t synced_ ABSL_GUARDED_BY(sync_mutex_) = 0;
};

}  // namespace keelson
