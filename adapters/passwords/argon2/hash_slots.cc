#include "adapters/passwords/argon2/hash_slots.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <system_error>

#include "core/common/condition_variable.h"
#include "core/common/error.h"
#include "core/common/status_macros.h"
#include "core/common/steady_time.h"
#include "core/common/strings.h"

namespace keelson {
namespace {

constexpr absl::Duration kMinRetryAfter = absl::Milliseconds(100);
constexpr absl::Duration kMaxRetryAfter = absl::Seconds(30);

// On Linux, the nice value belongs to a thread. The threads that libargon2 starts inherit the value.
void SetNameAndPriority(std::size_t number) {
  pthread_setname_np(pthread_self(), StrCat("hash-", number).c_str());
  const auto self = static_cast<id_t>(gettid());
  const int own = getpriority(PRIO_PROCESS, self);
  // Lowering the priority needs no privilege and cannot fail.
  setpriority(PRIO_PROCESS, self, own + HashSlots::kNiceness);
}

}  // namespace

// A job is a local variable of Run, which returns only after no thread refers to the job.
struct HashSlots::Job {
  enum class State { kWaiting, kRunning, kDone, kExpired };

  Job(std::uint64_t bytes, Deadline until, absl::FunctionRef<void()> body)
      : memory_bytes(bytes), deadline(until), work(body) {}

  const std::uint64_t memory_bytes;
  const Deadline deadline;
  const absl::FunctionRef<void()> work;
  State state = State::kWaiting;
  ConditionVariable changed;
};

HashSlots::~HashSlots() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    threads.swap(threads_);
    work_.SignalAll();
  }
  for (std::thread& thread : threads) thread.join();
}

HashLoad HashSlots::load() const {
  absl::MutexLock lock(&mutex_);
  return {.running = running_, .waiting = queue_.size()};
}

absl::Status HashSlots::Run(std::uint64_t memory_bytes, Deadline deadline, absl::FunctionRef<void()> work) {
  if (deadline.expired())
    return absl::DeadlineExceededError("the deadline expired before the password was hashed");
  Job job(memory_bytes, deadline, work);
  absl::MutexLock lock(&mutex_);
  RETURN_IF_ERROR(Enqueue(job));
  while (job.state == Job::State::kWaiting) {
    if (!job.changed.WaitUntil(&mutex_, deadline) && job.state == Job::State::kWaiting) {
      queue_.erase(std::find(queue_.begin(), queue_.end(), &job));
      job.state = Job::State::kExpired;
      work_.Signal();  // a smaller job behind this one may fit now
    }
  }
  while (job.state == Job::State::kRunning) job.changed.Wait(&mutex_);
  if (job.state == Job::State::kDone) return absl::OkStatus();
  return absl::DeadlineExceededError("the deadline expired while the call waited to hash the password");
}

absl::Status HashSlots::CheckQueue() const {
  absl::MutexLock lock(&mutex_);
  return IsFull() ? Overloaded() : absl::OkStatus();
}

// The capacity of the queue does not apply to a job that can start at once.
bool HashSlots::IsFull() const {
  const bool begins_at_once = queue_.size() < options_.slots - std::min(options_.slots, running_);
  return !begins_at_once && queue_.size() >= options_.queue;
}

absl::Status HashSlots::Enqueue(Job& job) {
  if (IsFull()) return Overloaded();
  if (idle_ <= queue_.size() && threads_.size() < options_.slots && !StartThread() && threads_.empty()) {
    return Overloaded();
  }
  queue_.push_back(&job);
  work_.Signal();
  return absl::OkStatus();
}

bool HashSlots::StartThread() {
  try {
    threads_.emplace_back([this, number = threads_.size()] { RunJobs(number); });
    return true;
  } catch (const std::system_error&) {
    return false;  // the system's limit of threads is reached
  }
}

absl::Status HashSlots::Overloaded() const {
  const double rounds = static_cast<double>(queue_.size() + 1) / static_cast<double>(options_.slots);
  ErrorDetails details;
  details.reason = Reason::kOverloaded;
  details.retry_after = std::clamp(rounds * last_duration_, kMinRetryAfter, kMaxRetryAfter);
  return MakeError(details, "the queue of passwords to hash is full; try again later");
}

bool HashSlots::Fits(const Job& job) const {
  return running_ == 0 || memory_bytes_ + job.memory_bytes <= options_.memory_budget_bytes;
}

bool HashSlots::HasWork() const {
  return !queue_.empty() && Fits(*queue_.front());
}

void HashSlots::RunJobs(std::size_t number) {
  SetNameAndPriority(number);
  absl::MutexLock lock(&mutex_);
  while (true) {
    ++idle_;
    if (!stopping_ && !HasWork()) NotifyIdle();
    while (!stopping_ && !HasWork()) work_.Wait(&mutex_);
    --idle_;
    if (stopping_) return;
    Job& job = *queue_.front();
    queue_.pop_front();
    if (!job.deadline.expired()) {
      Execute(job);
    } else {
      job.state = Job::State::kExpired;
      job.changed.Signal();
    }
    // The next job may fit into the memory that this thread released.
    if (HasWork()) work_.Signal();
  }
}

void HashSlots::NotifyIdle() {
  if (!options_.when_idle) return;
  mutex_.Unlock();
  options_.when_idle();
  mutex_.Lock();
}

void HashSlots::Execute(Job& job) {
  job.state = Job::State::kRunning;
  ++running_;
  memory_bytes_ += job.memory_bytes;
  const SteadyTime began = SteadyTime::Now();
  if (HasWork()) work_.Signal();
  mutex_.Unlock();
  job.work();
  mutex_.Lock();
  last_duration_ = SteadyTime::Now() - began;
  memory_bytes_ -= job.memory_bytes;
  --running_;
  job.state = Job::State::kDone;
  job.changed.Signal();
}

}  // namespace keelson
