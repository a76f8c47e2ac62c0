#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "adapters/email/mime/mailbox.h"
#include "adapters/support/descriptors/config_section.h"
#include "core/common/log.h"
#include "core/notifications/email_provider.h"

namespace keelson {

struct EmailProviderDescriptor {
  ConfigSection section;
  // The provider's limits on email.from. Each error message is appended to "email.from", so it starts with a
  // verb ("must …").
  std::vector<absl::Status (*)(const Mailbox&)> sender_checks = {};
  // The log must outlive the provider.
  std::function<absl::StatusOr<std::unique_ptr<EmailProvider>>(const AdapterSettings&, Log&)> create;
};

}  // namespace keelson
