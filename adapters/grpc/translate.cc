#include "adapters/grpc/translate.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_split.h"
#include "core/common/etag.h"

namespace keelson {
namespace {

// The range of google.protobuf.Timestamp: from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59.999999999Z.
constexpr std::int64_t kMinSeconds = -62'135'596'800;
constexpr std::int64_t kMaxSeconds = 253'402'300'799;
constexpr std::int32_t kNanosPerSecond = 1'000'000'000;

void LabelsToProto(const Labels& labels, google::protobuf::Map<std::string, std::string>& out) {
  for (const auto& [key, value] : labels) out[key] = value;
}

// Clamps the number to the range of int32, the field's type in the contract.
std::int32_t ClampedToInt32(std::int64_t number) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  return static_cast<std::int32_t>(std::min(number, kMost));
}

void LineToProto(const Order& order, std::size_t index, orders::v1::OrderLine& out) {
  const OrderLine& line = order->lines[index];
  out.set_line_id(absl::StrCat(index + 1));
  out.set_sku(line.sku);
  out.set_title(line.title);
  out.set_quantity(line.quantity);
  ToProto(order.MoneyOf(line.unit_price), *out.mutable_unit_price());
  ToProto(order.MoneyOf(line.discount), *out.mutable_discount());
  ToProto(order.MoneyOf(line.tax), *out.mutable_tax());
  ToProto(order.MoneyOf(line.total), *out.mutable_total());
  out.set_refunded_quantity(line.refunded_quantity);
  ToProto(order.MoneyOf(line.refunded_amount), *out.mutable_refunded());
  ToProto(order.MoneyOf(line.withheld_amount), *out.mutable_withheld());
}

void PaymentToProto(const OrderPayment& payment, orders::v1::Payment& out) {
  out.set_provider(payment.provider);
  out.set_provider_reference(payment.reference);
}

void PaymentsToProto(const Order& order, orders::v1::Order& out) {
  const std::vector<OrderPayment> payments = order.payments();
  if (!payments.empty()) PaymentToProto(payments.front(), *out.mutable_payment());
  for (std::size_t i = 0; i < payments.size(); ++i) {
    orders::v1::OrderPayment& message = *out.add_payments();
    message.set_payment_id(absl::StrCat(i + 1));
    PaymentToProto(payments[i], *message.mutable_payment());
    ToProto(order.MoneyOf(payments[i].amount), *message.mutable_amount());
    ToProto(order.MoneyOf(payments[i].refunded), *message.mutable_refunded());
    ToProto(order.MoneyOf(payments[i].refund_pending), *message.mutable_refund_pending());
    ToProto(payments[i].pay_time, *message.mutable_pay_time());
  }
}

void AmountsToProto(const Order& order, orders::v1::Order& out) {
  ToProto(order.MoneyOf(order->shipping), *out.mutable_shipping());
  ToProto(order.MoneyOf(order->total), *out.mutable_total());
  ToProto(order.MoneyOf(order->paid), *out.mutable_paid());
  ToProto(order.MoneyOf(order->refunded), *out.mutable_refunded());
  ToProto(order.MoneyOf(order->refund_pending), *out.mutable_refund_pending());
  ToProto(order.MoneyOf(order.refundable()), *out.mutable_refundable());
  ToProto(order.MoneyOf(order->refunded_shipping), *out.mutable_refunded_shipping());
  out.set_refund_status(static_cast<orders::v1::RefundStatus>(order->refund_status));
}

}  // namespace

