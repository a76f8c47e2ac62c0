// Tests that the bytes that an earlier version wrote for each entity can be read. Stored responses of
// idempotent calls have this format. New fields must be appended to an entity, so that stored bytes stay
// readable.
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "core/common/serialize.h"
#include "core/store/export/rows.h"

namespace keelson {
namespace {

template <typename Kind>
Id<Kind> IdOf(std::uint8_t byte) {
  Uuid uuid;
  uuid.fill(byte);
  return Id<Kind>(uuid);
}

absl::Time At(std::int64_t second) {
  return absl::FromUnixSeconds(second);
}

UserFields SampleUser() {
  UserFields f;
  f.id = IdOf<UserKind>(1);
  f.email = "a@b.example";
  f.email_key = "k";
  f.email_verify_time = At(2);
  f.display_name = "D";
  f.locale = "de";
  f.state = UserState::kSuspended;
  f.labels = {{"x", "y"}};
  f.create_time = At(3);
  f.update_time = At(4);
  f.delete_time = At(5);
  f.purge_time = At(6);
  f.version = 7;
  return f;
}

SessionFields SampleSession() {
  SessionFields f;
  f.id = IdOf<SessionKind>(5);
  f.user_id = IdOf<UserKind>(1);
  f.user_agent = "a";
  f.ip_address = "i";
  f.create_time = At(2);
  f.last_use_time = At(3);
  f.access_expire_time = At(4);
  f.expire_time = At(5);
  f.access_digest.fill(6);
  f.refresh_key.fill(7);
  f.refresh_digest.fill(8);
  f.previous_digest.emplace().fill(9);
  f.salt.fill(10);
  f.rotate_time = At(11);
  f.generation = 12;
  return f;
}

EmailToken SampleToken() {
  EmailToken t;
  t.digest.fill(8);
  t.user_id = IdOf<UserKind>(1);
  t.email_key = "k";
  t.expire_time = At(9);
  return t;
}

OrderFields SampleOrder() {
  OrderFields f;
  f.id = IdOf<OrderKind>(2);
  f.user_id = IdOf<UserKind>(1);
  f.state = OrderState::kShipped;
  f.currency = *Currency::Parse("EUR");
  f.lines = {{"s", "t", 1, 2, 3, 4, 5, 6, 7}};
  f.shipping = 8;
  f.total = 9;
  f.paid = 10;
  f.refunded = 11;
  f.refund_pending = 12;
  f.refunded_shipping = 13;
  f.refund_count = 14;
  f.payment_provider = "p";
  f.payment_reference = "q";
  f.reference = "r";
  f.labels = {{"x", "y"}};
  f.create_time = At(15);
  f.update_time = At(16);
  f.pay_time = At(17);
  f.ship_time = At(18);
  f.deliver_time = At(19);
  f.cancel_time = At(20);
  f.version = 21;
  return f;
}

RefundFields SampleRefund() {
  RefundFields f;
  f.id = IdOf<RefundKind>(3);
  f.order_id = IdOf<OrderKind>(2);
  f.user_id = IdOf<UserKind>(1);
  f.state = RefundState::kSucceeded;
  f.currency = *Currency::Parse("EUR");
  f.amount = 1;
  f.shipping = 2;
  f.lines = {{3, 4, 5}};
  f.reason = RefundReason::kOther;
  f.note = "n";
  f.requested_by = "a";
  f.decided_by = "b";
  f.decision_note = "c";
  f.payment_provider = "p";
  f.payment_reference = "q";
  f.provider_reference = "r";
  f.failure_code = "d";
  f.failure_message = "e";
  f.attempts = 6;
  f.due_time = At(7);
  f.create_time = At(8);
  f.update_time = At(9);
  f.decide_time = At(10);
  f.settle_time = At(11);
  f.version = 12;
  return f;
}

Message SampleMessage() {
  Message m;
  m.id = IdOf<MessageKind>(4);
  m.state = MessageState::kDead;
  m.template_name = "t";
  m.locale = "de";
  m.to = "a@b.example";
  m.to_key = "k";
  m.user_id = IdOf<UserKind>(1);
  m.variables = {{"x", "y"}};
  m.content = {"s", "text", "html", "en"};
  m.attempts = 1;
  m.due_time = At(2);
  m.expire_time = At(3);
  m.lease_epoch = 4;
  m.provider = "p";
  m.provider_message_id = "q";
  m.pinned_provider = "r";
  m.pin_time = At(5);
  m.last_error = "e";
  m.traceparent = "f";
  m.create_time = At(6);
  m.send_time = At(7);
  m.end_time = At(8);
  return m;
}

Event SampleEvent() {
  Event e;
  e.sequence = 1;
  e.type = "t";
  e.subject = "s";
  e.user_id = IdOf<UserKind>(1);
  e.actor = "a";
  e.correlation_id = "c";
  e.create_time = At(2);
  e.payload = "{\"x\":1}";
  e.hash.fill(3);
  return e;
}

IdempotencyRecord SampleRecord() {
  IdempotencyRecord r;
  r.key.fill(1);
  r.content.fill(2);
  r.answer = "a";
  r.create_time = At(3);
  return r;
}

Cooldown SampleCooldown() {
  Cooldown c;
  c.key.fill(1);
  c.until = At(2);
  return c;
}

Throttle SampleThrottle() {
  Throttle t;
  t.key.fill(1);
  t.failures = 2;
  t.blocked_until = At(3);
  t.expire_time = At(4);
  return t;
}

template <typename Row>
void CheckBytes(const Row& row, const std::string& hex) {
  CHECK(Deserialize<Row>(absl::HexStringToBytes(hex)) == row);
}

TEST_CASE("entities that an earlier version serialized can be deserialized") {
  CheckBytes(SampleUser(),
             "4110010101010101010101010101010101010b6140622e6578616d706c65016b0180897a01440264"
             "65020101780179c08db7018092f40101c096b10201809bee0207");
  CheckBytes(SampleSession(),
             "e0011005050505050505050505050505050505100101010101010101010101010101010101610169"
             "80897ac08db7018092f401c096b10220060606060606060606060606060606060606060606060606"
             "06060606060606062007070707070707070707070707070707070707070707070707070707070707"
             "07200808080808080808080808080808080808080808080808080808080808080808012009090909"
             "09090909090909090909090909090909090909090909090909090909200a0a0a0a0a0a0a0a0a0a0a"
             "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0ac0b19f050c");
  CheckBytes(SampleToken(),
             "39200808080808080808080808080808080808080808080808080808080808080808100101010101"
             "010101010101010101010101016bc0a8a504");
  CheckBytes(SampleOrder(),
             "63100202020202020202020202020202020210010101010101010101010101010101010303455552"
             "010b017301740102030405060708090a0b0c0d0e0170017101720101780179c0c3930780c8d00701"
             "c0cc8d080180d1ca0801c0d587090180dac40915");
  CheckBytes(SampleRefund(),
             "6b100303030303030303030303030303030310020202020202020202020202020202021001010101"
             "01010101010101010101010104034555520102010303040507016e01610162016301700171017201"
             "6401650601c09fab0380a4e803c0a8a5040180ade20401c0b19f050c");
  CheckBytes(SampleMessage(),
             "7210040404040404040404040404040404040401740264650b6140622e6578616d706c65016b1001"
             "01010101010101010101010101010101017801790f017304746578740468746d6c02656e0180897a"
             "01c08db7010401700171017201c096b10201650166809bee0201c09fab030180a4e803");
  CheckBytes(SampleEvent(),
             "46010174017310010101010101010101010101010101010161016380897a077b2278223a317d2003"
             "03030303030303030303030303030303030303030303030303030303030303");
  CheckBytes(SampleRecord(),
             "28100101010101010101010101010101010110020202020202020202020202020202020161c08db7"
             "01");
  CheckBytes(SampleCooldown(), "14100101010101010101010101010101010180897a");
  CheckBytes(SampleThrottle(), "1a100101010101010101010101010101010102c08db7018092f401");
  CheckBytes(Setting{"n", "v"}, "04016e0176");
}

}  // namespace
}  // namespace keelson
