#include "tests/contract/bulk/rows.h"

#include <limits>
#include <string>

#include "core/accounts/user_repository.h"
#include "tests/contract/store/samples.h"

namespace keelson {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
// The range of google.protobuf.Timestamp.
const absl::Time kFirstTime = absl::FromCivil(absl::CivilSecond(1), absl::UTCTimeZone());
const absl::Time kLastTime =
    absl::FromCivil(absl::CivilSecond(10'000), absl::UTCTimeZone()) - absl::Microseconds(1);
// A text with characters of every UTF-8 length, characters that JSON and SQL quote, and control characters.
const std::string kAwkward = "a \xc3\xbc \xe2\x82\xac \xf0\x9f\x98\x80 '\"\\ \t\n\x01\x7f %s {} \xef\xbf\xbf";
const std::string kLong(100'000, 'x');
const std::string kEveryByte = [] {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<char>(byte));
  return bytes;
}();

// One row of each kind, all of the same user.
struct Family {
  UserRow user;
  SessionFields session;
  EmailToken token;
  Cooldown cooldown;
  Throttle throttle;
  OrderFields order;
  RefundFields refund;
  Message message;
  Event event;
  IdempotencyRecord record;
  Setting setting;
  LedgerEntry entry;
};

Family SampleFamily(int number) {
  Family f;
  const std::string name = std::to_string(number);
  f.user = {SampleUser(name + "@example.com").fields(), "$argon2id$" + name};
  f.user.fields.email_verify_time = kT0 + absl::Seconds(1);
  f.user.fields.delete_time = kT0 + absl::Seconds(2);
  f.user.fields.purge_time = kT0 + absl::Seconds(3);
  f.user.fields.suspend_time = kT0 + absl::Seconds(4);
  const UserId user_id = f.user.fields.id;
  f.session = SampleSession(user_id).fields();
  f.token = {NextSampleDigest(),      user_id, TokenPurpose::kChangeEmail,
             f.user.fields.email_key, kT0,     "New" + name + "@Bücher.example"};
  f.cooldown = {NextSampleUuid(), kT0 + absl::Seconds(number)};
  f.throttle = {NextSampleUuid(), number, kT0, kT0 + absl::Hours(24)};
  f.order = SampleOrder(user_id, "reference " + f.user.fields.id.ToString()).fields();
  f.order.lines.push_back({"sku-2", "Another", 1, 3, 0, 0, 3, 1, 3});
  f.order.labels = {{"channel", "web"}};
  f.order.cancel_time = kT0 + absl::Seconds(4);
  f.refund = SampleRefund(Order(f.order)).fields();
  f.refund.state = RefundState::kFailed;
  f.refund.lines = {{0, 1, 2}, {1, 1, 3}};
  f.refund.amount = f.refund.shipping + 5;
  f.refund.scope = RefundScopeKind::kLines;
  f.refund.overridden_rules = "WITHIN_WINDOW", f.refund.override_note = "late";
  f.refund.retries = 1;
  f.refund.decided_by = "boss", f.refund.decision_note = "fine", f.refund.provider_reference = "re_1";
  f.refund.failure_code = "code", f.refund.failure_message = "words";
  f.refund.decide_time = kT0 + absl::Seconds(5), f.refund.settle_time = kT0 + absl::Seconds(6);
  f.refund.attempts = 2;
  f.refund.labels = {{"desk", "7"}, {"channel", "web"}};
  f.message = SampleMessage(user_id);
  f.message.provider = "file", f.message.provider_message_id = "1.eml", f.message.last_error = "busy";
  f.message.state = MessageState::kDead;
  f.message.content = {"Grüße", "Hello\n", "<p>Hello</p>", "de"};
  f.message.pinned_provider = "file", f.message.pin_time = kT0 + absl::Seconds(5);
  f.message.send_time = kT0 + absl::Seconds(7), f.message.end_time = kT0 + absl::Seconds(8);
  f.message.attempts = 3, f.message.lease_epoch = 4;
  f.event = SampleEvent(user_id.ToString());
  f.event.sequence = number;
  f.event.hash = NextSampleDigest();
  f.record = {NextSampleUuid(), NextSampleUuid(), "answer " + name, kT0};
  if (number % 2 == 0) f.record.user_id = user_id;
  f.setting = {"setting " + user_id.ToString(), name};
  f.entry = {LedgerEntryId(NextSampleUuid()),
             f.order.id,
             f.refund.id,
             LedgerEntryType::kRefundHold,
             "recorded",
             f.order.currency,
             number,
             kT0 + absl::Seconds(9)};
  return f;
}

std::vector<RowBatch> BatchesOf(const std::vector<Family>& families) {
  std::vector<UserRow> users;
  std::vector<SessionFields> sessions;
  std::vector<EmailToken> tokens;
  std::vector<Cooldown> cooldowns;
  std::vector<Throttle> throttles;
  std::vector<OrderFields> orders;
  std::vector<RefundFields> refunds;
  std::vector<Message> messages;
  std::vector<Event> events;
  std::vector<IdempotencyRecord> records;
  std::vector<Setting> settings;
  std::vector<LedgerEntry> entries;
  for (const Family& f : families) {
    users.push_back(f.user), sessions.push_back(f.session), tokens.push_back(f.token);
    cooldowns.push_back(f.cooldown), throttles.push_back(f.throttle);
    orders.push_back(f.order), refunds.push_back(f.refund), messages.push_back(f.message);
    events.push_back(f.event), records.push_back(f.record), settings.push_back(f.setting);
    entries.push_back(f.entry);
  }
  return {users,   sessions, tokens, cooldowns, throttles, orders,
          refunds, messages, events, records,   settings,  entries};
}

}  // namespace

std::vector<RowBatch> SampleBatches(int count) {
  std::vector<Family> families;
  for (int i = 1; i <= count; ++i) families.push_back(SampleFamily(i));
  return BatchesOf(families);
}

std::vector<RowBatch> LeastBatches() {
  Family f;
  UserFields& user = f.user.fields;
  user.id = UserId(NextSampleUuid());
  user.create_time = user.update_time = kFirstTime;
  f.session.id = SessionId(NextSampleUuid());
  f.session.user_id = user.id;
  f.session.create_time = f.session.last_use_time = f.session.rotate_time = kFirstTime;
  f.session.access_expire_time = kFirstTime;
  f.session.expire_time = kFirstTime + absl::Microseconds(1);
  f.token.user_id = user.id;
  f.token.expire_time = kFirstTime;
  f.cooldown.until = kFirstTime;
  f.throttle.blocked_until = absl::InfinitePast();
  f.throttle.expire_time = kFirstTime;
  f.order.id = OrderId(NextSampleUuid());
  f.order.user_id = user.id;
  f.order.currency = *Currency::Parse("AED");
  f.order.create_time = f.order.update_time = kFirstTime;
  f.refund.id = RefundId(NextSampleUuid());
  f.refund.order_id = f.order.id;
  f.refund.user_id = user.id;
  f.refund.currency = f.order.currency;
  f.refund.amount = 1;
  f.refund.create_time = f.refund.update_time = kFirstTime;
  f.message.id = MessageId(NextSampleUuid());
  f.message.user_id = user.id;
  f.message.due_time = f.message.create_time = kFirstTime;
  f.event.sequence = 1;
  f.event.create_time = kFirstTime;
  f.record.create_time = kFirstTime;
  f.setting.name = "least";
  f.entry.id = LedgerEntryId(NextSampleUuid());
  f.entry.order_id = f.order.id;
  f.entry.currency = f.order.currency;
  f.entry.amount = 1;
  f.entry.create_time = kFirstTime;
  return BatchesOf({f});
}

std::vector<RowBatch> GreatestBatches() {
  Family f = SampleFamily(1);
  UserFields& user = f.user.fields;
  user.email = user.email_key = user.display_name = kLong;
  user.locale = kAwkward;
  user.state = UserState::kErased;
  user.labels = {{kAwkward, kAwkward}, {"empty", ""}, {"long", kLong}};
  user.create_time = user.update_time = kLastTime;
  user.email_verify_time = user.delete_time = user.purge_time = user.suspend_time = kLastTime;
  user.version = kMost;
  f.user.password_hash = kLong;
  SessionFields& session = f.session;
  session.user_agent = kLong;
  session.ip_address = kAwkward;
  session.create_time = kLastTime - absl::Microseconds(1);
  session.last_use_time = session.access_expire_time = session.expire_time = session.rotate_time = kLastTime;
  session.access_digest.fill(0xff), session.refresh_key.fill(0xff), session.refresh_digest.fill(0xff);
  session.previous_digest->fill(0xff), session.salt.fill(0xff);
  session.generation = kMost;
  f.token.digest.fill(0xff);
  f.token.email_key = kAwkward;
  f.token.new_email = kLong;
  f.token.expire_time = kLastTime;
  f.cooldown.key.fill(0xff);
  f.cooldown.until = kLastTime;
  f.throttle.key.fill(0xff);
  f.throttle.failures = kMost;
  f.throttle.blocked_until = f.throttle.expire_time = absl::InfiniteFuture();
  f.order.state = OrderState::kCancelled;
  f.order.lines.assign(500, {kAwkward, kAwkward, kMost, kMost, kMost, kMost, kMost, kMost, kMost});
  f.order.lines[0].title = kLong;
  f.order.shipping = f.order.total = f.order.paid = f.order.refunded = f.order.refunded_shipping = kMost;
  f.order.refund_count = f.order.version = kMost;
  f.order.payment_provider = f.order.payment_reference = kAwkward;
  f.order.payments.assign(3, {kAwkward, kAwkward, kMost, kMost, 0, kLastTime});
  f.order.payment_count = 3;
  f.order.reference = kLong;
  f.order.labels = user.labels;
  f.order.create_time = f.order.update_time = kLastTime;
  f.order.pay_time = f.order.ship_time = f.order.deliver_time = f.order.cancel_time = kLastTime;
  f.refund.state = RefundState::kCancelled;
  f.refund.reason = RefundReason::kOther;
  f.refund.amount = f.refund.shipping = f.refund.attempts = f.refund.version = kMost;
  f.refund.lines.assign(500, {kMost, kMost, kMost});
  f.refund.payment = kMost;
  f.refund.split_ids = kAwkward;
  f.refund.note = f.refund.decision_note = kLong;
  f.refund.labels = user.labels;
  f.refund.requested_by = f.refund.decided_by = f.refund.failure_code = f.refund.failure_message = kAwkward;
  f.refund.payment_provider = f.refund.payment_reference = f.refund.provider_reference = kAwkward;
  f.refund.create_time = f.refund.update_time = kLastTime;
  f.refund.due_time = f.refund.decide_time = f.refund.settle_time = kLastTime;
  f.message.state = MessageState::kCancelled;
  f.message.template_name = f.message.locale = f.message.to = f.message.last_error = kAwkward;
  f.message.to_key = f.message.pinned_provider = f.message.provider = f.message.provider_message_id =
      f.message.traceparent = kAwkward;
  f.message.variables = user.labels;
  f.message.content = {kAwkward, kLong, kLong, kAwkward};
  f.message.attempts = f.message.lease_epoch = kMost;
  f.message.due_time = f.message.create_time = kLastTime;
  f.message.expire_time = f.message.send_time = kLastTime;
  f.message.pin_time = f.message.end_time = kLastTime;
  f.event.type = f.event.subject = f.event.actor = f.event.correlation_id = kAwkward;
  f.event.create_time = kLastTime;
  f.event.payload = "{\"text\":\"" + kLong + "\"}";
  f.event.hash.fill(0xff);
  f.record.key.fill(0xff), f.record.content.fill(0xff);
  f.record.answer = kEveryByte;
  f.record.create_time = kLastTime;
  f.setting = {kAwkward, kEveryByte};
  f.entry.type = LedgerEntryType::kRefundPayout;
  f.entry.payment_provider = kAwkward;
  f.entry.amount = kMost;
  f.entry.create_time = kLastTime;
  return BatchesOf({f});
}

}  // namespace keelson
