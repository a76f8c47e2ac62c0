#include "app/config/product_name.h"

#include "adapters/email/mime/mailbox.h"

namespace keelson {

std::string ProductName(const EmailConfig& email) {
  if (!email.product_name.empty()) return email.product_name;
  const absl::StatusOr<Mailbox> from = ParseMailbox(email.from);
  if (!from.ok()) return "";
  return from->display_name.empty() ? std::string(from->domain()) : from->display_name;
}

}  // namespace keelson
