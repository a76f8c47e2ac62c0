#include "tests/bench/requests.h"

#include "absl/strings/str_cat.h"

namespace keelson {

void UserRequests::Next(std::string& request) {
  message_.set_id(seed_.user_ids[next_++ % seed_.user_ids.size()]);
  message_.SerializeToString(&request);
}

void SignInRequests::Next(std::string& request) {
  message_.set_email(UserEmail(static_cast<int>(next_++ % seed_.user_ids.size())));
  message_.set_password(kUserPassword);
  message_.set_user_agent("Mozilla/5.0 (X11; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0");
  message_.SerializeToString(&request);
}

void IntrospectRequests::Next(std::string& request) {
  message_.set_access_token(AccessToken(std::uniform_int_distribution<int>(0, count_ - 1)(random_)));
  message_.SerializeToString(&request);
}

void RefundRequests::Next(std::string& request) {
  message_.set_request_id(absl::StrCat("bench-refund-", next_));
  message_.set_order_id(seed_.order_ids[next_++ / in_a_row_ % seed_.order_ids.size()]);
  message_.mutable_scope()->mutable_amount()->set_currency_code("EUR");
  message_.mutable_scope()->mutable_amount()->set_minor_units(1);
  message_.set_reason(refunds::v1::REFUND_REASON_REQUESTED_BY_CUSTOMER);
  message_.SerializeToString(&request);
}

void RegistrationRequests::Next(std::string& request) {
  const std::string name = absl::StrCat("newcomer", round_, ".", next_++);
  message_.set_request_id("bench-" + name);
  message_.set_email(name + "@example.com");
  message_.set_password("correct horse " + name);
  message_.set_display_name("A Newcomer");
  message_.SerializeToString(&request);
}

}  // namespace keelson
