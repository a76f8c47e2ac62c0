// For each invariant, a test case changes one row of a valid store so that the row violates the invariant.
#include "core/store/verify/verify_store.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <tuple>

#include "core/accounts/import_users.h"
#include "core/accounts/user_repository.h"
#include "core/common/strings.h"
#include "core/orders/get_order.h"
#include "core/refunds/create_refund.h"
#include "core/refunds/import_orders.h"
#include "core/refunds/split_refund.h"
#include "tests/core/store/verify/seeded_store.h"

namespace keelson {
namespace {

using Findings = std::vector<Finding>;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
// Ids that sort before and after every id in the store.
const Uuid kFirst = {0x01};
const Uuid kLast = {0xff};

Findings Verify(StoreExporter& reader, const VerifyStore::Limits& limits = {}) {
  Findings findings;
  VerifyProgress last;
  VerifyStore verify(
      reader, [&](const Finding& finding) { findings.push_back(finding); },
      [&](const VerifyProgress& progress) { last = progress; }, limits);
  const std::int64_t count = Must(verify.Handle());
  CHECK(count == std::ssize(findings));
  CHECK(last.done == last.total);
  return findings;
}

std::string TextOf(const Findings& findings) {
  std::string text;
  for (const Finding& f : findings) {
    text += StrCat(f.table, " ", f.id, ": ", f.invariant, ": ", f.figures, "\n");
  }
  return text;
}

TEST_CASE("a store with a valid history has no findings") {
  TamperedStore store;
  CHECK(TextOf(Verify(store.rows)).empty());
  CHECK(TextOf(Verify(*store.exporter)).empty());
}

TEST_CASE("an empty store has no findings") {
  World world;
  CHECK(Verify(*world.memory.OpenReader()).empty());
}

TEST_CASE("an imported user may have a verified address and no password") {
  World world;
  UserRecord record;
  record.email = "grace@example.com";
  record.email_verified = true;
  ImportUsers import(world.store, world.hasher, world.clock, world.ids);
  CHECK(Must(import.Handle(world.context, {record})).imported == 1);
  CHECK(TextOf(Verify(*world.memory.OpenReader())).empty());
}

// Imports a SHIPPED order of 10.00 EUR with a refund of 1.00 EUR, and returns the order.
Order ImportedOrder(World& world) {
  OrderRecord record;
  record.user_id = world.Ada()->id.ToString();
  record.lines = {LineOf(1, 1000)};
  record.reference = "R-1";
  record.state = OrderState::kShipped;
  record.create_time = record.pay_time = record.ship_time = world.clock.Now();
  record.refunds.emplace_back().scope = AmountOf(100);
  record.refunds[0].create_time = world.clock.Now();
  ImportOrders import(world.store, world.clock, world.ids,
                      {.providers = {std::string(world.payments.name())}});
  REQUIRE(Must(import.Handle(world.context, {record})).imported == 1);
  return Must(GetOrder(world.store).ByReference(world.context, "R-1"));
}

TEST_CASE("an imported order with a refund has no findings, also after further changes") {
  World world;
  const Order order = ImportedOrder(world);
  CHECK(TextOf(Verify(*world.memory.OpenReader())).empty());
  Must(world.Deliver(order).status());
  Must(world.Refunded(order, Everything()).status());
  CHECK(TextOf(Verify(*world.memory.OpenReader())).empty());
}

TEST_CASE("a refund with overridden rules has no findings, also if the caller is not authenticated") {
  World world;
  world.context = world.approver = {std::string(kAnonymous), "", "", Deadline::Never(), true};
  world.refunds.approval_above[*Currency::Parse("EUR")] = 0;
  const Order order = world.Delivered();
  world.clock.Advance(world.refunds.window + absl::Hours(1));
  const RefundPolicies policies(world.refunds);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  const Refund refund = Must(create.Handle(world.context, {"",
                                                           order->id.ToString(),
                                                           AmountOf(100),
                                                           RefundReason::kOther,
                                                           "",
                                                           {},
                                                           {{"WITHIN_WINDOW"}, "agreed"}}));
  Must(world.Approve(refund).status());
  CHECK(world.Settle() == 1);
  CHECK(TextOf(Verify(*world.memory.OpenReader())).empty());
}

TEST_CASE("an imported order or refund whose state differs from its events is a finding") {
  World world;
  const Order order = ImportedOrder(world);
  Must(world.Deliver(order).status());
  const auto findings_after = [&](auto tamper) {
    const std::unique_ptr<StoreExporter> exporter = world.memory.OpenReader();
    RowsReader rows(*exporter);
    tamper(rows);
    return TextOf(Verify(rows));
  };
  CHECK_THAT(findings_after([](RowsReader& rows) {
               OrderFields& fields = rows.of<OrderFields>()[0];
               fields.state = OrderState::kShipped;
               fields.deliver_time.reset();
             }),
             Catch::Contains("order_state_is_told: the state is SHIPPED after order.imported, order.del"));
  CHECK_THAT(
      findings_after([](RowsReader& rows) { rows.of<RefundFields>()[0].state = RefundState::kFailed; }),
      Catch::Contains("refund_state_is_told: the state is FAILED after refund.imported"));
}

TEST_CASE("a missing, additional or repeated ledger entry is a finding, for its order and for its refund") {
  using enum LedgerEntryType;
  for (const LedgerEntryType type : {kPayment, kRefundHold, kRefundRelease, kRefundPayout}) {
    const std::string of_order = "order_totals_are_fold_of_entries: ";
    const auto check = [&](RowsReader& rows) {
      const std::string findings = TextOf(Verify(rows));
      INFO(LedgerEntryTypeName(type) << "\n" << findings);
      CHECK_THAT(findings, Catch::Contains(of_order));
      if (type != kPayment) CHECK_THAT(findings, Catch::Contains("refund_is_fold_of_entries: "));
    };
    TamperedStore missing;
    auto& entries = missing.rows.of<LedgerEntry>();
    entries.erase(entries.begin() + (&missing.entry(type) - entries.data()));
    check(missing.rows);
    TamperedStore repeated;
    LedgerEntry again = repeated.entry(type);
    again.id = LedgerEntryId(kLast);
    repeated.rows.of<LedgerEntry>().push_back(again);
    check(repeated.rows);
  }
}

// Describes the only payment of an order in OrderFields::payments.
void AddPayment(OrderFields& order, std::int64_t amount, std::int64_t refunded, std::int64_t refund_pending) {
  order.payments.push_back({order.payment_provider, order.payment_reference, amount, refunded, refund_pending,
                            order.pay_time.value_or(order.create_time)});
  order.payment_count = 1;
}

struct Violation {
  std::string_view invariant;
  std::string_view table;
  // A text that Finding::figures must contain.
  std::string_view figure;
  void (*tamper)(TamperedStore&);
};

const Violation kUserViolations[] = {
    {"user_address_is_canonical", "users", "not in canonical form",
     [](TamperedStore& p) { p.rows.of<UserRow>()[0].fields.email.insert(0, "\u200b"); }},
    {"user_address_is_canonical", "users", "not valid",
     [](TamperedStore& p) { p.rows.of<UserRow>()[0].fields.email = "nobody"; }},
    {"user_address_is_canonical", "users", "email_key does not match",
     [](TamperedStore& p) { p.rows.of<UserRow>()[0].fields.email_key = "eve@example.com"; }},
    {"deleted_user_has_times", "users", "is not set in the state DELETED",
     [](TamperedStore& p) { p.user(p.seeded.deleted).delete_time.reset(); }},
    {"deleted_user_has_times", "users", "is not set in the state DELETED",
     [](TamperedStore& p) { p.user(p.seeded.deleted).purge_time.reset(); }},
    {"deleted_user_has_times", "users", "is set in the state ACTIVE",
     [](TamperedStore& p) { p.user(p.seeded.owner).delete_time = absl::UnixEpoch(); }},
    {"deleted_user_has_times", "users", "is set in the state SUSPENDED",
     [](TamperedStore& p) { p.user(p.seeded.suspended).purge_time = absl::UnixEpoch(); }},
    {"suspended_user_has_time", "users", "suspend_time is not set in the state SUSPENDED",
     [](TamperedStore& p) { p.user(p.seeded.suspended).suspend_time.reset(); }},
    {"suspended_user_has_time", "users", "suspend_time is set in the state ACTIVE",
     [](TamperedStore& p) { p.user(p.seeded.owner).suspend_time = absl::UnixEpoch(); }},
    {"deleted_user_has_times", "users", "is set in the state ERASED",
     [](TamperedStore& p) { p.user(p.seeded.erased).purge_time = absl::UnixEpoch(); }},
    {"erased_user_is_emptied", "users", "still has personal data",
     [](TamperedStore& p) { p.user(p.seeded.erased).email = "frank@example.com"; }},
    {"erased_user_is_emptied", "users", "still has personal data",
     [](TamperedStore& p) {
       p.user(p.seeded.erased).labels = {{"plan", "pro"}};
     }},
    {"erased_user_is_emptied", "users", "still has personal data",
     [](TamperedStore& p) { p.user(p.seeded.erased).suspend_time = absl::UnixEpoch(); }},
    {"erased_user_is_emptied", "users", "still has personal data",
     [](TamperedStore& p) { p.password_hash(p.seeded.erased) = "$argon2id$"; }},
    {"token_has_user", "email_tokens", "there is no user_",
     [](TamperedStore& p) { p.rows.of<EmailToken>()[0].user_id = UserId(kFirst); }},
    {"token_has_user", "email_tokens", "the user is erased",
     [](TamperedStore& p) { p.rows.of<EmailToken>().back().user_id = p.seeded.erased; }},
    {"token_has_user", "email_tokens", "there is no user_",
     [](TamperedStore& p) { p.rows.of<EmailToken>()[0].user_id = UserId(kLast); }},
    {"token_has_new_address", "email_tokens", "new_email is not a valid address",
     [](TamperedStore& p) { p.change_token().new_email.clear(); }},
    {"token_has_new_address", "email_tokens", "new_email is not in canonical form",
     [](TamperedStore& p) { p.change_token().new_email.push_back(' '); }},
    {"token_has_new_address", "email_tokens", "the token does not change the address",
     [](TamperedStore& p) { p.change_token().purpose = TokenPurpose::kVerifyEmail; }},
};

const Violation kRowViolations[] = {
    {"session_has_user", "sessions", "there is no user_",
     [](TamperedStore& p) { p.session().user_id = UserId(kFirst); }},
    {"session_has_user", "sessions", " is erased",
     [](TamperedStore& p) { p.session().user_id = p.seeded.erased; }},
    {"session_address_is_verified", "sessions", "is not verified",
     [](TamperedStore& p) {
       p.user(p.session().user_id).email_verify_time.reset();
       p.session().email_verified = true;
     }},
    {"session_expires_after_creation", "sessions", "expire_time is not after create_time",
     [](TamperedStore& p) { p.session().create_time = p.session().expire_time; }},
    {"session_outlasts_access_token", "sessions", "access_expire_time is after expire_time",
     [](TamperedStore& p) { p.session().access_expire_time += absl::Hours(1000); }},
    {"session_has_previous_token", "sessions", "previous_digest is not set in generation 1",
     [](TamperedStore& p) { p.session().previous_digest.reset(); }},
    {"session_has_previous_token", "sessions", "previous_digest is set in generation 0",
     [](TamperedStore& p) { p.session().generation = 0; }},
    {"session_has_previous_token", "sessions", "previous_digest is not set in generation -1",
     [](TamperedStore& p) {
       p.session().generation = -1;
       p.session().previous_digest.reset();
     }},

    {"refunds_within_paid", "orders", "succeeded 1000000 > paid 3500 EUR",
     [](TamperedStore& p) { p.refund(p.seeded.succeeded).amount = 1'000'000; }},
    {"refunds_within_paid", "orders", "> paid 3500 EUR",
     [](TamperedStore& p) {
       p.refund(p.seeded.succeeded).amount = kMost;
       p.refund(p.seeded.processing).amount = kMost;
     }},
    {"refunds_within_lines", "orders", "line 1: 4 of 3 units refunded",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].quantity = 4; }},
    {"refunds_within_lines", "orders", "line 1: 2901 refunded of 2900 EUR",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].amount = 2901; }},
    {"refunds_within_lines", "orders", "line 1: 966 refunded and 1935 withheld of 2900 EUR",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].withheld = 1935; }},
    {"refunds_within_lines", "orders", "line 1: 966 refunded and 9223372036854775807 withheld of 2900 EUR",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].withheld = kMost; }},
    {"refunds_within_lines", "orders", "shipping: 501 refunded of 500 EUR",
     [](TamperedStore& p) { p.refund(p.seeded.processing).shipping = 1; }},
    {"order_totals_are_fold_of_refunds", "orders", "refunded is 551, not 550",
     [](TamperedStore& p) { ++p.order().refunded; }},
    {"order_totals_are_fold_of_refunds", "orders", "refund_pending is 0, not 966",
     [](TamperedStore& p) { p.order().refund_pending = 0; }},
    {"order_totals_are_fold_of_refunds", "orders", "refunded_shipping is 0, not 500",
     [](TamperedStore& p) { p.order().refunded_shipping = 0; }},
    {"order_totals_are_fold_of_refunds", "orders", "refund_count is 3, not 2",
     [](TamperedStore& p) { p.order().refund_count = 3; }},
    {"order_lines_are_fold_of_refunds", "orders", "line 2: refunded_quantity is 0, not 1",
     [](TamperedStore& p) { p.order().lines[1].refunded_quantity = 0; }},
    {"order_lines_are_fold_of_refunds", "orders", "line 2: refunded_amount is 49, not 50",
     [](TamperedStore& p) { p.order().lines[1].refunded_amount = 49; }},
    {"order_lines_are_fold_of_refunds", "orders", "line 2: withheld_amount is 1, not 0",
     [](TamperedStore& p) { p.order().lines[1].withheld_amount = 1; }},
    {"order_lines_are_fold_of_refunds", "orders", "line 1: withheld_amount is 0, not 7",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].withheld = 7; }},
    {"order_refund_status_is_function_of_totals", "orders",
     "refund_status is NOT_REFUNDED, but 550 of 3500 EUR was refunded",
     [](TamperedStore& p) { p.order().refund_status = RefundStatus::kNotRefunded; }},
    {"order_refund_status_is_function_of_totals", "orders",
     "refund_status is FULLY_REFUNDED, but 550 of 3500 EUR was refunded",
     [](TamperedStore& p) { p.order().refund_status = RefundStatus::kFullyRefunded; }},
    {"order_refund_status_is_function_of_totals", "orders",
     "refund_status is PARTIALLY_REFUNDED, but 3500 of 3500 EUR was refunded",
     [](TamperedStore& p) { p.order().refunded = 3500; }},
    {"order_total_is_sum_of_lines", "orders", "total is 3501, not 3500",
     [](TamperedStore& p) { p.order().total = p.order().paid = 3501; }},
    {"order_total_is_sum_of_lines", "orders", "line 1: total is 2900, not 3 x 999 - 200 + 100",
     [](TamperedStore& p) { p.order().lines[0].unit_price = 999; }},
    {"order_paid_is_sum_of_payments", "orders", "paid is 3499, not 3500",
     [](TamperedStore& p) { p.order().paid = 3499; }},
    {"order_paid_is_sum_of_payments", "orders", "payment_count is 1, but the order has 0 payments",
     [](TamperedStore& p) { p.order().payment_count = 1; }},
    {"order_paid_is_sum_of_payments", "orders", "paid is 3500, not 3499",
     [](TamperedStore& p) { AddPayment(p.order(), 3499, 550, 966); }},
    {"order_paid_is_sum_of_payments", "orders", "the order's payment is not its first payment",
     [](TamperedStore& p) {
       AddPayment(p.order(), 3500, 550, 966);
       p.order().payments[0].reference = "another";
     }},
    {"order_paid_is_sum_of_payments", "orders", "pay_time is not set, but 3500 of 3500 EUR was paid",
     [](TamperedStore& p) {
       AddPayment(p.order(), 3500, 550, 966);
       p.order().pay_time.reset();
     }},
    {"order_payments_are_fold_of_refunds", "orders", "payment 1: refunded is 551, not 550",
     [](TamperedStore& p) { AddPayment(p.order(), 3500, 551, 966); }},
    {"order_payments_are_fold_of_refunds", "orders", "payment 1: refund_pending is 0, not 966",
     [](TamperedStore& p) { AddPayment(p.order(), 3500, 550, 0); }},
    {"order_payments_are_fold_of_refunds", "orders", "payment 1: refunds of 1516 > 1515 EUR",
     [](TamperedStore& p) { AddPayment(p.order(), 1515, 550, 966); }},
    {"order_state_is_function_of_facts", "orders", "the state is DELIVERED, but the timestamps imply SHIPPED",
     [](TamperedStore& p) { p.order().deliver_time.reset(); }},
    {"order_state_is_function_of_facts", "orders", "the timestamps contradict each other",
     [](TamperedStore& p) { p.order().ship_time.reset(); }},
    {"order_state_is_function_of_facts", "orders", "the timestamps contradict each other",
     [](TamperedStore& p) { p.order().cancel_time = p.order().deliver_time; }},

    {"ledger_entry_balances", "ledger_entries", "the type 9 debits and credits no account",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kPayment).type = static_cast<LedgerEntryType>(9); }},
    {"ledger_entry_balances", "ledger_entries", "amount is -1, not at least 1",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kRefundHold).amount = -1; }},
    {"ledger_entry_has_order", "ledger_entries", "there is no order_",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kPayment).order_id = OrderId(kFirst); }},
    {"ledger_entry_has_order", "ledger_entries", "there is no order_",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kPayment).order_id = OrderId(kLast); }},
    {"ledger_entry_has_currency_of_order", "ledger_entries", "the entry is in USD, its order in EUR",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kPayment).currency = *Currency::Parse("USD"); }},
    {"ledger_entry_has_refund", "ledger_entries", "refund_id is set in an entry of the type PAYMENT",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kPayment).refund_id = p.seeded.succeeded; }},
    {"ledger_entry_has_refund", "ledger_entries",
     "refund_id is not set in an entry of the type REFUND_PAYOUT",
     [](TamperedStore& p) {
       LedgerEntry& entry = p.entry(LedgerEntryType::kRefundPayout);
       entry.refund_id.reset();
     }},
    {"ledger_entry_has_refund", "ledger_entries", "the order has no refund_",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kRefundHold).refund_id = RefundId(kLast); }},
    {"ledger_entry_has_amount_of_refund", "ledger_entries", ", the refund's amount is ",
     [](TamperedStore& p) { ++p.entry(LedgerEntryType::kRefundRelease).amount; }},
    {"ledger_entry_has_provider", "ledger_entries", "payment_provider is another, which no payment",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kPayment).payment_provider = "another"; }},
    {"ledger_entry_has_provider", "ledger_entries", "payment_provider is another, not ",
     [](TamperedStore& p) { p.entry(LedgerEntryType::kRefundPayout).payment_provider = "another"; }},
    {"order_totals_are_fold_of_entries", "orders", "paid is 3500, but the entries add up to 3501",
     [](TamperedStore& p) { ++p.entry(LedgerEntryType::kPayment).amount; }},
    {"order_totals_are_fold_of_entries", "orders", "refunded is 551, but the entries add up to 550",
     [](TamperedStore& p) { ++p.order().refunded; }},
    {"order_totals_are_fold_of_entries", "orders", "refund_pending is 0, but the entries add up to 966",
     [](TamperedStore& p) { p.order().refund_pending = 0; }},
    {"refund_is_fold_of_entries", "refunds", "FAILED: refunded is 0, but the entries add up to 550",
     [](TamperedStore& p) { p.refund(p.seeded.succeeded).state = RefundState::kFailed; }},
    {"refund_is_fold_of_entries", "refunds", "SUCCEEDED: refunded is 966, but the entries add up to 0",
     [](TamperedStore& p) { p.refund(p.seeded.processing).state = RefundState::kSucceeded; }},
    {"refund_is_fold_of_entries", "refunds", "REJECTED: refund_pending is 0, but the entries add up to 5500",
     [](TamperedStore& p) { p.refund(p.seeded.requested).state = RefundState::kRejected; }},

    {"refund_has_order", "refunds", "there is no order_",
     [](TamperedStore& p) { p.refund(p.seeded.requested).order_id = OrderId(kFirst); }},
    {"refund_has_order", "refunds", "there is no order_",
     [](TamperedStore& p) { p.refund(p.seeded.requested).order_id = OrderId(kLast); }},
    {"refund_amount_is_sum_of_parts", "refunds", "amount is 549, less than its lines and shipping, 550",
     [](TamperedStore& p) { --p.refund(p.seeded.succeeded).amount; }},
    {"refund_amount_is_sum_of_parts", "refunds", "not at least 1",
     [](TamperedStore& p) { p.refund(p.seeded.failed).amount = 0; }},
    {"refund_parts_are_not_negative", "refunds", "shipping is -1",
     [](TamperedStore& p) { p.refund(p.seeded.processing).shipping = -1; }},
    {"refund_parts_are_not_negative", "refunds", "line 1: quantity is 0",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].quantity = 0; }},
    {"refund_parts_are_not_negative", "refunds", "line 1: amount is -1",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].amount = -1; }},
    {"refund_parts_are_not_negative", "refunds", "line 1: withheld is -1",
     [](TamperedStore& p) { p.refund(p.seeded.processing).lines[0].withheld = -1; }},
    {"refund_scope_matches_parts", "refunds", "the scope is AMOUNT, but the refund has lines or shipping",
     [](TamperedStore& p) { p.refund(p.seeded.processing).scope = RefundScopeKind::kAmount; }},
    {"refund_scope_matches_parts", "refunds", "the scope is AMOUNT, but the refund has lines or shipping",
     [](TamperedStore& p) { p.refund(p.seeded.failed).shipping = 1; }},
    {"refund_names_lines_of_order", "refunds", "line 3, but the order has 2 lines",
     [](TamperedStore& p) { p.refund(p.seeded.succeeded).lines[0].index = 2; }},
    {"refund_names_lines_of_order", "refunds", "line 0, but the order has 2 lines",
     [](TamperedStore& p) { p.refund(p.seeded.succeeded).lines[0].index = -1; }},
    {"refund_names_lines_of_order", "refunds", "line 2 twice",
     [](TamperedStore& p) {
       p.refund(p.seeded.succeeded).lines.resize(2, {1, 0, 0});
     }},
    {"refund_has_currency_of_order", "refunds", "the refund is in USD, its order in EUR",
     [](TamperedStore& p) { p.refund(p.seeded.failed).currency = *Currency::Parse("USD"); }},
    {"refund_has_user_of_order", "refunds", "the order's user is user_",
     [](TamperedStore& p) { p.refund(p.seeded.failed).user_id = UserId(kFirst); }},
    {"refund_has_payment_of_order", "refunds", "differs from the order's payment",
     [](TamperedStore& p) { p.refund(p.seeded.failed).payment_reference = "another"; }},
    {"refund_has_payment_of_order", "refunds", "the refund names payment 2, but the order has 1",
     [](TamperedStore& p) { p.refund(p.seeded.succeeded).payment = 1; }},
    {"refund_split_is_complete", "refunds", ", which the order does not have",
     [](TamperedStore& p) {
       p.refund(p.seeded.succeeded).split_ids = SplitIdsOf({RefundId(kLast), {}});
     }},
    {"refund_split_is_complete", "refunds", "split_ids differs from that of refund_",
     [](TamperedStore& p) {
       p.refund(p.seeded.succeeded).split_ids = SplitIdsOf({p.seeded.succeeded, p.seeded.processing});
     }},
    {"refund_split_is_complete", "refunds", "two refunds of split_ids refund payment 1",
     [](TamperedStore& p) {
       const std::string ids = SplitIdsOf({p.seeded.succeeded, p.seeded.processing});
       p.refund(p.seeded.succeeded).split_ids = p.refund(p.seeded.processing).split_ids = ids;
     }},
    {"refund_split_is_complete", "refunds", "split_ids does not name the refund itself",
     [](TamperedStore& p) {
       p.refund(p.seeded.succeeded).split_ids = p.seeded.processing.ToString();
       p.refund(p.seeded.processing).split_ids = p.seeded.processing.ToString();
     }},
    {"refund_is_due_while_open", "refunds", "due_time is not set in the state PROCESSING",
     [](TamperedStore& p) { p.refund(p.seeded.processing).due_time.reset(); }},
    {"refund_is_due_while_open", "refunds", "due_time is set in the state FAILED",
     [](TamperedStore& p) { p.refund(p.seeded.failed).due_time = absl::UnixEpoch(); }},
    {"refund_is_settled_by_attempt", "refunds", "settle_time is not set in the state SUCCEEDED",
     [](TamperedStore& p) { p.refund(p.seeded.succeeded).settle_time.reset(); }},
    {"refund_is_settled_by_attempt", "refunds", "attempts is 0 in the state PROCESSING",
     [](TamperedStore& p) { p.refund(p.seeded.processing).attempts = 0; }},
    {"refund_request_ends_with_order", "refunds", "REQUESTED, but its order was cancelled",
     [](TamperedStore& p) {
       p.order_of(p.seeded.requested).cancel_time = p.refund(p.seeded.requested).create_time;
     }},
    {"refund_decision_has_decider", "refunds", "decided_by is set, but decide_time is not set",
     [](TamperedStore& p) { p.refund(p.seeded.approved).decide_time.reset(); }},
    {"refund_decision_has_decider", "refunds", "decided_by is empty, but decide_time is set",
     [](TamperedStore& p) { p.refund(p.seeded.rejected).decided_by.clear(); }},
    {"refund_decision_has_decider", "refunds", "decided_by is empty in the state REJECTED",
     [](TamperedStore& p) {
       p.refund(p.seeded.rejected).decided_by.clear();
       p.refund(p.seeded.rejected).decide_time.reset();
     }},
    {"refund_decision_has_decider", "refunds", "decided_by is set in the state REQUESTED",
     [](TamperedStore& p) {
       p.refund(p.seeded.requested).decided_by = "boss";
       p.refund(p.seeded.requested).decide_time = absl::UnixEpoch();
     }},
    {"refund_decision_has_decider", "refunds", "the refund was requested and approved by web",
     [](TamperedStore& p) { p.refund(p.seeded.approved).decided_by = "web"; }},
    {"refund_override_is_valid", "refunds", "override_note is set, but overridden_rules is empty",
     [](TamperedStore& p) { p.refund(p.seeded.failed).override_note = "agreed"; }},
    {"refund_override_is_valid", "refunds", "overridden_rules names ORDER_STATE, which can't be overridden",
     [](TamperedStore& p) { p.refund(p.seeded.failed).overridden_rules = "WITHIN_WINDOW,ORDER_STATE"; }},

    {"ended_message_is_emptied", "messages", "still has its body or variables",
     [](TamperedStore& p) { p.rows.of<Message>()[0].state = MessageState::kCancelled; }},
    {"ended_message_is_emptied", "messages", "still has its body or variables",
     [](TamperedStore& p) {
       p.rows.of<Message>()[0].state = MessageState::kSent;
       p.rows.of<Message>()[0].variables.clear();
       p.rows.of<Message>()[0].content.html = "<p>T</p>";
     }},
    {"ended_message_has_end_time", "messages", "end_time is not set in the terminal state DEAD",
     [](TamperedStore& p) { p.rows.of<Message>()[0].state = MessageState::kDead; }},
    {"ended_message_has_end_time", "messages", "end_time is set in the non-terminal state QUEUED",
     [](TamperedStore& p) { p.rows.of<Message>()[0].end_time = absl::UnixEpoch(); }},
    {"sent_message_has_time", "messages", "send_time is set in the state QUEUED",
     [](TamperedStore& p) { p.rows.of<Message>()[0].send_time = absl::UnixEpoch(); }},
    {"sent_message_has_time", "messages", "send_time is not set in the state SENT",
     [](TamperedStore& p) { p.rows.of<Message>()[0].state = MessageState::kSent; }},
    {"sending_message_is_claimed", "messages", "was never claimed: lease_epoch is 0",
     [](TamperedStore& p) { p.rows.of<Message>()[0].state = MessageState::kSending; }},
};

