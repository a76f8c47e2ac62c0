// Tests ResponseBytes, which limits the size of a page: the function returns at least the size of a row in a
// response, so that no page exceeds the message size that clients accept.
#include <catch2/catch.hpp>

#include "adapters/grpc/translate.h"
#include "core/store/list_query.h"

namespace keelson {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
const absl::Time kLate = absl::FromUnixSeconds(253'402'300'799) + absl::Microseconds(999'999);

std::string Text(std::size_t size) {
  return std::string(size, 'x');
}

Labels ManyLabels(std::size_t value_size) {
  Labels labels;
  for (std::size_t i = 0; i < kMaxLabels; ++i) labels[StrCat(i, "/")] = Text(value_size);
  return labels;
}

// Returns the encoded size of a row in a response.
template <typename Response, typename Entity, typename Add>
std::size_t SizeInAnswer(const Entity& entity, Add add) {
  Response response;
  ToProto(entity, *(response.*add)());
  return response.ByteSizeLong();
}

User LargeUser(std::size_t text_size) {
  UserFields f;
  f.id = UserId(Uuid{1});
  f.email = f.email_key = Text(254);
  f.display_name = Text(text_size);
  f.locale = Text(35);
  f.state = UserState::kErased;
  f.labels = ManyLabels(text_size);
  f.create_time = f.update_time = kLate;
  f.email_verify_time = f.delete_time = f.purge_time = kLate;
  f.version = kMost;
  return User(f);
}

Order LargeOrder(std::size_t lines, std::size_t payments, std::size_t text_size) {
  OrderFields f;
  f.state = OrderState::kCancelled;
  f.currency = *Currency::Parse("EUR");
  f.lines.resize(lines,
                 {Text(text_size), Text(text_size), kMost, kMost, kMost, kMost, kMost, kMost, kMost, kMost});
  f.shipping = f.total = f.paid = f.refunded = f.refund_pending = kMost / 4;
  f.refunded_shipping = kMost / 4;
  f.refund_status = RefundStatus::kFullyRefunded;
  f.payment_provider = f.payment_reference = f.reference = Text(text_size);
  f.payments.resize(payments, {Text(text_size), Text(text_size), kMost, kMost / 4, kMost / 4, kLate});
  f.payment_count = std::ssize(f.payments);
  f.labels = ManyLabels(text_size);
  f.create_time = f.update_time = kLate;
  f.pay_time = f.ship_time = f.deliver_time = f.cancel_time = kLate;
  f.version = kMost;
  return Order(f);
}

Refund LargeRefund(std::size_t lines, std::size_t text_size) {
  RefundFields f;
  f.state = RefundState::kCancelled;
  f.currency = *Currency::Parse("EUR");
  f.amount = kMost;
  // The amounts of the lines and the shipping don't exceed the amount.
  f.lines.resize(lines, {499, kMost, kMost / 1024, kMost});
  f.shipping = kMost / 4;
  f.scope = RefundScopeKind::kLines;
  f.labels = ManyLabels(text_size);
  f.overridden_rules = "WITHIN_WINDOW,REFUNDS_LEFT";
  f.override_note = f.payment_provider = f.payment_reference = Text(text_size);
  f.retries = std::numeric_limits<std::int32_t>::max();
  f.reason = RefundReason::kOther;
  f.note = f.requested_by = f.decided_by = f.decision_note = Text(text_size);
  f.provider_reference = f.failure_code = f.failure_message = Text(text_size);
  f.attempts = kMost;
  f.create_time = f.update_time = kLate;
  f.decide_time = f.settle_time = kLate;
  f.version = kMost;
  return Refund(f);
}

LedgerEntry LargeEntry(std::size_t text_size) {
  LedgerEntry entry;
  entry.refund_id.emplace();
  entry.payment_provider = Text(text_size);
  entry.currency = *Currency::Parse("EUR");
  entry.amount = kMost;
  entry.create_time = kLate;
  return entry;
}

TEST_CASE("ResponseBytes of a row is at least the size of the row in a protobuf response") {
  for (const std::size_t text_size : {0U, 1U, 127U, 128U, 512U}) {
    CAPTURE(text_size);
    const User user = LargeUser(text_size);
    CHECK(SizeInAnswer<accounts::v1::ListUsersResponse>(user, &accounts::v1::ListUsersResponse::add_users) <=
          ResponseBytes(user));
    const LedgerEntry entry = LargeEntry(text_size);
    CHECK(SizeInAnswer<ledger::v1::ListLedgerEntriesResponse>(
              entry, &ledger::v1::ListLedgerEntriesResponse::add_entries) <= ResponseBytes(entry));
    for (const std::size_t lines : {0U, 1U, 500U}) {
      CAPTURE(lines);
      for (const std::size_t payments : {std::size_t{0}, kMaxOrderPayments}) {
        CAPTURE(payments);
        const Order order = LargeOrder(lines, payments, text_size);
        CHECK(SizeInAnswer<orders::v1::ListOrdersResponse>(
                  order, &orders::v1::ListOrdersResponse::add_orders) <= ResponseBytes(order));
      }
      const Refund refund = LargeRefund(lines, text_size);
      CHECK(SizeInAnswer<refunds::v1::ListRefundsResponse>(
                refund, &refunds::v1::ListRefundsResponse::add_refunds) <= ResponseBytes(refund));
    }
  }
}

TEST_CASE("a page has space for kMaxPageSize users without labels") {
  UserFields plain;
  plain.email = plain.email_key = Text(254);
  plain.display_name = Text(200);
  CHECK(ResponseBytes(User(plain)) * kMaxPageSize < kMaxPageBytes);
}

}  // namespace
}  // namespace keelson
