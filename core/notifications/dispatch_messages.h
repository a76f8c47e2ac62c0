#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/common/clock.h"
#include "core/common/entropy.h"
#include "core/common/log.h"
#include "core/common/store.h"
#include "core/notifications/email_provider.h"
#include "core/notifications/message_renderer.h"

namespace keelson {

// The configuration's bounds on sending.
struct DispatchPolicy {
  std::string from;
  absl::Duration timeout = absl::Seconds(30);
  // Longer than the timeout.
  absl::Duration lease = absl::Minutes(2);
  absl::Duration base_delay = absl::Seconds(2);
  absl::Duration max_delay = absl::Minutes(15);
  int max_attempts = 12;
};

// Sends what the outbox holds: claims due messages under a lease, renders each, hands it to the first
// provider that takes it, and writes the outcome. Any number may run at once, in any number of processes.
class DispatchMessages {
 public:
  static constexpr int kBatch = 32;

  // `providers` in failover order; one at least.
  DispatchMessages(Store& store, Clock& clock, Entropy& entropy, Log& log, const MessageRenderer& renderer,
                   std::vector<EmailProvider*> providers, const DispatchPolicy& policy)
      : store_(store),
        clock_(clock),
        entropy_(entropy),
        log_(log),
        renderer_(renderer),
        providers_(std::move(providers)),
        policy_(policy) {}

  // One batch; how many messages it claimed.
  absl::StatusOr<int> operator()();

 private:
  absl::StatusOr<std::vector<Message>> Claim();
  void Attempt(Message& message);
  SendOutcome Send(const Email& email, std::string& provider);
  void Conclude(Message& message, const SendOutcome& outcome);
  absl::Status Finish(const std::vector<Message>& attempted);

  Store& store_;
  Clock& clock_;
  Entropy& entropy_;
  Log& log_;
  const MessageRenderer& renderer_;
  const std::vector<EmailProvider*> providers_;
  const DispatchPolicy policy_;
};

}  // namespace keelson