const Violation kLogViolations[] = {
    {"events_are_gapless", "events", "the sequence number 6 follows 4",
     [](TamperedStore& p) { p.rows.of<Event>().erase(p.rows.of<Event>().begin() + 4); }},
    {"event_hashes_verify", "events", "the hash does not match",
     [](TamperedStore& p) { p.rows.of<Event>()[4].payload = "{}"; }},
    {"event_hashes_verify", "events", "the hash does not match",
     [](TamperedStore& p) { p.rows.of<Event>()[4].hash[31] ^= 1; }},
    {"answer_decodes", "idempotency", "0 bytes can't be decoded",
     [](TamperedStore& p) { p.response(std::nullopt).answer.clear(); }},
    {"answer_decodes", "idempotency", "9 bytes can't be decoded",
     [](TamperedStore& p) { p.response(std::nullopt).answer.resize(9); }},

    {"answer_decodes", "idempotency", "can't be decoded",
     [](TamperedStore& p) { p.response(std::nullopt).answer.push_back('x'); }},

    {"order_has_user", "orders", "there is no user_",
     [](TamperedStore& p) { p.order().user_id = UserId(kFirst); }},
    {"message_has_user", "messages", "there is no user_",
     [](TamperedStore& p) { p.rows.of<Message>()[0].user_id = UserId(kFirst); }},
    {"message_has_user", "messages", " is erased",
     [](TamperedStore& p) { p.rows.of<Message>()[0].user_id = p.seeded.erased; }},
    {"erased_response_is_emptied", "idempotency", " is erased; the response has 1 bytes",
     [](TamperedStore& p) { p.response(p.seeded.erased).answer.push_back('\0'); }},
    {"erased_response_is_emptied", "idempotency", " is not erased; the response has 0 bytes",
     [](TamperedStore& p) { p.response(p.seeded.erased).user_id = p.seeded.owner; }},
    {"event_has_user", "events", "there is no user_",
     [](TamperedStore& p) {
       p.rows.of<Event>()[0].user_id = UserId(kFirst);
       p.Rechain();
     }},
};

