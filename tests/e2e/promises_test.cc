// Tests the guarantees in the comments of proto/ that journey_test.cc does not test.
#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "core/common/strings.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

constexpr char kEmail[] = "ada@example.com";

std::string Registration(const std::string& request_id, const std::string& email,
                         const std::string& more = "") {
  return StrCat(Field("request_id", request_id), Field("email", email), Field("password", kPassword), more);
}

TEST_CASE("a repeated call returns the first response, also after a restart") {
  const Folder folder;
  std::string first, order_id, paid, refunded;
  const auto pay = [&] {
    return StrCat("request_id: 'p' ", Field("id", order_id), Euros("amount", 100),
                  "payment { provider_reference: 'x' }");
  };
  const auto refund = [&] {
    return StrCat("request_id: 'f' ", Field("order_id", order_id), AmountScope(40));
  };
  {
    ServiceProcess service(folder.path());
    const Client client = service.Connect();
    const auto registered = client(&Accounts::RegisterUser, Registration("r", kEmail));
    REQUIRE(Outcome(registered) == "OK");
    first = registered->user().SerializeAsString();
    order_id = CreateOrder(client, registered->user().id(), 1, 100);
    paid = client(&Orders::PayOrder, pay())->order().SerializeAsString();
    DeliverOrder(client, order_id);
    refunded = client(&Refunds::CreateRefund, refund())->refund().id();
    AwaitMails(service.mail_folder(), kEmail, 2);
    CHECK(service.Stop() == 0);
  }
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  CHECK(client(&Accounts::RegisterUser, Registration("r", kEmail))->user().SerializeAsString() == first);
  CHECK(client(&Orders::PayOrder, pay())->order().SerializeAsString() == paid);
  CHECK(client(&Refunds::CreateRefund, refund())->refund().id() == refunded);
  CHECK(CountRefunds(client, order_id) == 1);
  CHECK(CountMails(service.mail_folder()) == 2);
}

TEST_CASE("a repeated request id with different content is rejected") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  REQUIRE(Outcome(client(&Accounts::RegisterUser, Registration("r", kEmail))) == "OK");
  const char* reused = "INVALID_ARGUMENT REQUEST_ID_REUSED";
  CHECK(Outcome(client(&Accounts::RegisterUser, Registration("r", "bob@example.com"))) == reused);
  CHECK(Outcome(client(&Accounts::RegisterUser, Registration("r", kEmail, "locale: 'fr'"))) == reused);
  CHECK(Outcome(client(&Accounts::GetUserByEmail, "email: 'bob@example.com'")) == "NOT_FOUND USER_NOT_FOUND");
  // A repeat may have another password: the service does not compare passwords.
  CHECK(Outcome(client(&Accounts::RegisterUser, StrCat("request_id: 'r' ", Field("email", kEmail),
                                                       "password: 'another!pass#word'"))) == "OK");
  const std::string order_id = DeliveredOrder(client, "eve@example.com", 1, 100);
  const std::string refund = StrCat("request_id: 'r' ", Field("order_id", order_id));
  REQUIRE(Outcome(client(&Refunds::CreateRefund, refund + AmountScope(10))) == "OK");
  CHECK(Outcome(client(&Refunds::CreateRefund, refund + AmountScope(11))) == reused);
  CHECK(CountRefunds(client, order_id) == 1);
}

TEST_CASE("e-mail addresses are unique regardless of case") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  RegisterUser(client, kEmail);
  const auto taken = client(&Accounts::RegisterUser, Registration("", "ADA@EXAMPLE.COM"));
  CHECK(Outcome(taken) == "ALREADY_EXISTS EMAIL_TAKEN");
  CHECK(taken.status.error_message().find("ADA") == std::string::npos);
}

