#pragma once

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "adapters/email/smtp/smtp_connection.h"
#include "adapters/email/smtp/smtp_options.h"
#include "adapters/email/smtp/smtp_transaction.h"
#include "core/common/deadline.h"
#include "core/common/steady_time.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// Sends through an SMTP relay, which forwards messages to any recipient. Reuses idle connections.
// Thread-safe: each concurrent call has its own connection.
class SmtpEmailProvider final : public EmailProvider {
 public:
  explicit SmtpEmailProvider(SmtpOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "smtp"; }
  SendOutcome Send(const Email& email, Deadline deadline) override;
  absl::Duration longest_overrun() const override { return options_.final_dot_timeout; }
  // SMTP has no idempotency key.
  absl::Duration repeat_window() const override { return absl::ZeroDuration(); }
  SendOutcome Probe(Deadline deadline) override;

 private:
  struct PooledConnection {
    std::unique_ptr<SmtpConnection> connection;
    int messages = 0;
    SteadyTime idle_since;
  };

  SendOutcome Transmit(const SmtpMessage& message, Deadline deadline);
  SmtpResult TransmitOver(PooledConnection pooled, const SmtpMessage& message, Deadline deadline);
  // Removes an idle connection from the pool and returns it. If no connection is idle, the member
  // `connection` is null.
  PooledConnection TakeIdle();
  void ReturnIdle(PooledConnection pooled);
  SendOutcome Clean(SendOutcome outcome) const;

  const SmtpOptions options_;
  absl::Mutex mutex_;
  std::vector<PooledConnection> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
