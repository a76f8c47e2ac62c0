#include "tests/contract/store/samples.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>

namespace keelson {

Uuid NextSampleUuid() {
  // The start time of the process, so that ids of several processes differ and increase.
  static const auto start = static_cast<std::uint64_t>(absl::ToUnixNanos(absl::Now()));
  static std::atomic<std::uint64_t> next{1};
  const std::uint64_t number = next.fetch_add(1);
  Uuid uuid{};
  for (std::size_t i = 0; i < 8; ++i) {
    uuid[i] = static_cast<std::uint8_t>(start >> (56 - 8 * i));
    uuid[8 + i] = static_cast<std::uint8_t>(number >> (56 - 8 * i));
  }
  return uuid;
}

Sha256Digest NextSampleDigest() {
  Sha256Digest digest{};
  const Uuid uuid = NextSampleUuid();
  std::copy(uuid.begin(), uuid.end(), digest.begin());
  digest.back() = 0xff;
  return digest;
}

User SampleUser(const std::string& email_key) {
  UserFields f;
  f.id = UserId(NextSampleUuid());
  f.email = "As Written " + email_key;
  f.email_key = email_key;
  f.display_name = "Zoë";
  f.locale = "de-AT";
  f.labels = {{"plan", "\"gold\""}, {"team", "ü"}};
  f.create_time = kT0;
  f.update_time = kT0 + absl::Microseconds(1);
  return User(f);
}

Session SampleSession(UserId user_id) {
  SessionFields f;
  f.id = SessionId(NextSampleUuid());
  f.user_id = user_id;
  f.user_agent = "Mozilla/5.0 (Zoë's phone)";
  f.ip_address = "2001:db8::1";
  f.create_time = kT0;
  f.last_use_time = kT0 + absl::Minutes(2);
  f.access_expire_time = kT0 + absl::Minutes(16);
  f.expire_time = kT0 + absl::Hours(720);
  f.access_digest = NextSampleDigest();
  f.refresh_key = NextSampleDigest();
  f.refresh_digest = NextSampleDigest();
  f.previous_digest = NextSampleDigest();
  f.salt = NextSampleDigest();
  f.rotate_time = kT0 + absl::Minutes(1);
  f.generation = 1;
  return Session(f);
}

Order SampleOrder(UserId user_id, const std::string& reference) {
  OrderFields f;
  f.id = OrderId(NextSampleUuid());
  f.user_id = user_id;
  f.state = OrderState::kDelivered;
  f.currency = *Currency::Parse("EUR");
  f.lines = {{"sku-1", "A thing", 2, 5, 1, 1, 10, 0, 0}};
  f.shipping = 2;
  f.total = 12;
  f.paid = 12;
  f.payment_provider = "recorded";
  f.payment_reference = "pay-1";
  f.reference = reference;
  f.create_time = kT0;
  f.update_time = kT0;
  f.pay_time = kT0 + absl::Seconds(1);
  f.ship_time = kT0 + absl::Seconds(2);
  f.deliver_time = kT0 + absl::Seconds(3);
  return Order(f);
}

Order SamplePendingOrder(UserId user_id) {
  return With(SampleOrder(user_id), [](OrderFields& f) {
    f.state = OrderState::kPending;
    f.paid = 0;
    f.payment_provider.clear();
    f.payment_reference.clear();
    f.pay_time = f.ship_time = f.deliver_time = std::nullopt;
  });
}

Refund SampleRefund(const Order& order) {
  RefundFields f;
  f.id = RefundId(NextSampleUuid());
  f.order_id = order->id;
  f.user_id = order->user_id;
  f.currency = order->currency;
  f.amount = 3;
  f.shipping = 1;
  f.lines = {{0, 1, 2}};
  f.reason = RefundReason::kDefective;
  f.note = "broken";
  f.requested_by = "web";
  f.payment_provider = order->payment_provider;
  f.payment_reference = order->payment_reference;
  f.due_time = kT0;
  f.create_time = kT0;
  f.update_time = kT0;
  return Refund(f);
}

Message SampleMessage(UserId user_id) {
  Message m;
  m.id = MessageId(NextSampleUuid());
  m.template_name = "verify_email";
  m.locale = "en";
  m.to = "Somebody@Example.com";
  m.to_key = "somebody@example.com";
  m.user_id = user_id;
  m.variables = {{"link", "http://localhost/verify?token=T"}};
  m.due_time = kT0;
  m.expire_time = kT0 + absl::Hours(24);
  m.traceparent = "00-trace";
  m.create_time = kT0;
  return m;
}

Event SampleEvent(const std::string& subject) {
  Event e;
  e.type = "user.registered";
  e.subject = subject;
  e.user_id = UserId(NextSampleUuid());
  e.actor = "web";
  e.correlation_id = "c-1";
  e.create_time = kT0;
  e.payload = R"({"n":1})";
  return e;
}

bool IsWholeChain(const std::vector<Event>& events) {
  Sha256Digest previous{};
  std::int64_t sequence = 0;
  for (const Event& event : events) {
    if (event.sequence != ++sequence || event.hash != ChainedHash(previous, event)) return false;
    previous = event.hash;
  }
  return true;
}

}  // namespace keelson
