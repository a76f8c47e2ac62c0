#include "core/sessions/request_password_reset.h"

namespace keelson {

absl::Status RequestPasswordReset::Handle(const CallContext& context, const std::string& email) {
  const absl::Time now = clock_.Now();
  return RequestMail(
      store_, context, mail_.template_name, email, now, cooldown_, [](const User&) { return true; },
      [&](WriteTransaction& tx, const User& user) {
        return QueueTokenMail(tx, context, entropy_, ids_, mail_, user, now);
      });
}

}  // namespace keelson
