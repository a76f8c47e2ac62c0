#include "core/common/serialize.h"

#include <catch2/catch.hpp>
#include <limits>

#include "core/accounts/user.h"
#include "core/orders/order.h"
#include "core/refunds/refund.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/seed.h"

namespace keelson {
namespace {

struct Inner {
  std::string name;
  std::int64_t number = 0;
  bool operator==(const Inner&) const = default;
};
template <typename Visitor>
void VisitFields(Visitor& a, Inner& i) {
  a(i.name), a(i.number);
}

enum class Colour { kRed = 1, kBlue = 300 };

struct Everything {
  std::string text;
  std::int64_t number = 0;
  bool flag = false;
  Colour colour = Colour::kRed;
  Currency currency;
  absl::Time time = absl::UnixEpoch();
  absl::Duration duration;
  UserId id;
  std::optional<absl::Time> maybe;
  std::optional<Inner> inner;
  std::vector<Inner> list;
  std::map<std::string, std::string> labels;
  bool operator==(const Everything&) const = default;
};
template <typename Visitor>
void VisitFields(Visitor& a, Everything& e) {
  a(e.text), a(e.number), a(e.flag), a(e.colour), a(e.currency), a(e.time), a(e.duration), a(e.id),
      a(e.maybe);
  a(e.inner), a(e.list), a(e.labels);
}

Everything Sample() {
  Everything e;
  e.text = std::string("a\0b\xff", 4);
  e.number = std::numeric_limits<std::int64_t>::min();
  e.flag = true;
  e.colour = Colour::kBlue;
  e.currency = *Currency::Parse("JPY");
  e.time = absl::FromUnixMicros(-1'234'567'890'123);
  e.duration = absl::Microseconds(-5);
  e.id = UserId(Uuid{1, 2, 3, 255});
  e.maybe = absl::FromUnixMicros(1);
  e.inner = Inner{"inner", -1};
  e.list = {{"one", 1}, {"", 0}, {"three", std::numeric_limits<std::int64_t>::max()}};
  e.labels = {{"", ""}, {"key", "value"}};
  return e;
}

TEST_CASE("A serialized value deserializes to an equal value") {
  CHECK(Deserialize<Everything>(Serialize(Sample())) == Sample());
  Everything plain;
  plain.currency = *Currency::Parse("EUR");
  CHECK(Deserialize<Everything>(Serialize(plain)) == plain);
}

// Three versions of one struct, each with one more field.
struct Version1 {
  std::int64_t a = 0;
};
struct Version2 {
  std::int64_t a = 0;
  std::string b = "default";
};
struct Version3 {
  std::int64_t a = 0;
  std::string b = "default";
  std::optional<std::int64_t> c;
  std::vector<Version2> d;
};
template <typename Visitor>
void VisitFields(Visitor& a, Version1& v) {
  a(v.a);
}
template <typename Visitor>
void VisitFields(Visitor& a, Version2& v) {
  a(v.a), a(v.b);
}
template <typename Visitor>
void VisitFields(Visitor& a, Version3& v) {
  a(v.a), a(v.b), a(v.c), a(v.d);
}

TEST_CASE("Fields that an older version did not write keep their defaults") {
  const std::optional<Version3> read = Deserialize<Version3>(Serialize(Version1{7}));
  REQUIRE(read.has_value());
  CHECK(read->a == 7);
  CHECK(read->b == "default");
  CHECK_FALSE(read->c.has_value());
  CHECK(read->d.empty());
  CHECK(Deserialize<Version2>("").has_value());
}

TEST_CASE("Fields that a newer version wrote are skipped, also inside of lists") {
  const Version3 newer{7, "written", 8, {{9, "nested"}, {10, "again"}}};
  const std::optional<Version1> oldest = Deserialize<Version1>(Serialize(newer));
  REQUIRE(oldest.has_value());
  CHECK(oldest->a == 7);

  const std::vector<Version2> written = {{9, "nested"}, {10, "again"}};
  const auto read = Deserialize<std::vector<Version1>>(Serialize(written));
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].a == 9);
  CHECK((*read)[1].a == 10);
}

TEST_CASE("Deserialize rejects truncated bytes") {
  const std::string whole = Serialize(std::string("some text"));
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CHECK_FALSE(Deserialize<std::string>(whole.substr(0, size)).has_value());
  }
}

TEST_CASE("Deserialize rejects a size beyond the end of the bytes") {
  CHECK_FALSE(Deserialize<std::string>("\xff\xff\xff\xff\xff\xff\xff\xff\x7f").has_value());
  CHECK_FALSE(Deserialize<std::vector<Inner>>("\xff\xff\xff\xff\xff\xff\xff\xff\x7f").has_value());
  CHECK_FALSE(Deserialize<std::int64_t>("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff").has_value());
  CHECK_FALSE(Deserialize<UserId>(Serialize(std::string("fifteen bytes .")).c_str()).has_value());
  CHECK_FALSE(Deserialize<Currency>(Serialize(std::string("eur"))).has_value());
}