TEST_CASE("an address is stored and mailed in canonical form") {
  const Folder folder;
  {
    ServiceProcess service(folder.path());
    const Client client = service.Connect();
    const auto registered =
        client(&Accounts::RegisterUser, Registration("", "\u200bgrace@\uff45xample\u3002com"));
    REQUIRE(Outcome(registered) == "OK");
    CHECK(registered->user().email() == "grace@example.com");
    CHECK(Outcome(client(&Accounts::RegisterUser, Registration("", "grace@example.com"))) ==
          "ALREADY_EXISTS EMAIL_TAKEN");
    AwaitMails(service.mail_folder(), "grace@example.com", 1);
    for (const char* email : {"ada@r3---sn.example.com", "ada@ab--cd.example"}) {
      RegisterUser(client, email);
      AwaitMails(service.mail_folder(), email, 1);
    }
    CHECK(service.Stop() == 0);
  }
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);

  // An earlier version stored addresses in other forms, as this UPDATE does. Messages still reach the owner,
  // and `verify` reports the user.
  ExecuteInStore(folder.path(),
                 "UPDATE users SET email = '\u200bgrace@example.com' WHERE email = 'grace@example.com'");
  ServiceProcess service(folder.path(), {"accounts.resend_cooldown=0s"});
  const Client client = service.Connect();
  CHECK(Outcome(client(&Accounts::ResendVerification, "email: 'grace@example.com'")) == "OK");
  const Mail mail = AwaitMails(service.mail_folder(), "grace@example.com", 2)[1];
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", TokenIn(mail)))) == "OK");
  CHECK(service.Stop() == 0);
  const CommandResult verified = RunOnStore(folder.path(), {"verify"});
  CHECK(verified.exit_code == 1);
  CHECK_THAT(verified.output, Catch::Contains("user_address_is_canonical") && !Catch::Contains("grace"));
}

TEST_CASE("accounts.conceal_existing_email hides whether an address is registered") {
  const Folder folder;
  ServiceProcess service(folder.path(),
                         {"accounts.conceal_existing_email=true", "accounts.resend_cooldown=0s"});
  const Client client = service.Connect();
  for (int i = 0; i < 2; ++i) {
    const auto response = client(&Accounts::RegisterUser, Registration("", kEmail));
    CHECK(Outcome(response) == "OK");
    CHECK_FALSE(response->has_user());
  }
  const std::vector<Mail> mails = AwaitMails(service.mail_folder(), kEmail, 2);
  CHECK_FALSE(TokenIn(mails[0]).empty());
  CHECK(TokenIn(mails[1]).empty());
  CHECK(mails[0].subject != mails[1].subject);
}

TEST_CASE("after the cooldown, a new verification e-mail invalidates the previous token") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"accounts.resend_cooldown=0s"});
  const Client client = service.Connect();
  RegisterUser(client, kEmail);
  const std::string first = TokenIn(AwaitMails(service.mail_folder(), kEmail, 1)[0]);
  CHECK(Outcome(client(&Accounts::ResendVerification, Field("email", "ADA@example.com"))) == "OK");
  const std::string second = TokenIn(AwaitMails(service.mail_folder(), kEmail, 2)[1]);
  CHECK(first != second);
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", first))) == "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", second))) == "OK");
  AwaitMails(service.mail_folder(), kEmail, 3);
  // A verified and an unknown address get the same response and no e-mail. The count below would include such
  // an e-mail, because it would be queued before the e-mail of the next registration.
  CHECK(Outcome(client(&Accounts::ResendVerification, Field("email", kEmail))) == "OK");
  CHECK(Outcome(client(&Accounts::ResendVerification, "email: 'nobody@example.com'")) == "OK");
  RegisterUser(client, "bob@example.com");
  AwaitMails(service.mail_folder(), "bob@example.com", 1);
  CHECK(CountMails(service.mail_folder()) == 4);
}

