#include "core/notifications/retry_messages.h"

#include <catch2/catch.hpp>

#include "core/common/strings.h"
#include "tests/core/notifications/mailbox.h"
#include "tests/support/interleaved_store.h"

namespace keelson {
namespace {

using enum MessageState;

int CountQueued(Mailbox& box) {
  ListMessagesQuery query;
  query.states = {kQueued};
  query.page_size = 1000;
  return static_cast<int>(Must(box.List(query)).messages.size());
}

TEST_CASE("RetryMessages retries each DEAD message like RetryMessage, and records an event for each") {
  Mailbox box;
  Message expected = box.Post(kDead);
  const Message other = box.Post(kDead);
  for (const MessageState state : {kQueued, kSending, kSent, kCancelled}) box.Post(state);
  box.NewEvents();
  box.clock.Advance(absl::Hours(3));
  const RetriedMessages result = Must(box.RetryAll({}));
  CHECK(result.retried == 2);
  CHECK(result.expired == 0);
  CHECK(result.next_page_token.empty());
  expected.state = kQueued;
  expected.attempts = 0;
  expected.due_time = box.clock.Now();
  expected.end_time.reset();
  CHECK(box.Load(expected.id) == expected);
  CHECK(box.NewEvents() == std::vector<std::string>(2, "message.retried"));
  CHECK(box.Events().back().subject == expected.id.ToString());
  CHECK(box.Events().back().payload == R"({"template":"welcome"})");
  CHECK(box.Load(other.id).state == kQueued);
  // A repeated call finds no DEAD messages.
  CHECK(Must(box.RetryAll({})).retried == 0);
  CHECK(box.NewEvents().empty());
}

TEST_CASE("RetryMessages filters by user, address, template and creation time") {
  const auto retried = [](const std::function<void(Mailbox&, RetryMessagesQuery&)>& choose) {
    Mailbox box;
    box.Post(kDead);
    box.clock.Advance(absl::Seconds(1));
    box.Post(kDead, [](Message& m) {
      m.user_id = UserId(Uuid{2});
      m.to = m.to_key = "bob@example.com";
      m.template_name = "order_cancelled";
    });
    RetryMessagesQuery query;
    choose(box, query);
    const int count = Must(box.RetryAll(query)).retried;
    CHECK(CountQueued(box) == count);
    return count;
  };
  CHECK(retried([](Mailbox&, auto& query) { query.user_id = UserId(Uuid{2}).ToString(); }) == 1);
  CHECK(retried([](Mailbox&, auto& query) { query.to = "BOB@example.com"; }) == 1);
  CHECK(retried([](Mailbox&, auto& query) { query.template_name = "order_cancelled"; }) == 1);
  CHECK(retried([](Mailbox&, auto& query) { query.template_name = "refund_failed"; }) == 0);
  CHECK(retried([](Mailbox&, auto& query) { query.states = {kDead}; }) == 2);
  CHECK(retried([](Mailbox& box, auto& query) { query.created_from = box.clock.Now(); }) == 1);
  CHECK(retried([](Mailbox& box, auto& query) { query.created_before = box.clock.Now(); }) == 1);
}

TEST_CASE("An expired message stays DEAD when other messages are retried") {
  Mailbox box;
  const Message expired = box.Post(kDead, [&](Message& m) { m.expire_time = box.clock.Now(); });
  box.Post(kDead);
  const RetriedMessages result = Must(box.RetryAll({}));
  CHECK(result.retried == 1);
  CHECK(result.expired == 1);
  CHECK(box.Load(expired.id) == expired);
}

TEST_CASE(
    "RetryMessages examines at most page_size DEAD messages, and the next call continues after these "
    "messages") {
  Mailbox box;
  for (int i = 0; i < 250; ++i) {
    box.Post(kDead, [&](Message& m) { m.template_name = i % 2 == 0 ? "welcome" : "order_cancelled"; });
  }
  RetryMessagesQuery query;
  query.page_size = 120;
  query.template_name = "welcome";
  std::vector<int> counts;
  do {
    const RetriedMessages result = Must(box.RetryAll(query));
    counts.push_back(result.retried);
    query.page_token = result.next_page_token;
  } while (!query.page_token.empty());
  CHECK(counts == std::vector<int>{60, 60, 5});
  CHECK(CountQueued(box) == 125);
}

TEST_CASE(
    "RetryMessages reports every invalid field, and rejects the page token of a query with other filters") {
  Mailbox box;
  for (int i = 0; i < 2; ++i) box.Post(kDead);
  RetryMessagesQuery query;
  query.page_size = -1;
  query.states = {kDead, kSent};
  query.user_id = "user_1";
  query.to = "nobody";
  CHECK(BadFields(box.RetryAll(query)) == Fields{"page_size", "states[1]", "user_id", "to"});
  query = {};
  query.page_size = 1;
  query.page_token = Must(box.RetryAll(query)).next_page_token;
  REQUIRE_FALSE(query.page_token.empty());
  query.template_name = "welcome";
  CHECK(ReasonOf(box.RetryAll(query)) == "PAGE_TOKEN_INVALID");
}

TEST_CASE("RetryMessages skips a message that another call cancels between the list query and the update") {
  Mailbox box;
  const Message dead = box.Post(kDead);
  box.Post(kDead);
  InterleavedStore store(box.store);
  store.before_next_write = [&] { Must(box.CancelMail(dead.id.ToString())); };
  CHECK(Must(RetryMessages(store, box.clock, box.tokens).Handle(box.context, {})).retried == 1);
  CHECK(box.Load(dead.id).state == kCancelled);
}

}  // namespace
}  // namespace keelson
