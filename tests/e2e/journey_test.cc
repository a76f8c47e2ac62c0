// Tests the main flows of the service, from registration to refund.
#include <algorithm>
#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/e2e/support/await.h"
#include "tests/e2e/support/folder.h"
#include "tests/e2e/support/mailbox.h"
#include "tests/e2e/support/scenarios.h"
#include "tests/e2e/support/service_process.h"
#include "tests/e2e/support/stores.h"

namespace keelson::e2e {
namespace {

constexpr char kGerman[] = "Ada.Lovelace@Example.com";
// The address in the To header. Its domain is in lower case, because domains are case-insensitive.
constexpr char kGermanMailbox[] = "Ada.Lovelace@example.com";

std::vector<std::string> Totals(const orders::v1::Order& order) {
  return {StrCat("total ", order.total().minor_units()), StrCat("paid ", order.paid().minor_units()),
          StrCat("refunded ", order.refunded().minor_units()),
          StrCat("pending ", order.refund_pending().minor_units()),
          StrCat("refundable ", order.refundable().minor_units())};
}

TEST_CASE("the link in the verification e-mail verifies the address") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();

  const auto registered =
      client(&Accounts::RegisterUser,
             StrCat(Field("email", StrCat("  ", kGerman, " ")), Field("password", kPassword),
                    "display_name: ' Ada ' locale: 'de' labels { key: 'plan' value: 'pro' }"));
  REQUIRE(Outcome(registered) == "OK");
  const accounts::v1::User& user = registered->user();
  CHECK(user.id().starts_with("user_"));
  CHECK(user.email() == kGerman);
  CHECK(user.display_name() == "Ada");
  CHECK(user.locale() == "de");
  CHECK(user.state() == accounts::v1::USER_STATE_ACTIVE);
  CHECK(user.labels().at("plan") == "pro");
  CHECK_FALSE(user.has_email_verify_time());

  const Mail mail = AwaitMails(service.mail_folder(), kGermanMailbox, 1).front();
  CHECK(mail.file.starts_with("message_"));
  CHECK(mail.from == "Keelson <no-reply@example.com>");
  CHECK(mail.content_type == "multipart/alternative");
  CHECK(StrCat(mail.message_id, " ").find("@example.com") != std::string::npos);
  CHECK_FALSE(mail.date.empty());
  CHECK_THAT(mail.subject, Catch::Contains("Adresse"));
  const std::string token = TokenIn(mail);
  REQUIRE_FALSE(token.empty());
  CHECK_THAT(mail.html, Catch::Contains(token));

  const auto verified = client(&Accounts::VerifyEmail, Field("token", token));
  REQUIRE(Outcome(verified) == "OK");
  CHECK(verified->user().has_email_verify_time());
  CHECK(verified->user().etag() != user.etag());
  // Verifies again: with the same token, and with spaces and a line break around the token.
  for (const std::string& again : {token, StrCat(" ", token, "\\n")}) {
    const auto repeated = client(&Accounts::VerifyEmail, Field("token", again));
    CHECK(Outcome(repeated) == "OK");
    CHECK(repeated->user().SerializeAsString() == verified->user().SerializeAsString());
  }

  const Mail welcome = AwaitMails(service.mail_folder(), kGermanMailbox, 2).back();
  CHECK_THAT(welcome.subject, Catch::Contains("Willkommen"));
  CHECK(TokenIn(welcome).empty());
  const auto read = client(&Accounts::GetUser, Field("id", user.id()));
  CHECK(read->user().SerializeAsString() == verified->user().SerializeAsString());
}

TEST_CASE("a user is found by any spelling of the e-mail address") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string id = RegisterUser(client, "Ünal@bücher.example");
  for (const char* spelling :
       {"Ünal@bücher.example", "üNAL@BÜCHER.EXAMPLE", " ünal@xn--bcher-kva.example "}) {
    const auto found = client(&Accounts::GetUserByEmail, Field("email", spelling));
    CHECK(Outcome(found) == "OK");
    CHECK(found->user().id() == id);
  }
  CHECK(Outcome(client(&Accounts::GetUserByEmail, "email: 'nobody@bücher.example'")) ==
        "NOT_FOUND USER_NOT_FOUND");
}