TEST_CASE("an expired token is rejected") {
  const Folder folder;
  std::string token;
  {
    ServiceProcess service(folder.path(), {"accounts.verification_ttl=1m"});
    RegisterUser(service.Connect(), "ada@example.com");
    token = TokenIn(AwaitMails(service.mail_folder(), "ada@example.com", 1).front());
    CHECK(service.Stop() == 0);
  }
  ExecuteInStore(folder.path(), "UPDATE email_tokens SET expire_time = (SELECT create_time FROM users)");
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  CHECK(Outcome(client(&Accounts::VerifyEmail, Field("token", token))) == "INVALID_ARGUMENT TOKEN_INVALID");
  CHECK_FALSE(client(&Accounts::GetUserByEmail, "email: 'ada@example.com'")->user().has_email_verify_time());
}

TEST_CASE("ResendVerification sends at most one message per address during resend_cooldown") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"accounts.resend_cooldown=1h"});
  const Client client = service.Connect();
  RegisterUser(client, kEmail);
  for (int i = 0; i < 5; ++i)
    CHECK(Outcome(client(&Accounts::ResendVerification, Field("email", kEmail))) == "OK");
  RegisterUser(client, "bob@example.com");
  AwaitMails(service.mail_folder(), "bob@example.com", 1);
  // One message for each of the two registrations, and at most one for ResendVerification.
  CHECK(CountMails(service.mail_folder()) <= 3);
}

TEST_CASE("common and short passwords are rejected; a password may contain any characters") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  for (const std::string password :
       {"password", "PassWord1", "1234567", "", "12345678", "        ", " password ", "password\u200b",
        "\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b", "\u00e9\u00e9\u00e9\u00e9",
        "e\u0301e\u0301e\u0301e\u0301"}) {
    const auto response =
        client(&Accounts::RegisterUser, StrCat(Field("email", kEmail), Field("password", password)));
    CHECK(Outcome(response) == "INVALID_ARGUMENT FIELD_INVALID");
    CHECK(BadFields(response.status) == " password");
  }
  const auto response =
      client(&Accounts::RegisterUser, StrCat(Field("email", kEmail), Field("password", "пароль 🔑🔑")));
  CHECK(Outcome(response) == "OK");
}

TEST_CASE(
    "the service computes the totals of an order and rejects transitions that its state does not allow") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kEmail);
  const auto created =
      client(&Orders::CreateOrder,
             StrCat(Field("user_id", user_id), "reference: 'A-1' lines { sku: 'B' quantity: 3 ",
                    Euros("unit_price", 999), Euros("discount", 97), Euros("tax", 551),
                    "} lines { sku: 'C' quantity: 1 ", Euros("unit_price", 1), "} ", Euros("shipping", 490)));
  REQUIRE(Outcome(created) == "OK");
  const orders::v1::Order& order = created->order();
  CHECK(order.lines(0).line_id() == "1");
  CHECK(order.lines(1).line_id() == "2");
  CHECK(order.lines(0).total().minor_units() == 3451);
  CHECK(order.total().minor_units() == 3942);
  CHECK(order.paid().minor_units() == 0);
  CHECK(client(&Orders::GetOrder, "reference: 'A-1'")->order().id() == order.id());
  const std::string id = Field("id", order.id());

  CHECK(Outcome(client(&Orders::ShipOrder, id)) == "FAILED_PRECONDITION ORDER_STATE");
  const auto wrong = client(&Orders::PayOrder, StrCat(id, Euros("amount", 3943)));
  CHECK(Outcome(wrong) == "INVALID_ARGUMENT FIELD_INVALID");
  CHECK(BadFields(wrong.status) == " amount");
  const auto stale = client(&Orders::PayOrder, StrCat(id, Euros("amount", 3942), Field("etag", "W/\"0\"")));
  CHECK(Outcome(stale) == "ABORTED ETAG_MISMATCH");
  CHECK(GetOrder(client, order.id()).etag() == order.etag());
  const auto paid = client(&Orders::PayOrder, StrCat(id, Euros("amount", 3942), Field("etag", order.etag())));
  CHECK(Outcome(paid) == "OK");
  CHECK(paid->order().etag() != order.etag());
  const auto again = client(&Orders::PayOrder, StrCat(id, Euros("amount", 3942)));
  CHECK(Outcome(again) == "FAILED_PRECONDITION ORDER_STATE");
  CHECK_THAT(Facts(again.status), Catch::Contains("state=PAID"));
  const auto twice =
      client(&Orders::CreateOrder, StrCat(Field("user_id", user_id), "reference: 'A-1' lines { quantity: 1 ",
                                          Euros("unit_price", 1), "}"));
  CHECK(Outcome(twice) == "ALREADY_EXISTS REFERENCE_TAKEN");
}