void ToProto(absl::Time time, google::protobuf::Timestamp& out) {
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(static_cast<std::int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void ToProto(const Money& money, common::v1::Money& out) {
  const std::string_view code = money.currency.code();
  out.set_currency_code(code.data(), code.size());
  out.set_minor_units(money.minor_units);
}

void ToProto(const User& user, accounts::v1::User& out) {
  out.set_id(user->id.ToString());
  out.set_email(user->email);
  if (user->email_verify_time) ToProto(*user->email_verify_time, *out.mutable_email_verify_time());
  out.set_display_name(user->display_name);
  out.set_locale(user->locale);
  out.set_state(static_cast<accounts::v1::UserState>(user->state));
  LabelsToProto(user->labels, *out.mutable_labels());
  ToProto(user->create_time, *out.mutable_create_time());
  ToProto(user->update_time, *out.mutable_update_time());
  if (user->delete_time) ToProto(*user->delete_time, *out.mutable_delete_time());
  if (user->purge_time) ToProto(*user->purge_time, *out.mutable_purge_time());
  out.set_etag(EtagOf(user->version));
}

void ToProto(const Session& session, sessions::v1::Session& out) {
  out.set_id(session->id.ToString());
  out.set_user_id(session->user_id.ToString());
  out.set_user_agent(session->user_agent);
  out.set_ip_address(session->ip_address);
  ToProto(session->create_time, *out.mutable_create_time());
  ToProto(session->last_use_time, *out.mutable_last_use_time());
  ToProto(session->access_expire_time, *out.mutable_access_expire_time());
  ToProto(session->expire_time, *out.mutable_expire_time());
}

void ToProto(const Order& order, orders::v1::Order& out) {
  out.set_id(order->id.ToString());
  out.set_user_id(order->user_id.ToString());
  out.set_state(static_cast<orders::v1::OrderState>(order->state));
  out.mutable_lines()->Reserve(static_cast<int>(order->lines.size()));
  for (std::size_t i = 0; i < order->lines.size(); ++i) LineToProto(order, i, *out.add_lines());
  AmountsToProto(order, out);
  PaymentsToProto(order, out);
  if (order->pay_time) ToProto(*order->pay_time, *out.mutable_pay_time());
  out.set_reference(order->reference);
  LabelsToProto(order->labels, *out.mutable_labels());
  ToProto(order->create_time, *out.mutable_create_time());
  ToProto(order->update_time, *out.mutable_update_time());
  if (order->ship_time) ToProto(*order->ship_time, *out.mutable_ship_time());
  if (order->deliver_time) ToProto(*order->deliver_time, *out.mutable_deliver_time());
  if (order->cancel_time) ToProto(*order->cancel_time, *out.mutable_cancel_time());
  out.set_etag(EtagOf(order->version));
}

void ToProto(const RefundPortion::Line& line, Currency currency, refunds::v1::RefundLine& out) {
  out.set_line_id(absl::StrCat(line.index + 1));
  out.set_quantity(line.quantity);
  ToProto({currency, line.amount}, *out.mutable_amount());
  ToProto({currency, line.withheld}, *out.mutable_withheld());
}

void ToProto(const Refund& refund, refunds::v1::Refund& out) {
  out.set_id(refund->id.ToString());
  out.set_order_id(refund->order_id.ToString());
  out.set_user_id(refund->user_id.ToString());
  out.set_state(static_cast<refunds::v1::RefundState>(refund->state));
  PortionToProto(refund.portion(), refund->currency, out);
  out.set_scope(static_cast<refunds::v1::RefundScopeKind>(refund->scope));
  LabelsToProto(refund->labels, *out.mutable_labels());
  out.set_reason(static_cast<refunds::v1::RefundReason>(refund->reason));
  out.set_note(refund->note);
  out.set_requested_by(refund->requested_by);
  out.set_decided_by(refund->decided_by);
  out.set_decision_note(refund->decision_note);
  out.set_provider_reference(refund->provider_reference);
  out.set_failure_code(refund->failure_code);
  out.set_failure_message(refund->failure_message);
  out.set_attempts(ClampedToInt32(refund->attempts));
  out.set_retries(ClampedToInt32(refund->retries));
  if (!refund->overridden_rules.empty()) {
    for (const absl::string_view rule : absl::StrSplit(refund->overridden_rules, ',')) {
      out.mutable_rule_override()->add_rules(rule.data(), rule.size());
    }
    out.mutable_rule_override()->set_note(refund->override_note);
  }
  out.set_payment_provider(refund->payment_provider);
  out.set_payment_reference(refund->payment_reference);
  out.set_payment_id(absl::StrCat(refund->payment + 1));
  for (const RefundId& id : SplitIds(refund.fields())) out.add_split_refund_ids(id.ToString());
  ToProto(refund->create_time, *out.mutable_create_time());
  ToProto(refund->update_time, *out.mutable_update_time());
  if (refund->decide_time) ToProto(*refund->decide_time, *out.mutable_decide_time());
  if (refund->settle_time) ToProto(*refund->settle_time, *out.mutable_settle_time());
  out.set_etag(EtagOf(refund->version));
}

void ToProto(const LedgerEntry& entry, ledger::v1::LedgerEntry& out) {
  out.set_id(entry.id.ToString());
  out.set_order_id(entry.order_id.ToString());
  if (entry.refund_id) out.set_refund_id(entry.refund_id->ToString());
  out.set_type(static_cast<ledger::v1::LedgerEntryType>(entry.type));
  out.set_payment_provider(entry.payment_provider);
  for (const Posting& posting : PostingsOf(entry)) {
    ledger::v1::LedgerPosting& side = *out.add_postings();
    side.set_account(static_cast<ledger::v1::LedgerAccount>(posting.account));
    ToProto({entry.currency, posting.amount}, *side.mutable_amount());
  }
  ToProto(entry.create_time, *out.mutable_create_time());
}

void ToProto(const Message& message, notifications::v1::Message& out) {
  out.set_id(message.id.ToString());
  out.set_state(static_cast<notifications::v1::MessageState>(message.state));
  out.set_template_(message.template_name);
  out.set_locale(message.locale);
  out.set_to(message.to);
  out.set_subject(message.content.subject);
  if (!message.user_id.is_nil()) out.set_user_id(message.user_id.ToString());
  out.set_attempts(ClampedToInt32(message.attempts));
  if (message.state == MessageState::kQueued) ToProto(message.due_time, *out.mutable_next_attempt_time());
  out.set_provider(message.provider);
  out.set_provider_message_id(message.provider_message_id);
  out.set_last_error(message.last_error);
  ToProto(message.create_time, *out.mutable_create_time());
  if (message.send_time) ToProto(*message.send_time, *out.mutable_send_time());
}

Amount FromProto(const common::v1::Money& money) {
  return {money.currency_code(), money.minor_units()};
}

Labels FromProto(const google::protobuf::Map<std::string, std::string>& labels) {
  return {labels.begin(), labels.end()};
}

Label FromProto(const common::v1::Label& label) {
  return {label.key(), label.value()};
}

std::optional<absl::Time> FromProto(const google::protobuf::Timestamp& time, std::string_view field,
                                    FieldErrors& errors) {
  const bool valid = time.seconds() >= kMinSeconds && time.seconds() <= kMaxSeconds && time.nanos() >= 0 &&
                     time.nanos() < kNanosPerSecond;
  if (valid) return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
  errors.Add(std::string(field), "must be a time from year 1 to 9999 with nanos from 0 to 999999999");
  return std::nullopt;
}

}  // namespace keelson
