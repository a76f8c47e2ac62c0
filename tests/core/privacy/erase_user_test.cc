#include "core/privacy/erase_user.h"

#include <catch2/catch.hpp>

#include "core/accounts/token_mail.h"
#include "core/accounts/update_user.h"
#include "core/common/etag.h"
#include "core/notifications/message_repository.h"
#include "core/refunds/create_refund.h"
#include "core/refunds/refund_steps.h"
#include "core/sessions/end_sessions.h"
#include "core/store/export/bulk.h"
#include "core/store/verify/verify_store.h"
#include "tests/core/sessions/session_world.h"
#include "tests/support/rows_reader.h"

namespace keelson {
namespace {

// A text that occurs in everything that identifies a planted user, in lower case.
constexpr std::string_view kSecret = "zyx0planted";

RegisterUserCommand PlantedRegistration(std::string request_id = "planted") {
  RegisterUserCommand command = Registration(std::string(kSecret) + "@example.com", std::move(request_id));
  command.display_name = std::string(kSecret) + " Name";
  command.labels = {{"note", std::string(kSecret)}, {std::string(kSecret), "1"}};
  return command;
}

SignInCommand PlantedCredentials(std::string_view password = kPassword) {
  return Credentials(password, std::string(kSecret) + "@example.com", "192.0.2.7");
}

// Returns the serialized rows of every table.
std::string DumpOf(World& world) {
  const std::unique_ptr<StoreExporter> reader = world.memory.OpenReader();
  std::string dump;
  for (const RowKind kind : kAllRowKinds) {
    const RowBatch batch = Must(reader->Read(kind, "", 1'000'000));
    std::visit([&](const auto& rows) { dump += Serialize(rows); }, batch);
  }
  return dump;
}

std::int64_t FindingsOf(World& world) {
  const std::unique_ptr<StoreExporter> reader = world.memory.OpenReader();
  return Must(VerifyStore(
                  *reader,
                  [](const Finding& finding) { UNSCOPED_INFO(finding.invariant << finding.figures); },
                  [](const VerifyProgress&) {})
                  .Handle());
}

std::int64_t CountRows(World& world, RowKind kind) {
  return Must(world.memory.OpenReader()->Count(kind));
}

TEST_CASE("an erased user keeps only the id, the state, the times of creation and erasure, and the version") {
  World world;
  User user = Must(world.Register(PlantedRegistration())).value();
  user = Must(world.Verify(world.Outbox()[0].variables.at("token")));
  Must(world.Suspend(user).status());
  user = Must(world.Delete(user));
  world.clock.Advance(absl::Minutes(1));
  const User erased = Must(world.Erase(user));
  UserFields rest;
  rest.id = user->id;
  rest.state = UserState::kErased;
  rest.create_time = user->create_time;
  rest.update_time = world.clock.Now();
  rest.version = user->version + 1;
  CHECK(erased.fields() == rest);
  CHECK(world.Load(user->id).fields() == rest);
}

TEST_CASE("an erasure leaves no personal data in any table, and the store stays valid") {
  SessionWorld world;
  const User user = Must(world.Register(PlantedRegistration())).value();
  Must(world.TrySignIn(PlantedCredentials()).status());
  CHECK(ReasonOf(world.TrySignIn(PlantedCredentials("wrong"))) == "CREDENTIALS_INVALID");
  Must(world.RequestReset(user->email));
  CHECK(ReasonOf(world.Register(PlantedRegistration("other"))) == "EMAIL_TAKEN");
  UpdateUserCommand update;
  update.request_id = "update";
  update.id = user->id.ToString();
  update.display_name = std::string(kSecret) + " Again";
  update.update_mask = {"display_name"};
  Must(UpdateUser(world.store, world.clock).Handle(world.context, update).status());
  CHECK(DumpOf(world).find(kSecret) != std::string::npos);
  CHECK(CountRows(world, RowKind::kThrottles) == 2);

  Must(world.Erase(user, "request of the user", "erase").status());
  CHECK(DumpOf(world).find(kSecret) == std::string::npos);
  CHECK(DumpOf(world).find(kPassword) == std::string::npos);
  CHECK(DumpOf(world).find("fake$") == std::string::npos);
  for (const RowKind kind :
       {RowKind::kSessions, RowKind::kEmailTokens, RowKind::kCooldowns, RowKind::kMessages}) {
    CAPTURE(TableName(kind));
    CHECK(CountRows(world, kind) == 0);
  }
  CHECK(CountRows(world, RowKind::kThrottles) == 1);  // the network's
  CHECK(world.Events().back().payload == R"({"reason":"request of the user"})");
  CHECK(FindingsOf(world) == 0);
}

TEST_CASE("an erasure ends the sessions before the event user.erased, and frees the address") {
  SessionWorld world;
  const User ada = world.Ada();
  const IssuedSession session = world.SignedIn();
  world.NewEvents();
  Must(world.Erase(ada).status());
  CHECK(world.NewEvents() == Fields{"session.revoked", "user.erased"});
  CHECK(world.Events()[world.Events().size() - 2].payload == R"({"cause":"erased"})");
  CHECK(ReasonOf(world.Introspect(session.tokens.access)) == "SESSION_INVALID");
  CHECK(ReasonOf(world.TrySignIn()) == "CREDENTIALS_INVALID");
  const User again = Must(world.Register(Registration())).value();
  CHECK(again->id != ada->id);
  Must(world.Erase(again).status());
  Must(world.Register(Registration()).status());
}

TEST_CASE("an erasure keeps the orders, refunds and events of the user, but sends no e-mails about them") {
  World world;
  const Order order = world.Delivered();
  const Refund refund = Must(world.Refunded(order, Everything()));
  const std::size_t events = world.Events().size();
  Must(world.Erase(world.Ada()).status());
  CHECK(world.Events().size() == events + 1);
  CHECK(world.Load(order->id).fields().user_id == world.Ada()->id);
  CHECK(world.Settle() == 1);
  CHECK(world.Load(refund->id)->state == RefundState::kSucceeded);
  CHECK(world.Outbox().empty());
  CHECK(FindingsOf(world) == 0);
}

TEST_CASE("an erasure clears the notes of the user's refunds, also in stored responses") {
  World world;
  world.context.is_approver = true;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 0;
  const Order order = world.Delivered();
  world.clock.Advance(world.refunds.window + absl::Hours(1));
  const std::string secret(kSecret);
  const CreateRefundCommand command{
      "noted", order->id.ToString(),       AmountOf(100), RefundReason::kOther, secret,
      {},      {{"WITHIN_WINDOW"}, secret}};
  const RefundPolicies policies(world.refunds);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  Refund refund = Must(create.Handle(world.context, command));
  refund = Must(world.Reject(refund, secret));
  CHECK(DumpOf(world).find(kSecret) != std::string::npos);

  Must(world.Erase(world.Ada()).status());
  CHECK(DumpOf(world).find(kSecret) == std::string::npos);
  RefundFields erased = refund.fields();
  erased.note = erased.decision_note = erased.override_note = "";
  erased.update_time = world.clock.Now();
  ++erased.version;
  CHECK(world.Load(refund->id).fields() == erased);
  CHECK(erased.overridden_rules == "WITHIN_WINDOW");
  CHECK(ReasonOf(create.Handle(world.context, command)) == "USER_STATE");
  CHECK(FindingsOf(world) == 0);
}

TEST_CASE("a decision after the erasure may have a note, and can be repeated") {
  World world;
  world.refunds.approval_above[*Currency::Parse("EUR")] = 0;
  const Refund refund = Must(world.Refunded(world.Delivered(), AmountOf(100)));
  Must(world.Erase(world.Ada()).status());
  world.clock.Advance(absl::Seconds(1));
  const DecideRefundCommand command{"decision", refund->id.ToString(), "reported as fraud", ""};
  RejectRefund reject(world.store, world.clock, world.ids);
  const Refund rejected = Must(reject.Handle(world.approver, command));
  CHECK(rejected->decision_note == "reported as fraud");
  CHECK(Must(reject.Handle(world.approver, command)).fields() == rejected.fields());
  CHECK(FindingsOf(world) == 0);
}

TEST_CASE("a repeated CreateRefund without a note returns the first response after the erasure") {
  World world;
  const Order order = world.Delivered();
  const CreateRefundCommand command{"plain", order->id.ToString(), AmountOf(100), RefundReason::kOther, ""};
  const RefundPolicies policies(world.refunds);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  const Refund refund = Must(create.Handle(world.context, command));
  Must(world.Erase(world.Ada()).status());
  CHECK(Must(create.Handle(world.context, command)).fields() == refund.fields());
  CHECK(world.Load(refund->id).fields() == refund.fields());
}

TEST_CASE("a repeated EraseUser returns the first response; another EraseUser fails with USER_STATE") {
  World world;
  const User erased = Must(world.Erase(world.Ada(), "gone", "e1"));
  world.clock.Advance(absl::Hours(1));
  CHECK(Must(world.Erase(world.Ada(), "gone", "e1")).fields() == erased.fields());
  CHECK(ReasonOf(world.Erase(world.Ada(), "other", "e1")) == "REQUEST_ID_REUSED");
  const auto again = world.Erase(world.Ada(), "gone", "e2");
  CHECK(ReasonOf(again) == "USER_STATE");
  CHECK(Fact(again, "state") == "ERASED");
  CHECK(Fact(again, "expected") == "ACTIVE or SUSPENDED or DELETED");
}

TEST_CASE("EraseUser with a stale etag changes no table; EraseUser with the current etag erases the user") {
  SessionWorld world;
  User user = Must(world.Register(PlantedRegistration())).value();
  Must(world.TrySignIn(PlantedCredentials()).status());
  CHECK(ReasonOf(world.TrySignIn(PlantedCredentials("wrong"))) == "CREDENTIALS_INVALID");
  UserStepCommand command{"e1", user->id.ToString(), "gone", EtagOf(user->version)};
  user = Must(world.Verify(world.Outbox()[0].variables.at("token")));
  EndSessions end_sessions(world.sessions);
  EraseUser erase(world.store, world.clock, end_sessions);
  const std::string before = DumpOf(world);
  const auto stale = erase.Handle(world.context, command);
  CHECK(ReasonOf(stale) == "ETAG_MISMATCH");
  CHECK(Fact(stale, "etag") == EtagOf(user->version));
  CHECK(DumpOf(world) == before);

  command.etag = EtagOf(user->version);
  const User erased = Must(erase.Handle(world.context, command));
  CHECK(erased->state == UserState::kErased);
  CHECK(DumpOf(world).find(kSecret) == std::string::npos);
  CHECK(Must(erase.Handle(world.context, command)).fields() == erased.fields());
  command.request_id = "e2";
  CHECK(ReasonOf(erase.Handle(world.context, command)) == "ETAG_MISMATCH");
  command.etag = EtagOf(erased->version);
  CHECK(ReasonOf(erase.Handle(world.context, command)) == "USER_STATE");
}

TEST_CASE("a repeated call from before the erasure creates and returns nothing") {
  World world;
  const User user = Must(world.Register(PlantedRegistration())).value();
  Must(world.Erase(user).status());
  for (const char* name : {"Ada", "Eve"}) {
    RegisterUserCommand command = PlantedRegistration();
    command.display_name = name;
    const auto repeated = world.Register(command);
    CHECK(ReasonOf(repeated) == "USER_STATE");
    CHECK(Fact(repeated, "state") == "ERASED");
  }
  CHECK(CountRows(world, RowKind::kUsers) == 1);
}

TEST_CASE("the outcome of a message that is sent during the erasure is not saved") {
  World world;
  const User ada = world.Ada();
  const absl::Time now = world.clock.Now();
  std::vector<Message> claimed;
  Must(world.store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(claimed, tx.messages().Claim(now, now + absl::Minutes(1), 10));
    return absl::OkStatus();
  }));
  REQUIRE(claimed.size() == 1);
  Must(world.Erase(ada).status());
  EndMessage(claimed[0], MessageState::kDead, now);
  std::vector<bool> saved;
  Must(world.store.Write(Deadline::Never(), [&](WriteTransaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(saved, tx.messages().Save(claimed));
    return absl::OkStatus();
  }));
  CHECK(saved == std::vector{false});
  CHECK(CountRows(world, RowKind::kMessages) == 0);
}

TEST_CASE("an erasure deletes messages to the user's address that belong to no user, and no other messages") {
  World world;
  const User ada = world.Ada();
  const User bob = Must(world.Register(Registration("bob@example.com"))).value();
  Message test_message = world.Outbox()[0];
  test_message.id = world.ids.Next<MessageKind>();
  test_message.user_id = UserId();
  Must(world.store.Write(Deadline::Never(),
                         [&](WriteTransaction& tx) { return tx.messages().Insert(test_message); }));
  Must(world.Erase(ada).status());
  REQUIRE(world.Outbox().size() == 1);
  CHECK(world.Outbox()[0].user_id == bob->id);
}

}  // namespace
}  // namespace keelson