TEST_CASE("an order is refunded by line, by amount and in full") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string user_id = RegisterUser(client, "ada@example.com");
  const std::string order_id = CreateOrder(client, user_id, 3, 1250, true);
  CHECK(GetOrder(client, order_id).state() == orders::v1::ORDER_STATE_PENDING);
  const orders::v1::Order paid = PayOrder(client, order_id, kRecordedPayment);
  CHECK(paid.state() == orders::v1::ORDER_STATE_PAID);
  CHECK(paid.payment().provider_reference() == "ch_1");
  CHECK(DeliverOrder(client, order_id).state() == orders::v1::ORDER_STATE_DELIVERED);
  CHECK(Totals(GetOrder(client, order_id)) ==
        std::vector<std::string>{"total 4240", "paid 4240", "refunded 0", "pending 0", "refundable 4240"});

  const auto check = client(&Refunds::CheckRefund, StrCat(Field("order_id", order_id), UnitsScope(1)));
  REQUIRE(Outcome(check) == "OK");
  CHECK(check->allowed());
  CHECK_FALSE(check->needs_approval());
  CHECK(check->amount().minor_units() == 1250);
  CHECK_FALSE(check->verdicts().empty());
  for (const auto& verdict : check->verdicts()) CHECK((verdict.passed() && !verdict.explanation().empty()));

  const std::vector<std::pair<std::string, int>> scopes = {
      {UnitsScope(1), 1250}, {AmountScope(500), 500}, {"scope { everything {} }", 2490}};
  int refunded = 0;
  for (const auto& [scope, amount] : scopes) {
    const auto created = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), scope,
                                                               " reason: REFUND_REASON_DEFECTIVE"));
    REQUIRE(Outcome(created) == "OK");
    CHECK(created->refund().amount().minor_units() == amount);
    CHECK(created->refund().user_id() == user_id);
    CHECK(created->refund().requested_by() == "anonymous");
    const refunds::v1::Refund settled = AwaitRefund(client, created->refund().id());
    CHECK(settled.has_settle_time());
    CHECK_FALSE(settled.provider_reference().empty());
    refunded += amount;
    const orders::v1::Order order = GetOrder(client, order_id);
    CHECK(order.refunded().minor_units() == refunded);
    CHECK(order.refundable().minor_units() == 4240 - refunded);
  }
  // The refund of everything records the other two units; 0.10 of their share was refunded before as an
  // amount.
  const orders::v1::Order refunded_order = GetOrder(client, order_id);
  CHECK(refunded_order.lines(0).refunded_quantity() == 3);
  CHECK(refunded_order.refund_status() == orders::v1::REFUND_STATUS_FULLY_REFUNDED);
  const auto too_much =
      client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), "scope { everything {} }"));
  CHECK(Outcome(too_much) == "FAILED_PRECONDITION REFUND_NOT_ALLOWED");
  CHECK(FailedRules(too_much.status) == " AMOUNT_POSITIVE WITHIN_REFUNDABLE");
  // One verification e-mail, and one e-mail for each refund.
  const std::vector<Mail> mails = AwaitMails(service.mail_folder(), "ada@example.com", 4);
  CHECK_THAT(mails[1].text, Catch::Contains("€12.50"));
  CHECK_THAT(mails[3].text, Catch::Contains("€24.90"));
}

TEST_CASE("cancelling a paid order refunds it in full") {
  const Folder folder;
  ServiceProcess service(folder.path());
  const Client client = service.Connect();
  const std::string order_id = CreateOrder(client, RegisterUser(client, "ada@example.com"), 2, 1000, true);
  PayOrder(client, order_id);
  const auto cancelled =
      client(&Orders::CancelOrder, StrCat(Field("id", order_id), "request_id: 'c1' reason: 'out of stock'"));
  REQUIRE(Outcome(cancelled) == "OK");
  CHECK(cancelled->order().state() == orders::v1::ORDER_STATE_CANCELLED);
  CHECK(cancelled->order().refund_pending().minor_units() == 2490);
  const auto refunds = client(&Refunds::ListRefunds, Field("order_id", order_id));
  REQUIRE(refunds->refunds_size() == 1);
  const refunds::v1::Refund refund = AwaitRefund(client, refunds->refunds(0).id());
  CHECK(refund.amount().minor_units() == 2490);
  CHECK(refund.reason() == refunds::v1::REFUND_REASON_ORDER_CANCELLED);
  CHECK(refund.note() == "out of stock");
  CHECK(Totals(GetOrder(client, order_id)) ==
        std::vector<std::string>{"total 2490", "paid 2490", "refunded 2490", "pending 0", "refundable 0"});
  // The e-mails for the verification, the cancellation and the refund.
  AwaitMails(service.mail_folder(), "ada@example.com", 3);
  CHECK(Outcome(client(&Orders::ShipOrder, Field("id", order_id))) == "FAILED_PRECONDITION ORDER_STATE");
}

