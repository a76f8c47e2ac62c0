#include "core/notifications/get_message.h"

#include <catch2/catch.hpp>

#include "tests/core/notifications/mailbox.h"

namespace keelson {
namespace {

using enum MessageState;
using Ids = std::vector<MessageId>;

// The messages of all pages.
Ids All(Mailbox& box, ListMessagesQuery query) {
  Ids ids;
  do {
    const MessagePage page = Must(box.List(query));
    for (const Message& message : page.messages) ids.push_back(message.id);
    query.page_token = page.next_page_token;
  } while (!query.page_token.empty());
  return ids;
}

TEST_CASE("A message is found by its id") {
  Mailbox box;
  const Message message = box.Post(kDead);
  CHECK(Must(box.Get(message.id.ToString())) == message);
  CHECK(ReasonOf(box.Get(box.ids.Next<MessageKind>().ToString())) == "MESSAGE_NOT_FOUND");
  CHECK(BadFields(box.Get("")) == Fields{"id"});
  CHECK(BadFields(box.Get(UserId(message.id.uuid()).ToString())) == Fields{"id"});
}

TEST_CASE("Pages of any size list each message once, newest first") {
  Mailbox box;
  Ids expected;
  for (int i = 0; i < 5; ++i) {
    expected.insert(expected.begin(), box.Post(kSent).id);
    box.clock.Advance(absl::Seconds(1));
  }
  for (const std::int32_t size : {1, 2, 5, 6, 0}) {
    ListMessagesQuery query;
    query.page_size = size;
    CHECK(All(box, query) == expected);
  }
}

TEST_CASE("ListMessages filters by state, by user, and by address in any spelling") {
  Mailbox box;
  const UserId bob(Uuid{2});
  const MessageId dead = box.Post(kDead).id;
  const MessageId sent = box.Post(kSent).id;
  const MessageId to_bob = box.Post(kSent,
                                    [&](Message& m) {
                                      m.user_id = bob;
                                      m.to = m.to_key = "bob@example.com";
                                    })
                               .id;
  const MessageId test = box.Post(kQueued, [](Message& m) { m.user_id = UserId(); }).id;
  const auto with = [&](std::vector<MessageState> states, const std::string& user, const std::string& to) {
    ListMessagesQuery query;
    query.states = std::move(states);
    query.user_id = user;
    query.to = to;
    return All(box, query);
  };
  CHECK(with({}, "", "") == Ids{test, to_bob, sent, dead});
  CHECK(with({kSent}, "", "") == Ids{to_bob, sent});
  CHECK(with({kDead, kQueued}, "", "") == Ids{test, dead});
  CHECK(with({}, bob.ToString(), "") == Ids{to_bob});
  CHECK(with({}, "", " ADA@example.COM ") == Ids{test, sent, dead});
  CHECK(with({kSent}, UserId(Uuid{1}).ToString(), "ada@example.com") == Ids{sent});
  CHECK(with({}, bob.ToString(), "ada@example.com").empty());
}

TEST_CASE("ListMessages filters by creation time") {
  Mailbox box;
  Ids ids;
  std::vector<absl::Time> times;
  for (int i = 0; i < 3; ++i) {
    times.push_back(box.clock.Now());
    ids.push_back(box.Post(kSent).id);
    box.clock.Advance(absl::Seconds(1));
  }
  ListMessagesQuery query;
  query.created_from = times[1];
  CHECK(All(box, query) == Ids{ids[2], ids[1]});
  query.created_before = times[2];
  CHECK(All(box, query) == Ids{ids[1]});
  query.page_size = 1;
  query.created_before.reset();
  query.page_token = Must(box.List(query)).next_page_token;
  query.created_from = times[0];
  CHECK(ReasonOf(box.List(query)) == "PAGE_TOKEN_INVALID");
}

TEST_CASE("The last_error of a due message that was never tried explains why no provider is available") {
  Mailbox box;
  const auto fresh = [](Message& m) { m.last_error.clear(); };
  const std::string id = box.Post(kQueued, fresh).id.ToString();
  const auto shown = [&] { return Must(box.Get(id)).last_error; };
  CHECK(shown().empty());
  box.providers.statuses = {{.name = "smtp", .available = false, .last_error = "535 bad password"},
                            {.name = "file", .available = false}};
  const std::string reason = "no provider is available: smtp: 535 bad password; file: circuit open";
  CHECK(shown() == reason);
  CHECK(Must(box.List({})).messages[0].last_error == reason);
  // A message that has failed, is not due, or is sent does not show why no provider is available.
  CHECK(Must(box.Get(box.Post(kQueued).id.ToString())).last_error == "550 no");
  const auto later = [&](Message& m) { fresh(m), m.due_time = box.clock.Now() + absl::Seconds(1); };
  CHECK(Must(box.Get(box.Post(kQueued, later).id.ToString())).last_error.empty());
  CHECK(Must(box.Get(box.Post(kSent, fresh).id.ToString())).last_error.empty());
  // A pinned message waits only for the provider that it is pinned to.
  const auto pinned = [&](Message& m) { fresh(m), m.pinned_provider = "file"; };
  CHECK(Must(box.Get(box.Post(kQueued, pinned).id.ToString())).last_error ==
        "no provider is available: file: circuit open");
  box.providers.statuses[1].available = true;
  CHECK(shown().empty());
}

TEST_CASE(
    "ListMessages reports every invalid field, and rejects the page token of a query with other filters") {
  Mailbox box;
  for (int i = 0; i < 3; ++i) box.Post(kSent);
  ListMessagesQuery query;
  query.page_size = 1;
  query.page_token = Must(box.List(query)).next_page_token;
  REQUIRE_FALSE(query.page_token.empty());
  ListMessagesQuery other = query;
  other.states = {kSent};
  CHECK(ReasonOf(box.List(other)) == "PAGE_TOKEN_INVALID");
  other = query;
  other.to = "ada@example.com";
  CHECK(ReasonOf(box.List(other)) == "PAGE_TOKEN_INVALID");
  other = query;
  other.user_id = UserId(Uuid{1}).ToString();
  CHECK(ReasonOf(box.List(other)) == "PAGE_TOKEN_INVALID");
  CHECK(ReasonOf(box.List(query)) == "OK");

  query.page_size = -1;
  query.user_id = "user_1";
  query.to = "nobody";
  CHECK(BadFields(box.List(query)) == Fields{"page_size", "user_id", "to"});
}

TEST_CASE(
    "A page of large messages ends before page_size, and the next pages contain the remaining messages") {
  Mailbox box;
  for (int i = 0; i < 200; ++i) {
    box.Post(kQueued, [](Message& m) { m.content.html.assign(50'000, 'x'); });
  }
  ListMessagesQuery query;
  query.page_size = 1000;
  CHECK(Must(box.List(query)).messages.size() < 100);
  CHECK(All(box, query).size() == 200);
}

}  // namespace
}  // namespace keelson