TEST_CASE("all failed refund rules are reported") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"refunds.partial=false"});
  const Client client = service.Connect();
  const std::string order_id = CreateOrder(client, RegisterUser(client, kEmail), 2, 1000);
  const std::string request = StrCat(Field("order_id", order_id), UnitsScope(3));
  const auto check = client(&Refunds::CheckRefund, request);
  REQUIRE(Outcome(check) == "OK");
  CHECK_FALSE(check->allowed());
  std::string failed;
  for (const auto& verdict : check->verdicts()) failed += verdict.passed() ? "" : StrCat(" ", verdict.rule());
  CHECK(failed ==
        " ORDER_PAID ORDER_STATE PARTIAL_ALLOWED AMOUNT_POSITIVE LINES_AVAILABLE WITHIN_REFUNDABLE");
  const auto refused = client(&Refunds::CreateRefund, request);
  CHECK(Outcome(refused) == "FAILED_PRECONDITION REFUND_NOT_ALLOWED");
  CHECK(FailedRules(refused.status) == failed);
  CHECK(CountRefunds(client, order_id) == 0);
}

TEST_CASE("the remainder of a partly refunded order can be refunded even if refunds.partial is false") {
  const Folder folder;
  std::string order_id;
  {
    ServiceProcess service(folder.path());
    const Client client = service.Connect();
    order_id = DeliveredOrder(client, kEmail, 2, 1000);
    const auto part = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(300)));
    AwaitRefund(client, part->refund().id());
    CHECK(service.Stop() == 0);
  }
  ServiceProcess service(folder.path(), {"refunds.partial=false"});
  const Client client = service.Connect();
  CHECK(Outcome(client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(1699)))) ==
        "FAILED_PRECONDITION REFUND_NOT_ALLOWED");
  const auto rest =
      client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), "scope { everything {} }"));
  REQUIRE(Outcome(rest) == "OK");
  CHECK(AwaitRefund(client, rest->refund().id()).amount().minor_units() == 1700);
}

TEST_CASE("partial refunds of a line add up to its exact total") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, kEmail);
  const auto created =
      client(&Orders::CreateOrder, StrCat(Field("user_id", user_id), "lines { sku: 'S' quantity: 3 ",
                                          Euros("unit_price", 333), Euros("tax", 1), "}"));
  const std::string order_id = created->order().id();
  PayOrder(client, order_id);
  DeliverOrder(client, order_id);
  std::vector<std::int64_t> amounts;
  for (int i = 0; i < 3; ++i) {
    const auto refund = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), UnitsScope(1)));
    amounts.push_back(refund->refund().lines(0).amount().minor_units());
  }
  CHECK(amounts == std::vector<std::int64_t>{333, 333, 334});
  CHECK(GetOrder(client, order_id).refundable().minor_units() == 0);
}