const Violation kHistoryViolations[] = {
    {"user_state_is_told", "users", "the user has 0 user.registered or user.imported events, not 1",
     [](TamperedStore& p) { p.Forget("user.registered"); }},
    {"user_state_is_told", "users", "the user has 2 user.registered or user.imported events, not 1",
     [](TamperedStore& p) { p.Repeat("user.registered"); }},
    {"user_state_is_told", "users", "without a user.email_verified or user.email_changed",
     [](TamperedStore& p) { p.rows.of<UserRow>()[0].fields.email_verify_time = absl::UnixEpoch(); }},
    {"user_state_is_told", "users", "without a user.email_verified or user.email_changed",
     [](TamperedStore& p) { p.Forget("user.email_changed"); }},
    {"user_state_is_told", "users", "the state is SUSPENDED after user.registered",
     [](TamperedStore& p) { p.user(p.seeded.owner).state = UserState::kSuspended; }},
    {"user_state_is_told", "users", "the state is ERASED after user.registered, user.deleted",
     [](TamperedStore& p) { p.Forget("user.erased"); }},
    {"user_state_is_told", "users", "the state is ACTIVE after user.registered, user.suspended",
     [](TamperedStore& p) { p.user(p.seeded.suspended).state = UserState::kActive; }},
    {"user_state_is_told", "users",
     "the state is SUSPENDED after user.registered, user.suspended, user.reinst",
     [](TamperedStore& p) { p.Forget("user.deleted"); }},
    {"order_state_is_told", "orders", "the state is PENDING after no events",
     [](TamperedStore& p) { p.Forget("order.created"); }},
    {"order_state_is_told", "orders", "the state is DELIVERED after order.created, order.paid, order.shipped",
     [](TamperedStore& p) { p.Forget("order.delivered"); }},
    {"order_state_is_told", "orders", "the state is SHIPPED after order.created, order.shipped",
     [](TamperedStore& p) { p.Forget("order.paid"); }},
    {"order_state_is_told", "orders", "order.delivered, order.delivered",
     [](TamperedStore& p) { p.Repeat("order.delivered"); }},
    {"refund_state_is_told", "refunds", "the state is PROCESSING after refund.processing",
     [](TamperedStore& p) { p.Forget("refund.requested"); }},
    {"refund_state_is_told", "refunds", "the state is SUCCEEDED after refund.requested, refund.processing",
     [](TamperedStore& p) { p.Forget("refund.succeeded"); }},
    {"refund_state_is_told", "refunds", "refund.processing, refund.processing",
     [](TamperedStore& p) { p.Repeat("refund.processing"); }},
    {"refund_state_is_told", "refunds", "the state is CANCELLED after refund.requested",
     [](TamperedStore& p) { p.refund(p.seeded.requested).state = RefundState::kCancelled; }},
    {"refund_state_is_told", "refunds",
     "the state is SUCCEEDED after refund.requested, refund.approved, refund.processing, refund.failed, "
     "refund.approved",
     [](TamperedStore& p) { p.Forget("refund.retried"); }},
    {"refund_state_is_told", "refunds", "refund.succeeded, refund.approved",
     [](TamperedStore& p) { p.Repeat("refund.approved"); }},
    {"refund_state_is_told", "refunds", "refund.succeeded, refund.retried",
     [](TamperedStore& p) { p.Repeat("refund.retried"); }},
    {"refund_state_is_told", "refunds", "retries is 2 after refund.requested, refund.approved",
     [](TamperedStore& p) { p.refund(p.seeded.approved).retries = 2; }},
    {"refund_state_is_told", "refunds", "the state is REJECTED after refund.requested",
     [](TamperedStore& p) { p.Forget("refund.rejected"); }},
    {"message_state_is_told", "messages", "after no events",
     [](TamperedStore& p) { p.Forget("message.queued"); }},
    {"message_state_is_told", "messages", "the state is DEAD after message.queued",
     [](TamperedStore& p) { p.rows.of<Message>()[0].state = MessageState::kDead; }},
    {"message_state_is_told", "messages", "the state is SENT after message.queued",
     [](TamperedStore& p) { p.rows.of<Message>()[0].state = MessageState::kSent; }},
    {"event_has_subject", "events", "the subject of user.registered does not exist",
     [](TamperedStore& p) { p.rows.of<UserRow>().erase(p.rows.of<UserRow>().begin()); }},
    {"event_has_subject", "events", "the subject of order.created does not exist",
     [](TamperedStore& p) { p.rows.of<OrderFields>().erase(p.rows.of<OrderFields>().begin()); }},
    {"event_has_subject", "events", "the subject of refund.requested does not exist",
     [](TamperedStore& p) { p.rows.of<RefundFields>().erase(p.rows.of<RefundFields>().begin()); }},
    {"event_has_subject", "events", "the subject of order.created does not exist",
     [](TamperedStore& p) {
       p.event("order.created").subject = "nonsense";
       p.Rechain();
     }},
};

