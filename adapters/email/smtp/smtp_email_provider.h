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

// An SMTP relay, which takes messages for everybody. Connections are kept and used again. Thread-safe: calls
// at the same time have a connection each.
class SmtpEmailProvider final : public EmailProvider {
 public:
  explicit SmtpEmailProvider(SmtpOptions options) : options_(std::move(options)) {}

  std::string_view name() const override { return "smtp"; }
  SendOutcome Send(const Email& email, Deadline deadline) override;
  absl::Duration longest_overrun() const override { return options_.final_answer; }
  // SMTP knows no repeats.
  absl::Duration repeat_window() const override { return absl::ZeroDuration(); }
  SendOutcome Probe(Deadline deadline) override;

 private:
  struct Kept {
    std::unique_ptr<SmtpConnection> connection;
    int messages = 0;
    SteadyTime since;
  };

  SendOutcome Transmit(const SmtpLetter& letter, Deadline deadline);
  SmtpEnd TransmitOver(Kept kept, const SmtpLetter& letter, Deadline deadline);
  // Without a connection where none is kept.
  Kept Take();
  void Keep(Kept kept);
  SendOutcome Clean(SendOutcome outcome) const;

  const SmtpOptions options_;
  absl::Mutex mutex_;
  std::vector<Kept> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace keelson