TEST_CASE("refunds of an order beyond refunds.approval_above wait for approval by another caller") {
  const Folder folder;
  ServiceProcess::Settings settings = WithApprovers();
  settings.emplace_back("refunds.approval_above={ EUR = 500 }");
  ServiceProcess service(folder.path(), settings);
  const Client shop = As(service.Connect(), "shop");
  const Client lead = As(service.Connect(), "lead");
  const std::string order_id = DeliveredOrder(shop, kEmail, 1, 2000);
  const auto small = shop(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(500)));
  AwaitRefund(shop, small->refund().id());
  const auto refund = lead(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(1)));
  REQUIRE(Outcome(refund) == "OK");
  CHECK(refund->refund().state() == refunds::v1::REFUND_STATE_REQUESTED);
  CHECK(GetOrder(shop, order_id).refund_pending().minor_units() == 1);

  const std::string id = Field("id", refund->refund().id());
  CHECK(Outcome(shop(&Refunds::ApproveRefund, id)) == "PERMISSION_DENIED CALLER_NOT_ALLOWED");
  CHECK(Outcome(lead(&Refunds::ApproveRefund, id)) == "FAILED_PRECONDITION SELF_APPROVAL");
  const auto approved = As(service.Connect(), "boss")(&Refunds::ApproveRefund, id + "note: 'fine'");
  REQUIRE(Outcome(approved) == "OK");
  CHECK(approved->refund().decided_by() == "boss");
  CHECK(approved->refund().decision_note() == "fine");
  AwaitRefund(shop, refund->refund().id());
  CHECK(GetOrder(shop, order_id).refunded().minor_units() == 501);
}

TEST_CASE(
    "a rejected or cancelled refund releases its amount, and the customer gets an e-mail without the note") {
  const Folder folder;
  ServiceProcess::Settings settings = WithApprovers();
  settings.emplace_back("refunds.approval_above={ EUR = 500 }");
  ServiceProcess service(folder.path(), settings);
  const Client shop = As(service.Connect(), "shop");
  const std::string order_id = DeliveredOrder(shop, kEmail, 1, 2000);
  const auto request = [&] {
    const auto refund = shop(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(2000)));
    REQUIRE(Outcome(refund) == "OK");
    return StrCat(Field("id", refund->refund().id()), "note: 'internal remark'");
  };
  CHECK(Outcome(shop(&Refunds::CancelRefund, request())) == "OK");
  CHECK(Outcome(As(service.Connect(), "lead")(&Refunds::RejectRefund, request())) == "OK");
  CHECK(GetOrder(shop, order_id).refundable().minor_units() == 2000);
  // The e-mails for the verification, and for each of the two requests and decisions.
  int decisions = 0;
  for (const Mail& mail : AwaitMails(service.mail_folder(), kEmail, 5)) {
    CHECK_THAT(mail.text, !Catch::Contains("internal remark"));
    if (absl::StrContains(mail.subject, "cancelled") || absl::StrContains(mail.subject, "declined")) {
      ++decisions;
    }
  }
  CHECK(decisions == 2);
  CHECK(service.Stop() == 0);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
}

TEST_CASE("a valid correlation id is returned, and an invalid one is replaced") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  accounts::v1::GetUserRequest request;
  CHECK(client(&Accounts::GetUser, request, "trace-me 42").correlation_id == "trace-me 42");
  const std::string made_up = client(&Accounts::GetUser, request).correlation_id;
  CHECK(made_up.size() == 32);
  CHECK(client(&Accounts::GetUser, request).correlation_id != made_up);
  CHECK(client(&Accounts::GetUser, request, std::string(129, 'x')).correlation_id.size() == 32);
}

TEST_CASE("the health service knows every service") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  for (const char* name :
       {"", "keelson.accounts.v1.AccountService", "keelson.sessions.v1.SessionService",
        "keelson.orders.v1.OrderService", "keelson.refunds.v1.RefundService",
        "keelson.ledger.v1.LedgerService", "keelson.notifications.v1.NotificationService"}) {
    CHECK(client.Health(name) == "SERVING");
  }
  CHECK(client.Health("keelson.Nothing") == "NOT_FOUND");
}

}  // namespace
}  // namespace keelson::e2e
