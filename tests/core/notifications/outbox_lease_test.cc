#include "core/notifications/outbox_lease.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_clock.h"
#include "tests/support/fake_entropy.h"
#include "tests/support/recording_log.h"

namespace keelson {
namespace {

using Stage = InFlightMessage::Stage;

struct LeaseFixture {
  FlushBatch Begin() { return lease.BeginFlush(clock.Now(), 10); }

  // Adds a message that is claimed and assigned to the provider with index 1.
  InFlightMessage& Claim() {
    const FlushBatch batch = Begin();
    Message message;
    message.id = ids.Next<MessageKind>();
    message.state = MessageState::kSending;
    message.attempts = 1;
    message.lease_epoch = 1;
    message.due_time = batch.lease_until;
    InFlightMessage* in_flight = lease.Add(message, batch);
    REQUIRE(in_flight != nullptr);
    in_flight->route.provider = 1;
    lease.RecordAssignment(*in_flight);
    return *in_flight;
  }

  OutboxLease::FlushResult End(FlushBatch& batch, bool saved = true) {
    batch.saved.assign(batch.messages.size(), saved);
    return lease.EndFlush(batch);
  }
  OutboxLease::FlushResult Flush(bool saved = true) {
    FlushBatch batch = Begin();
    return End(batch, saved);
  }

  FakeClock clock;
  FakeEntropy entropy;
  IdGenerator ids{clock, entropy};
  RecordingLog log;
  DispatchPolicy policy;
  OutboxLease lease{policy, clock, log};
};

TEST_CASE("An assigned message becomes ready when a flush saves the assignment") {
  LeaseFixture fixture;
  InFlightMessage& in_flight = fixture.Claim();
  CHECK(fixture.lease.has_pending_updates());
  FlushBatch batch = fixture.Begin();
  REQUIRE(batch.update_count == 1);
  CHECK_FALSE(fixture.lease.has_pending_updates());
  CHECK(in_flight.stage == Stage::kAssigned);
  CHECK(fixture.End(batch).ready == std::vector<const InFlightMessage*>{&in_flight});
  CHECK(in_flight.stage == Stage::kReady);
  CHECK(fixture.lease.StartSending(in_flight));
  CHECK(in_flight.stage == Stage::kSending);
}

TEST_CASE("A lease is renewed after a quarter of its duration") {
  LeaseFixture fixture;
  InFlightMessage& in_flight = fixture.Claim();
  fixture.Flush();
  fixture.clock.Advance(fixture.policy.lease / 4 - absl::Microseconds(1));
  CHECK(fixture.Begin().messages.empty());
  fixture.clock.Advance(absl::Microseconds(1));
  FlushBatch batch = fixture.Begin();
  REQUIRE(batch.messages.size() == 1);
  CHECK(batch.update_count == 0);
  CHECK(batch.messages[0].due_time == fixture.clock.Now() + fixture.policy.lease);
  CHECK(fixture.End(batch).ready.empty());
  CHECK(in_flight.message.due_time == batch.lease_until);
}

TEST_CASE("The updates of an aborted flush are pending again") {
  LeaseFixture fixture;
  InFlightMessage& in_flight = fixture.Claim();
  fixture.lease.End(in_flight, MessageState::kSent, fixture.clock.Now());
  const MessageId id = in_flight.message.id;
  fixture.lease.AbortFlush(fixture.Begin());
  CHECK(fixture.lease.has_pending_updates());
  FlushBatch batch = fixture.Begin();
  REQUIRE(batch.messages.size() == 1);
  CHECK(batch.messages[0].id == id);
  CHECK(batch.messages[0].state == MessageState::kSent);
  fixture.End(batch);
  CHECK(fixture.Begin().messages.empty());
}

TEST_CASE(
    "An outcome that is recorded while the lease of its message is renewed is saved by the next flush") {
  LeaseFixture fixture;
  InFlightMessage& in_flight = fixture.Claim();
  fixture.Flush();
  REQUIRE(fixture.lease.StartSending(in_flight));
  fixture.clock.Advance(fixture.policy.lease / 4);
  FlushBatch renewal = fixture.Begin();
  REQUIRE(renewal.messages.size() == 1);
  fixture.lease.ScheduleRetry(in_flight, fixture.clock.Now() + absl::Hours(1));
  fixture.End(renewal);
  const FlushBatch batch = fixture.Begin();
  REQUIRE(batch.update_count == 1);
  CHECK(batch.messages[0].state == MessageState::kQueued);
  CHECK(batch.messages[0].due_time == fixture.clock.Now() + absl::Hours(1));
  CHECK(batch.messages[0].attempts == 1);
}

TEST_CASE("An unsent message is no longer in flight after its lease was lost") {
  LeaseFixture fixture;
  fixture.Claim();
  const OutboxLease::FlushResult result = fixture.Flush(false);
  REQUIRE(result.lost.size() == 1);
  CHECK(result.lost[0].route.provider == 1);
  CHECK(fixture.log.Count("message.lease_lost") == 1);
  fixture.clock.Advance(fixture.policy.lease);
  CHECK(fixture.Begin().messages.empty());
}

TEST_CASE("ReleaseUnsent queues the messages that are not being sent, without counting an attempt") {
  LeaseFixture fixture;
  const InFlightMessage& assigned = fixture.Claim();
  fixture.Flush();
  InFlightMessage& sending = fixture.Claim();
  fixture.Flush();
  REQUIRE(fixture.lease.StartSending(sending));
  fixture.lease.ReleaseUnsent(fixture.clock.Now());
  CHECK(sending.stage == Stage::kSending);
  const FlushBatch batch = fixture.Begin();
  REQUIRE(batch.update_count == 1);
  CHECK(batch.messages[0].id == assigned.message.id);
  CHECK(batch.messages[0].state == MessageState::kQueued);
  CHECK(batch.messages[0].attempts == 0);
}

}  // namespace
}  // namespace keelson