TEST_CASE("cancelling an order cancels refunds that wait for approval") {
  const Folder folder;
  ServiceProcess::Settings settings = WithApprovers();
  settings.emplace_back("refunds.states=['paid','delivered']");
  settings.emplace_back("refunds.approval_above={ EUR = 1000 }");
  ServiceProcess service(folder.path(), settings);
  const Client client = As(service.Connect(), "shop");
  const std::string order_id = CreateOrder(client, RegisterUser(client, "ada@example.com"), 1, 10000);
  PayOrder(client, order_id);
  const auto requested =
      client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(5000)));
  REQUIRE(Outcome(requested) == "OK");
  REQUIRE(requested->refund().state() == refunds::v1::REFUND_STATE_REQUESTED);
  const auto cancelled = client(&Orders::CancelOrder, Field("id", order_id));
  REQUIRE(Outcome(cancelled) == "OK");
  CHECK(cancelled->order().refund_pending().minor_units() == 10000);
  CHECK(client(&Refunds::GetRefund, Field("id", requested->refund().id()))->refund().state() ==
        refunds::v1::REFUND_STATE_CANCELLED);
  const auto rest =
      client(&Refunds::ListRefunds, StrCat(Field("order_id", order_id), "states: REFUND_STATE_REQUESTED"));
  REQUIRE(rest->refunds_size() == 1);
  CHECK(Outcome(As(service.Connect(), "lead")(&Refunds::ApproveRefund, Field("id", rest->refunds(0).id()))) ==
        "OK");
  CHECK(AwaitRefund(client, rest->refunds(0).id()).amount().minor_units() == 10000);
  // The e-mails for the verification, the request, the cancellation, the request of the rest, the approval
  // and the refund. The e-mail for the cancellation promises no amount, because the rest waits for approval.
  const std::vector<Mail> mails = AwaitMails(service.mail_folder(), "ada@example.com", 6);
  CHECK(std::count_if(mails.begin(), mails.end(),
                      [](const Mail& mail) { return mail.text.find("€100.00") != std::string::npos; }) == 3);
  CHECK(service.Stop() == 0);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
}

TEST_CASE(
    "free lines, and units whose share of the price rounds to zero, can be refunded with the amount 0") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"refunds.max_per_order=20"});
  const Client client = service.Connect();
  const auto created =
      client(&Orders::CreateOrder,
             StrCat(Field("user_id", RegisterUser(client, "ada@example.com")), "lines { quantity: 10 ",
                    Euros("unit_price", 1), Euros("discount", 5), "} lines { quantity: 1 ",
                    Euros("unit_price", 500), "} lines { quantity: 1 ", Euros("unit_price", 0), "}"));
  REQUIRE(Outcome(created) == "OK");
  const std::string order_id = created->order().id();
  PayOrder(client, order_id);
  DeliverOrder(client, order_id);
  std::int64_t together = 0;
  for (int i = 0; i < 10; ++i) {
    const auto refund = client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), UnitsScope(1)));
    REQUIRE(Outcome(refund) == "OK");
    together += AwaitRefund(client, refund->refund().id()).amount().minor_units();
  }
  CHECK(together == 5);
  const auto free =
      client(&Refunds::CreateRefund,
             StrCat(Field("order_id", order_id), "scope { lines { lines { line_id: '3' quantity: 1 } } }"));
  REQUIRE(Outcome(free) == "OK");
  const refunds::v1::Refund settled = AwaitRefund(client, free->refund().id());
  CHECK(settled.amount().minor_units() == 0);
  CHECK(settled.provider_reference().empty());
  const orders::v1::Order order = GetOrder(client, order_id);
  CHECK(order.lines(0).refunded_quantity() == 10);
  CHECK(order.lines(2).refunded_quantity() == 1);
  CHECK(order.refunded().minor_units() == 5);
  // One verification e-mail, and one e-mail for each refund that moved money.
  AwaitMails(service.mail_folder(), "ada@example.com", 6);
  CHECK(service.Stop() == 0);
  CHECK(RunOnStore(folder.path(), {"verify"}).exit_code == 0);
}

TEST_CASE("lists are paged newest first, and each entry is returned once") {
  const Folder folder;
  ServiceProcess service(folder.path(), {"refunds.max_per_order=100"});
  const Client client = service.Connect();
  const std::string order_id = DeliveredOrder(client, "ada@example.com", 1, 100000);
  const std::string user_id = GetOrder(client, order_id).user_id();
  std::vector<std::string> orders = {order_id};
  std::vector<std::string> refunds;
  for (int i = 0; i < 6; ++i) {
    orders.insert(orders.begin(), CreateOrder(client, user_id, 1, 100));
    const auto created =
        client(&Refunds::CreateRefund, StrCat(Field("order_id", order_id), AmountScope(10 + i)));
    refunds.insert(refunds.begin(), created->refund().id());
  }
  std::vector<std::string> seen_orders, seen_refunds;
  for (std::string token;;) {
    const auto page = client(&Orders::ListOrders,
                             StrCat(Field("user_id", user_id), "page_size: 3 ", Field("page_token", token)));
    REQUIRE(Outcome(page) == "OK");
    for (const auto& order : page->orders()) seen_orders.push_back(order.id());
    if ((token = page->next_page_token()).empty()) break;
  }
  for (std::string token;;) {
    const auto page = client(&Refunds::ListRefunds, StrCat(Field("order_id", order_id), "page_size: 4 ",
                                                           Field("page_token", token)));
    REQUIRE(Outcome(page) == "OK");
    for (const auto& refund : page->refunds()) seen_refunds.push_back(refund.id());
    if ((token = page->next_page_token()).empty()) break;
  }
  CHECK(seen_orders == orders);
  CHECK(seen_refunds == refunds);
  const auto pending =
      client(&Orders::ListOrders, StrCat(Field("user_id", user_id), "states: ORDER_STATE_DELIVERED"));
  REQUIRE(pending->orders_size() == 1);
  CHECK(pending->orders(0).id() == order_id);
}

}  // namespace
}  // namespace keelson::e2e
