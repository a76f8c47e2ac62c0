#include "adapters/email_templates/message_spec.h"

namespace keelson {

std::span<const MessageSpec> MessageSpecs() {
  static const auto* const kSpecs = new std::vector<MessageSpec>{
      {"verify_email", {"token", "expire_hours"}, {}, "verify-email"},
      {"welcome", {}, {}, ""},
      {"account_exists", {}, {}, ""},
      {"refund_requested", {"order", "amount"}, {}, ""},
      {"refund_succeeded", {"order", "amount"}, {}, ""},
      {"refund_failed", {"order", "amount"}, {}, ""},
      {"order_cancelled", {"order", "amount"}, {"amount"}, ""},
  };
  return *kSpecs;
}

}  // namespace keelson
