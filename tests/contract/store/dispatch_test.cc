// Two dispatchers with many threads each send messages from one store, as two processes would.
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>

#include "adapters/system/system_entropy.h"
#include "core/notifications/dispatch_messages.h"
#include "core/notifications/message_repository.h"
#include "core/store/store.h"
#include "tests/contract/store/fixtures.h"
#include "tests/support/fake_renderer.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

constexpr int kMessages = 200;

// Fails a third of the calls at random, and counts how often this provider accepted each message.
// Thread-safe.
class FlakyProvider : public EmailProvider {
 public:
  FlakyProvider(std::string name, std::uint32_t seed) : name_(std::move(name)), random_(seed) {}

  std::string_view name() const override { return name_; }
  SendOutcome Send(const Email& email, Deadline /*deadline*/) override {
    constexpr SendOutcome::Kind kTroubles[] = {SendOutcome::Kind::kRetry, SendOutcome::Kind::kUnreachable,
                                               SendOutcome::Kind::kUnknown};
    const std::lock_guard lock(mutex_);
    SendOutcome outcome;
    const auto chance = random_() % 9;
    outcome.kind = chance < 3 ? kTroubles[chance] : SendOutcome::Kind::kAccepted;
    if (outcome.kind == SendOutcome::Kind::kAccepted) ++taken_[email.id];
    return outcome;
  }
  absl::Duration repeat_window() const override { return absl::InfiniteDuration(); }
  SendOutcome Probe(Deadline /*deadline*/) override {
    SendOutcome outcome;
    outcome.kind = SendOutcome::Kind::kAccepted;
    return outcome;
  }

  std::map<MessageId, int> taken() {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

 private:
  const std::string name_;
  std::mutex mutex_;
  std::mt19937 random_;
  std::map<MessageId, int> taken_;
};

class SilentLog : public Log {
 public:
  bool Enabled(Severity) const override { return false; }
  void Write(Severity, std::string_view, std::string_view, Fields) override {}
};

DispatchPolicy Hasty() {
  DispatchPolicy policy;
  policy.base_delay = absl::Milliseconds(1);
  policy.max_delay = absl::Milliseconds(5);
  policy.max_attempts = 1000;
  policy.circuit.open = policy.circuit.max_open = absl::Milliseconds(5);
  return policy;
}

// A dispatcher with the threads that a process runs.
class Sender {
 public:
  Sender(Store& store, const std::vector<EmailProvider*>& providers)
      : dispatch_({store, clock_, entropy_, log_, renderer_}, providers, Hasty()) {
    threads_.emplace_back([this] {
      while (!stopped_) {
        dispatch_.WaitForPendingUpdates(absl::Milliseconds(5));
        dispatch_.FlushAndClaim().IgnoreError();
      }
    });
    threads_.emplace_back([this] { dispatch_.ProbeProviders(); });
    for (std::size_t provider = 0; provider < dispatch_.provider_count(); ++provider) {
      for (int i = 0; i < 2; ++i) threads_.emplace_back([this, provider] { Send(provider); });
    }
  }

  // Stops the threads and releases the claims of unsent messages.
  absl::Status Stop() {
    stopped_ = true;
    dispatch_.Stop();
    for (std::thread& thread : threads_) thread.join();
    return dispatch_.Close();
  }

  std::int64_t sent() const {
    std::int64_t sent = 0;
    for (const ProviderStatus& status : dispatch_.ListProviders()) sent += status.sent();
    return sent;
  }

 private:
  void Send(std::size_t provider) {
    while (!stopped_) {
      dispatch_.WaitForReady(provider, absl::InfiniteDuration());
      dispatch_.SendNext(provider);
    }
  }

  RealClock clock_;
  SystemEntropy entropy_;
  SilentLog log_;
  FakeRenderer renderer_;
  DispatchMessages dispatch_;
  std::atomic<bool> stopped_{false};
  std::vector<std::thread> threads_;
};

STORE_TEST(
    "two dispatchers with many threads send every message once, and a third sends the released messages") {
  Store& store = fixture.store();
  const UserId user = StoredUser(store)->id;
  REQUIRE_OK(Write(store, [&](WriteTransaction& tx) {
    absl::Status status;
    for (int i = 0; i < kMessages; ++i) {
      Message message = SampleMessage(user);
      message.expire_time.reset();
      status.Update(tx.messages().Insert(message));
    }
    return status;
  }));
  const Seed seed(7);
  FlakyProvider first("first", seed.value());
  FlakyProvider second("second", seed.value() + 1);
  std::int64_t sent = 0;
  {
    Sender one(store, {&first, &second});
    Sender other(store, {&first, &second});
    while (one.sent() + other.sent() < kMessages / 2) absl::SleepFor(absl::Milliseconds(1));
    REQUIRE_OK(one.Stop());
    REQUIRE_OK(other.Stop());
    sent = one.sent() + other.sent();
  }
  Sender last(store, {&first, &second});
  while (sent + last.sent() < kMessages) absl::SleepFor(absl::Milliseconds(1));
  REQUIRE_OK(last.Stop());

  std::map<MessageId, int> copies = first.taken();
  for (const auto& [id, count] : second.taken()) copies[id] += count;
  CHECK(copies.size() == kMessages);
  for (const auto& [id, count] : copies) {
    const auto message = Get(store, [&, key = id](ReadTransaction& tx) { return tx.messages().Find(key); });
    CHECK(count == 1);
    CHECK(message->state == MessageState::kSent);
  }
}

}  // namespace
}  // namespace keelson
