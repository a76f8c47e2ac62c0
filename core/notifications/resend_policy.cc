#include "core/notifications/resend_policy.h"

#include <algorithm>
#include <array>

namespace keelson {
namespace {

constexpr std::array<std::string_view, 7> kRepeatable = {
    "verify_email",     "password_reset",      "email_change", "account_exists",
    "password_changed", "email_change_notice", "test_message",
};

}  // namespace

bool IsSafeToResend(std::string_view template_name) {
  return std::find(kRepeatable.begin(), kRepeatable.end(), template_name) != kRepeatable.end();
}

}  // namespace keelson
