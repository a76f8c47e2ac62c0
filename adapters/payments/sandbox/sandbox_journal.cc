#include "adapters/payments/sandbox/sandbox_journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "adapters/payments/sandbox/sandbox_entry_json.h"
#include "core/common/status_macros.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kLockPoll = absl::Milliseconds(1);
constexpr absl::Duration kOpenTimeout = absl::Seconds(10);

std::string ErrnoText() {
  return std::generic_category().message(errno);
}

// Syncs the directory, so that the name of a new file survives a power failure.
bool SyncDirectoryOf(const std::string& path) {
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  const int file = open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return false;
  const bool synced = fsync(file) == 0;
  close(file);
  return synced;
}

bool WriteBytes(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SandboxJournal>> SandboxJournal::Open(std::string path) {
  const int file = open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    return absl::FailedPreconditionError(
        StrCat("payments.sandbox.path ", path, " can't be opened: ", ErrnoText()));
  }
  auto journal = absl::WrapUnique(new SandboxJournal(std::move(path), file));
  if (!SyncDirectoryOf(journal->path_)) {
    return journal->Error(absl::StatusCode::kFailedPrecondition,
                          StrCat("can't be synced to disk: ", ErrnoText()));
  }
  // Reports a file that is not a journal at the start.
  RETURN_IF_ERROR(journal->Change("", Deadline::After(kOpenTimeout),
                                  [](const SandboxRefund*) { return std::vector<SandboxEntry>(); }));
  return journal;
}

SandboxJournal::~SandboxJournal() {
  close(file_);
}

absl::Status SandboxJournal::Change(const std::string& key, Deadline deadline, Decide decide) {
  off_t end = 0;
  {
    // The wait for the mutex is bounded by the deadlines of its holders.
    const absl::MutexLock lock(&mutex_);
    RETURN_IF_ERROR(Lock(deadline));
    const absl::Cleanup unlock = [this] { flock(file_, LOCK_UN); };
    RETURN_IF_ERROR(ReadNewEntries());
    const auto known = refunds_.find(key);
    RETURN_IF_ERROR(Append(decide(known == refunds_.end() ? nullptr : &known->second)));
    end = read_;
  }
  return Sync(end);
}

absl::Status SandboxJournal::Lock(Deadline deadline) const {
  while (flock(file_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      return Error(absl::StatusCode::kUnavailable, StrCat("can't be locked: ", ErrnoText()));
    }
    if (deadline.expired()) {
      return Error(absl::StatusCode::kUnavailable, "is locked by another process");
    }
    absl::SleepFor(kLockPoll);
  }
  return absl::OkStatus();
}

absl::Status SandboxJournal::ReadNewEntries() {
  struct stat status {};
  if (fstat(file_, &status) != 0) {
    return Error(absl::StatusCode::kUnavailable, StrCat("can't be read: ", ErrnoText()));
  }
  if (status.st_size < read_) {
    return Error(absl::StatusCode::kFailedPrecondition,
                 "was truncated while in use; restart the service to read it again");
  }
  std::string bytes(static_cast<std::size_t>(status.st_size - read_), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count =
        pread(file_, bytes.data() + filled, bytes.size() - filled, read_ + static_cast<off_t>(filled));
    if (count > 0) filled += static_cast<std::size_t>(count);
    if (count == 0 || (count < 0 && errno != EINTR)) {
      return Error(absl::StatusCode::kUnavailable, StrCat("can't be read: ", ErrnoText()));
    }
  }
  const std::size_t complete = bytes.rfind('\n') == std::string::npos ? 0 : bytes.rfind('\n') + 1;
  RETURN_IF_ERROR(ReadLines(std::string_view(bytes).substr(0, complete)));
  read_ += static_cast<off_t>(complete);
  if (complete < bytes.size() && ftruncate(file_, read_) != 0) {
    return Error(absl::StatusCode::kUnavailable,
                 StrCat("can't be truncated after its last complete line: ", ErrnoText()));
  }
  return absl::OkStatus();
}

// `lines`: complete lines, each with its line break.
absl::Status SandboxJournal::ReadLines(std::string_view lines) {
  std::vector<SandboxEntry> entries;
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    std::optional<SandboxEntry> entry = ParseJsonLine(lines.substr(begin, end - begin));
    if (!entry) {
      return Error(absl::StatusCode::kFailedPrecondition,
                   StrCat("is not a journal of the sandbox: the line at byte ",
                          read_ + static_cast<off_t>(begin), " is not an entry; set another path"));
    }
    entries.push_back(*std::move(entry));
    begin = end + 1;
  }
  for (SandboxEntry& entry : entries) Note(std::move(entry));
  return absl::OkStatus();
}

absl::Status SandboxJournal::Append(const std::vector<SandboxEntry>& entries) {
  if (entries.empty()) return absl::OkStatus();
  std::string lines;
  for (const SandboxEntry& entry : entries) lines += ToJsonLine(entry);
  if (!WriteBytes(file_, lines)) {
    const std::string reason = ErrnoText();
    // If this fails too, the next change removes the incomplete line.
    [[maybe_unused]] const int undone = ftruncate(file_, read_);
    return Error(absl::StatusCode::kUnavailable, StrCat("can't be written: ", reason));
  }
  read_ += static_cast<off_t>(lines.size());
  for (const SandboxEntry& entry : entries) Note(entry);
  return absl::OkStatus();
}

void SandboxJournal::Note(SandboxEntry entry) {
  const bool payout = entry.type == SandboxEntry::Type::kPayout;
  const auto [refund, added] = refunds_.try_emplace(entry.key);
  if (added) refund->second.first = std::move(entry);
  if (payout) ++refund->second.payouts;
}

absl::Status SandboxJournal::Sync(off_t end) {
  const absl::MutexLock lock(&sync_mutex_);
  if (synced_ >= end) return absl::OkStatus();
  const off_t reached = read_;
  if (fdatasync(file_) != 0) {
    return Error(absl::StatusCode::kUnknown, StrCat("can't be synced to disk: ", ErrnoText()));
  }
  synced_ = reached;
  return absl::OkStatus();
}

absl::Status SandboxJournal::Error(absl::StatusCode code, std::string_view what) const {
  const std::string message = StrCat("payments.sandbox.path ", path_, " ", what);
  return {code, message};
}

}  // namespace keelson
