#include "tests/core/store/verify/seeded_store.h"

#include "core/sessions/session_repository.h"

namespace keelson {
namespace {

// Stores a session that was refreshed once, and a throttle.
void StoreSession(World& world, const User& user) {
  const SessionPolicy policy;
  const absl::Time now = world.clock.Now();
  SessionTokens tokens;
  Session session = Session::Start(world.ids.Next<SessionKind>(), user, "Browser", "192.0.2.1", policy,
                                   world.entropy, now, tokens);
  session.Rotate(*RefreshToken::Parse(tokens.refresh.Reveal()), policy, world.entropy, now);
  Must(world.store.Write(Deadline::Never(), [&](WriteTransaction& tx) {
    absl::Status status = tx.sessions().Insert(session);
    status.Update(tx.throttles().Put({Fingerprint{1}, 1, now, now}));
    return status;
  }));
}

}  // namespace

SeededStore::SeededStore() {
  world.refunds.approval_above[*Currency::Parse("EUR")] = 3000;
  Must(world.Register(Registration("bob@example.com", "bob")).status());
  world.Pending();
  Must(world.Cancel(world.Pending(), "changed my mind").status());
  Must(world.Ship(world.Paid()).status());
  const Order order = world.Delivered({LineOf(3, 1000, 200, 100), LineOf(2, 50)});
  world.payments.script = {FakePaymentProvider::Unknown()};
  const RefundPolicies policies(world.refunds);
  CreateRefund create(world.store, world.clock, world.ids, policies);
  // The stored response has no note, and therefore no personal data.
  processing = Must(create.Handle(world.context,
                                  {"r1", order->id.ToString(), Units("1", 1), RefundReason::kDefective, ""}))
                   ->id;
  world.Settle();
  failed = Must(world.Refunded(order, AmountOf(100)))->id;
  world.payments.script = {FakePaymentProvider::Failed()};
  world.Settle();
  succeeded = Must(world.Refunded(order, Units("2", 1, true)))->id;
  world.Settle();
  Must(world.Cancel(world.Paid()).status());
  const Order restocked = world.Delivered();
  Must(world.Refunded(restocked, Parts({UnitsFor("1", 1, 900)}, 200, 50)).status());
  Must(world.Refunded(restocked, Everything()).status());
  Must(world.Refunded(world.Delivered({LineOf(1, 0), LineOf(1, 100)}), Units("1", 1)).status());
  world.Settle();
  world.refunds.states.insert(OrderState::kPaid);
  const Order cancelled = world.Paid({LineOf(1, 4000)});
  Must(world.Refunded(cancelled, AmountOf(3500)).status());
  Must(world.Cancel(cancelled).status());
  requested = Must(world.Refunded(world.Delivered({LineOf(1, 5000)}), Everything()))->id;
  const Order decided = world.Delivered({LineOf(1, 5000)});
  Must(world.Cancel(Must(world.Refunded(decided, AmountOf(3001)))).status());
  rejected = Must(world.Reject(Must(world.Refunded(decided, AmountOf(3001))), "no parcel"))->id;
  const Refund above = Must(world.Refunded(decided, AmountOf(3001)));
  Must(world.Approve(above, "seen the parcel").status());
  world.payments.script = {FakePaymentProvider::Failed()};
  world.Settle();
  Must(world.Retry(above).status());
  Must(world.Approve(above).status());
  world.Settle();
  approved = above->id;
  delivered = order->id;
  owner = order->user_id;
  StoreSession(world, world.Load(owner));
  const User carol = Must(world.Register(Registration("carol@example.com"))).value();
  for (const auto& step : {&World::Suspend, &World::Reinstate, &World::Suspend, &World::Delete}) {
    Must((world.*step)(carol, "spam").status());
  }
  Must(world.Undelete(carol).status());
  suspended = carol->id;
  const User dave = Must(world.Register(Registration("dave@example.com"))).value();
  Must(world.Delete(dave).status());
  Must(world.Undelete(dave).status());
  Must(world.Suspend(dave).status());
  Must(world.Delete(dave).status());
  deleted = dave->id;
  const User erin = Must(world.Register(Registration("erin@example.com"))).value();
  Must(world.StartChange(erin, "erin@example.org"));
  Must(world.ConfirmChange(world.NewestTokenIn("email_change")).status());
  world.clock.Advance(world.accounts.resend_cooldown);
  Must(world.StartChange(erin, "erin@example.net"));
  const User frank = Must(world.Register(Registration("frank@example.com", "frank"))).value();
  Must(world.Delete(frank).status());
  Must(world.Erase(frank).status());
  erased = frank->id;
}

UserRow& TamperedStore::user_row(UserId id) {
  auto& users = rows.of<UserRow>();
  return *std::find_if(users.begin(), users.end(), [&](const UserRow& u) { return u.fields.id == id; });
}

EmailToken& TamperedStore::change_token() {
  auto& tokens = rows.of<EmailToken>();
  return *std::find_if(tokens.begin(), tokens.end(),
                       [](const EmailToken& t) { return t.purpose == TokenPurpose::kChangeEmail; });
}

LedgerEntry& TamperedStore::entry(LedgerEntryType type) {
  auto& entries = rows.of<LedgerEntry>();
  return *std::find_if(entries.begin(), entries.end(), [&](const LedgerEntry& e) {
    return e.type == type && (e.refund_id || e.order_id == seeded.delivered);
  });
}

Event& TamperedStore::event(std::string_view type) {
  auto& events = rows.of<Event>();
  return *std::find_if(events.begin(), events.end(), [&](const Event& e) { return e.type == type; });
}

void TamperedStore::Rechain() {
  Sha256Digest hash{};
  std::int64_t sequence = 0;
  for (Event& e : rows.of<Event>()) {
    e.sequence = ++sequence;
    hash = e.hash = ChainedHash(hash, e);
  }
}

void TamperedStore::Forget(std::string_view type) {
  auto& events = rows.of<Event>();
  events.erase(events.begin() + (&event(type) - events.data()));
  Rechain();
}

void TamperedStore::Repeat(std::string_view type) {
  const Event again = event(type);
  rows.of<Event>().push_back(again);
  Rechain();
}

}  // namespace keelson
