// The tables' columns, which every store in SQL names alike, and the fields that lie in them, in the same
// order: so that a row is read and written alike wherever that is done.
#pragma once

#include <concepts>
#include <type_traits>

#include "core/accounts/user_repository.h"
#include "core/store/export/rows.h"

namespace keelson {

// The row itself, to be read or, where it is const, written.
template <typename T, typename Row>
concept RowOf = std::same_as<std::remove_const_t<T>, Row>;

#define KEELSON_USER_COLUMNS                                                                                 \
  "id, email, email_key, email_verify_time, display_name, locale, state, labels, create_time, update_time, " \
  "delete_time, purge_time, version"

template <RowOf<UserFields> Fields, typename Work>
decltype(auto) WithColumns(Fields& f, const Work& work) {
  return work(f.id, f.email, f.email_key, f.email_verify_time, f.display_name, f.locale, f.state, f.labels,
              f.create_time, f.update_time, f.delete_time, f.purge_time, f.version);
}

#define KEELSON_TOKEN_COLUMNS "digest, user_id, purpose, email_key, expire_time"

template <RowOf<EmailToken> Token, typename Work>
decltype(auto) WithColumns(Token& t, const Work& work) {
  return work(t.digest, t.user_id, t.purpose, t.email_key, t.expire_time);
}

#define KEELSON_ORDER_COLUMNS                                                                          \
  "id, user_id, state, currency, shipping, total, paid, refunded, refund_pending, refunded_shipping, " \
  "refund_count, payment_provider, payment_reference, reference, labels, create_time, update_time, "   \
  "pay_time, ship_time, deliver_time, cancel_time, version"

template <RowOf<OrderFields> Fields, typename Work>
decltype(auto) WithColumns(Fields& f, const Work& work) {
  return work(f.id, f.user_id, f.state, f.currency, f.shipping, f.total, f.paid, f.refunded, f.refund_pending,
              f.refunded_shipping, f.refund_count, f.payment_provider, f.payment_reference, f.reference,
              f.labels, f.create_time, f.update_time, f.pay_time, f.ship_time, f.deliver_time, f.cancel_time,
              f.version);
}

#define KEELSON_ORDER_LINE_COLUMNS \
  "sku, title, quantity, unit_price, discount, tax, total, refunded_quantity, refunded_amount"

template <RowOf<OrderLine> Line, typename Work>
decltype(auto) WithColumns(Line& l, const Work& work) {
  return work(l.sku, l.title, l.quantity, l.unit_price, l.discount, l.tax, l.total, l.refunded_quantity,
              l.refunded_amount);
}

#define KEELSON_REFUND_COLUMNS                                                                    \
  "id, order_id, user_id, state, currency, amount, shipping, lines, reason, note, requested_by, " \
  "decided_by, decision_note, payment_provider, payment_reference, provider_reference, "          \
  "failure_code, failure_message, attempts, due_time, create_time, update_time, decide_time, "    \
  "settle_time, version"

template <RowOf<RefundFields> Fields, typename Work>
decltype(auto) WithColumns(Fields& f, const Work& work) {
  return work(f.id, f.order_id, f.user_id, f.state, f.currency, f.amount, f.shipping, f.lines, f.reason,
              f.note, f.requested_by, f.decided_by, f.decision_note, f.payment_provider, f.payment_reference,
              f.provider_reference, f.failure_code, f.failure_message, f.attempts, f.due_time, f.create_time,
              f.update_time, f.decide_time, f.settle_time, f.version);
}

#define KEELSON_MESSAGE_COLUMNS                                                                          \
  "id, state, template_name, locale, recipient, recipient_key, user_id, variables, subject, body_text, " \
  "body_html, language, attempts, due_time, expire_time, lease_epoch, provider, provider_message_id, "   \
  "pinned_provider, pin_time, last_error, traceparent, create_time, send_time, end_time"

template <RowOf<Message> Row, typename Work>
decltype(auto) WithColumns(Row& m, const Work& work) {
  return work(m.id, m.state, m.template_name, m.locale, m.to, m.to_key, m.user_id, m.variables,
              m.content.subject, m.content.text, m.content.html, m.content.language, m.attempts, m.due_time,
              m.expire_time, m.lease_epoch, m.provider, m.provider_message_id, m.pinned_provider, m.pin_time,
              m.last_error, m.traceparent, m.create_time, m.send_time, m.end_time);
}

#define KEELSON_EVENT_COLUMNS \
  "sequence, type, subject, user_id, actor, correlation_id, create_time, payload, hash"

template <RowOf<Event> Row, typename Work>
decltype(auto) WithColumns(Row& e, const Work& work) {
  return work(e.sequence, e.type, e.subject, e.user_id, e.actor, e.correlation_id, e.create_time, e.payload,
              e.hash);
}

}  // namespace keelson
