#include "core/notifications/resend_policy.h"

#include <algorithm>
#include <array>

namespace keelson {
namespace {

constexpr std::array<std::string_view, 7> kSafeToResend = {
    "verify_email",     "password_reset",      "email_change", "account_exists",
    "password_changed", "email_change_notice", "test_message",
};

}  // namespace

bool IsSafeToResend(std::string_view template_name) {
  return std::find(kSafeToResend.begin(), kSafeToResend.end(), template_name) != kSafeToResend.end();
}

}  // namespace keelson
