#include "adapters/email/templates/message_spec.h"

namespace keelson {

std::span<const MessageSpec> MessageSpecs() {
  static const auto* const kSpecs = new std::vector<MessageSpec>{
      {"verify_email", {"token", "expire_hours"}, {}, "verify-email"},
      {"welcome", {}, {}, ""},
      {"account_exists", {}, {}, ""},
      {"password_reset", {"token", "expire_hours"}, {}, "reset-password"},
      {"password_changed", {}, {}, ""},
      {"email_change", {"token", "expire_hours"}, {}, "confirm-email"},
      {"email_change_notice", {"new_email"}, {"new_email"}, ""},
      {"refund_requested", {"order", "amount"}, {}, ""},
      {"refund_succeeded", {"order", "amount"}, {}, ""},
      {"refund_approved", {"order", "amount"}, {}, ""},
      {"refund_rejected", {"order", "amount"}, {}, ""},
      {"refund_cancelled", {"order", "amount"}, {}, ""},
      {"refund_failed", {"order", "amount"}, {}, ""},
      {"order_cancelled", {"order", "amount"}, {"amount"}, ""},
      {"test_message", {"provider", "time"}, {}, ""},
  };
  return *kSpecs;
}

}  // namespace keelson
