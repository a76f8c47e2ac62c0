#pragma once

#include "adapters/support/descriptors/email_provider_descriptor.h"
#include "core/common/deadline.h"
#include "core/common/log.h"
#include "core/notifications/email_provider.h"

namespace keelson {

// For development and load tests: logs each message instead of sending it. The log line contains only the
// message's id, language and sizes; never its subject, body, links or addresses. To read the messages, use
// the file provider. Thread-safe.
class LogEmailProvider final : public EmailProvider {
 public:
  explicit LogEmailProvider(Log& log) : log_(log) {}

  std::string_view name() const override { return "log"; }
  SendOutcome Send(const Email& email, Deadline deadline) override;
  absl::Duration repeat_window() const override { return absl::ZeroDuration(); }
  SendOutcome Probe(Deadline deadline) override;

 private:
  Log& log_;
};

EmailProviderDescriptor DescribeLogEmail();

}  // namespace keelson