std::vector<Violation> AllViolations() {
  std::vector<Violation> all;
  for (const absl::Span<const Violation> some :
       {absl::MakeConstSpan(kUserViolations), absl::MakeConstSpan(kRowViolations),
        absl::MakeConstSpan(kLogViolations), absl::MakeConstSpan(kHistoryViolations)}) {
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

bool IsOf(const Finding& finding, const Violation& violation) {
  return finding.invariant == violation.invariant && finding.table == violation.table &&
         !finding.id.empty() && finding.figures.find(violation.figure) != std::string::npos;
}

TEST_CASE("each violated invariant is reported as a finding") {
  for (const Violation& violation : AllViolations()) {
    TamperedStore store;
    violation.tamper(store);
    const Findings findings = Verify(store.rows);
    INFO(violation.invariant << ", " << violation.figure << " is not in:\n" << TextOf(findings));
    CHECK(std::any_of(findings.begin(), findings.end(),
                      [&](const Finding& finding) { return IsOf(finding, violation); }));
  }
}

TEST_CASE("the findings do not depend on the memory limits") {
  for (const Violation& violation : AllViolations()) {
    TamperedStore store;
    violation.tamper(store);
    Findings all = Verify(store.rows);
    Findings in_parts = Verify(store.rows, {.users = 1, .events = 7});
    const auto by_text = [](const Finding& a, const Finding& b) {
      return std::tie(a.invariant, a.table, a.id, a.figures) <
             std::tie(b.invariant, b.table, b.id, b.figures);
    };
    std::sort(all.begin(), all.end(), by_text);
    std::sort(in_parts.begin(), in_parts.end(), by_text);
    INFO(violation.invariant << ", " << violation.figure);
    CHECK(TextOf(all) == TextOf(in_parts));
  }
}

TEST_CASE("all rows of a table are checked, even if the table has several batches") {
  TamperedStore store;
  auto& tokens = store.rows.of<EmailToken>();
  const EmailToken token = tokens[0];
  for (std::uint8_t i = 0; i < 50; ++i) {
    for (std::uint8_t j = 0; j < 50; ++j) {
      tokens.push_back(token);
      tokens.back().user_id = UserId(Uuid{0xfe, i, j});
    }
  }
  CHECK(Verify(store.rows).size() == 2500);
}

TEST_CASE("faults that the engine of the store reports are findings, and the rows are checked too") {
  TamperedStore store;
  store.rows.engine_faults = {{"users_by_state", "row 3 is missing"}, {"database", "page 7 is damaged"}};
  store.rows.of<OrderFields>().front().refunded -= 1;
  CHECK_THAT(TextOf(Verify(store.rows)),
             Catch::StartsWith("database users_by_state: engine_integrity: row 3 is missing\n"
                               "database database: engine_integrity: page 7 is damaged\n"
                               "orders order_"));
}

TEST_CASE("an unreadable value is a finding") {
  for (const absl::Status& failure :
       {absl::DataLossError("page 7 is damaged"), absl::InternalError("no JSON")}) {
    TamperedStore store;
    store.rows.failing = RowKind::kMessages;
    store.rows.failure = failure;
    Findings findings;
    VerifyStore verify(
        store.rows, [&](const Finding& finding) { findings.push_back(finding); },
        [](const VerifyProgress&) {});
    CHECK(Must(verify.Handle()) == 1);
    CHECK(TextOf(findings) == StrCat("database rows: rows_readable: ", std::string(failure.message()), "\n"));
  }
}

TEST_CASE("VerifyStore returns an error if the store is unavailable, instead of a number of findings") {
  using enum RowKind;
  for (const RowKind kind : {kUsers, kSessions, kEmailTokens, kOrders, kRefunds, kMessages, kEvents,
                             kIdempotency, kLedgerEntries}) {
    TamperedStore store;
    store.rows.failing = kind;
    store.rows.failure = absl::UnavailableError("away");
    VerifyStore verify(
        store.rows, [](const Finding&) {}, [](const VerifyProgress&) {});
    INFO(TableName(kind));
    CHECK(absl::IsUnavailable(verify.Handle().status()));
  }
}

}  // namespace
}  // namespace keelson