template <typename T>
void FeedGarbage(FakeEntropy& random, const std::string& valid) {
  for (int i = 0; i < 3000; ++i) {
    std::string bytes(random.Below(64), '\0');
    random.Fill(std::as_writable_bytes(std::span(bytes)));
    (void)Deserialize<T>(bytes);
    std::string changed = valid;
    changed[random.Below(changed.size())] = static_cast<char>(random.Below(256));
    changed.resize(random.Below(changed.size() + 1));
    (void)Deserialize<T>(changed);
  }
}

TEST_CASE("Deserializing random bytes does not crash") {
  const Seed seed(3);
  FakeEntropy random(seed.value());
  FeedGarbage<Everything>(random, Serialize(Sample()));
  FeedGarbage<UserFields>(random, Serialize(UserFields{}));
  OrderFields order;
  order.lines.resize(3);
  FeedGarbage<OrderFields>(random, Serialize(order));
  RefundFields refund;
  refund.lines.resize(3);
  FeedGarbage<RefundFields>(random, Serialize(refund));
}

TEST_CASE("Serialized users, orders and refunds deserialize with every field unchanged") {
  UserFields user{.id = UserId(Uuid{1}),
                  .email = "A@b.de",
                  .email_key = "a@b.de",
                  .email_verify_time = absl::FromUnixMicros(1),
                  .display_name = "n",
                  .locale = "de",
                  .state = UserState::kDeleted,
                  .labels = {{"k", "v"}},
                  .create_time = absl::FromUnixMicros(2),
                  .update_time = absl::FromUnixMicros(3),
                  .delete_time = absl::FromUnixMicros(4),
                  .purge_time = absl::FromUnixMicros(5),
                  .version = 6,
                  .suspend_time = absl::FromUnixMicros(7)};
  CHECK(Deserialize<UserFields>(Serialize(user)) == user);

  OrderFields order{.id = OrderId(Uuid{1}),
                    .user_id = UserId(Uuid{2}),
                    .state = OrderState::kCancelled,
                    .currency = *Currency::Parse("EUR"),
                    .lines = {{"s", "t", 1, 2, 3, 4, 5, 6, 7}},
                    .shipping = 8,
                    .total = 9,
                    .paid = 10,
                    .refunded = 11,
                    .refund_pending = 12,
                    .refunded_shipping = 13,
                    .refund_count = 14,
                    .payment_provider = "p",
                    .payment_reference = "r",
                    .reference = "x",
                    .labels = {{"k", "v"}},
                    .create_time = absl::FromUnixMicros(1),
                    .update_time = absl::FromUnixMicros(2),
                    .pay_time = absl::FromUnixMicros(3),
                    .ship_time = absl::FromUnixMicros(4),
                    .deliver_time = absl::FromUnixMicros(5),
                    .cancel_time = absl::FromUnixMicros(6),
                    .version = 15,
                    .refund_status = RefundStatus::kFullyRefunded,
                    .payment_count = 1,
                    .payments = {{"p", "r", 16, 17, 18, absl::FromUnixMicros(7)}}};
  CHECK(Deserialize<OrderFields>(Serialize(order)) == order);

  RefundFields refund{.id = RefundId(Uuid{1}),
                      .order_id = OrderId(Uuid{2}),
                      .user_id = UserId(Uuid{3}),
                      .state = RefundState::kFailed,
                      .currency = *Currency::Parse("EUR"),
                      .amount = 1,
                      .shipping = 2,
                      .lines = {{3, 4, 5, 6}},
                      .reason = RefundReason::kOther,
                      .note = "n",
                      .requested_by = "a",
                      .decided_by = "b",
                      .decision_note = "c",
                      .payment_provider = "p",
                      .payment_reference = "r",
                      .provider_reference = "x",
                      .failure_code = "f",
                      .failure_message = "m",
                      .attempts = 6,
                      .due_time = absl::FromUnixMicros(1),
                      .create_time = absl::FromUnixMicros(2),
                      .update_time = absl::FromUnixMicros(3),
                      .decide_time = absl::FromUnixMicros(4),
                      .settle_time = absl::FromUnixMicros(5),
                      .version = 7,
                      .scope = RefundScopeKind::kLines,
                      .labels = {{"k", "v"}},
                      .overridden_rules = "WITHIN_WINDOW",
                      .override_note = "o",
                      .retries = 8,
                      .payment = 9,
                      .split_ids = "s"};
  CHECK(Deserialize<RefundFields>(Serialize(refund)) == refund);
}

}  // namespace
}  // namespace keelson
