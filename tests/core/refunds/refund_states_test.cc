#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "core/refunds/refund.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_checks.h"

namespace keelson {
namespace {

using enum RefundState;

constexpr RefundState kStates[] = {kRequested, kApproved, kProcessing, kSucceeded,
                                   kFailed,    kRejected, kCancelled};

TEST_CASE("CanMove returns true only for the transitions of a refund's state machine") {
  const std::set<std::pair<RefundState, RefundState>> allowed = {
      {kRequested, kApproved},  {kRequested, kRejected},   {kRequested, kCancelled},
      {kApproved, kProcessing}, {kApproved, kCancelled},   {kProcessing, kProcessing},
      {kProcessing, kFailed},   {kProcessing, kSucceeded}, {kFailed, kApproved},
      {kFailed, kRequested},
  };
  for (const RefundState from : kStates) {
    for (const RefundState to : kStates) {
      CAPTURE(RefundStateName(from), RefundStateName(to));
      CHECK(CanMove(from, to) == allowed.contains({from, to}));
    }
  }
}

TEST_CASE("A refund reserves its amount while it is REQUESTED, APPROVED or PROCESSING") {
  for (const RefundState state : kStates) {
    CAPTURE(RefundStateName(state));
    CHECK(HoldsAmount(state) == (state == kRequested || state == kApproved || state == kProcessing));
  }
}

TEST_CASE("RefundStateName and RefundReasonName return the names in the API") {
  std::vector<std::string_view> states;
  for (const RefundState state : kStates) states.push_back(RefundStateName(state));
  CHECK(states == std::vector<std::string_view>{"REQUESTED", "APPROVED", "PROCESSING", "SUCCEEDED", "FAILED",
                                                "REJECTED", "CANCELLED"});
  std::vector<std::string_view> reasons;
  for (int reason = 0; reason <= 7; ++reason)
    reasons.push_back(RefundReasonName(static_cast<RefundReason>(reason)));
  CHECK(reasons == std::vector<std::string_view>{"UNSPECIFIED", "REQUESTED_BY_CUSTOMER", "DUPLICATE",
                                                 "FRAUDULENT", "DEFECTIVE", "NOT_RECEIVED", "ORDER_CANCELLED",
                                                 "OTHER"});
}

Refund RefundIn(RefundState state) {
  RefundFields fields;
  fields.id = RefundId(Uuid{1});
  fields.state = state;
  fields.currency = *Currency::Parse("EUR");
  fields.amount = 100;
  fields.attempts = 2;
  fields.requested_by = "web";
  fields.failure_code = "timeout";
  fields.due_time = absl::UnixEpoch();
  fields.version = 5;
  return Refund(fields);
}

struct Step {
  std::string_view name;
  std::set<RefundState> from;
  RefundState to;
  std::function<absl::Status(Refund&, absl::Time)> take;
};

const Step kSteps[] = {
    {"begin",
     {kApproved, kProcessing},
     kProcessing,
     [](Refund& r, absl::Time now) { return r.BeginAttempt(now + absl::Minutes(2), now); }},
    {"succeed", {kProcessing}, kSucceeded, [](Refund& r, absl::Time now) { return r.Succeed("ref", now); }},
    {"fail", {kProcessing}, kFailed, [](Refund& r, absl::Time now) { return r.Fail("code", "words", now); }},
    {"approve",
     {kRequested},
     kApproved,
     [](Refund& r, absl::Time now) { return r.Approve("boss", "", now); }},
    {"reject", {kRequested}, kRejected, [](Refund& r, absl::Time now) { return r.Reject("boss", "", now); }},
    {"retry", {kFailed}, kApproved, [](Refund& r, absl::Time now) { return r.Retry({}, false, now); }},
    {"retry with approval",
     {kFailed},
     kRequested,
     [](Refund& r, absl::Time now) { return r.Retry({}, true, now); }},
    {"cancel",
     {kRequested, kApproved},
     kCancelled,
     [](Refund& r, absl::Time now) { return r.Cancel("web", "words", now); }},
};

TEST_CASE("A transition that the refund's state does not allow changes nothing") {
  const absl::Time now = FakeClock().Now();
  for (const Step& step : kSteps) {
    for (const RefundState from : kStates) {
      CAPTURE(step.name, RefundStateName(from));
      Refund refund = RefundIn(from);
      const absl::Status status = step.take(refund, now);
      if (step.from.contains(from)) {
        CHECK(ReasonOf(status) == "OK");
        CHECK(refund->state == step.to);
        CHECK(refund->version == 6);
        CHECK(refund->update_time == now);
      } else {
        CHECK(ReasonOf(status) == "REFUND_STATE");
        CHECK(Fact(status, "state") == RefundStateName(from));
        CHECK(refund.fields() == RefundIn(from).fields());
      }
    }
  }
}

TEST_CASE("A cancelled refund records the caller and the reason of the cancellation, and has no due_time") {
  const absl::Time now = FakeClock().Now();
  Refund refund = RefundIn(kApproved);
  Must(refund.Cancel("web", "the order was cancelled", now));
  CHECK(refund->decided_by == "web");
  CHECK(refund->decision_note == "the order was cancelled");
  CHECK(refund->decide_time == now);
  CHECK_FALSE(refund->due_time.has_value());
}

TEST_CASE("An approved refund records the approver and the note, and is due at once") {
  const absl::Time now = FakeClock().Now();
  Refund refund = RefundIn(kRequested);
  Must(refund.Approve("boss", "seen the parcel", now));
  CHECK(refund->decided_by == "boss");
  CHECK(refund->decision_note == "seen the parcel");
  CHECK(refund->decide_time == now);
  CHECK(refund->due_time == now);
}

TEST_CASE("The caller that requested a refund can't approve it, but can reject it") {
  const absl::Time now = FakeClock().Now();
  Refund refund = RefundIn(kRequested);
  const absl::Status status = refund.Approve("web", "", now);
  CHECK(ReasonOf(status) == "SELF_APPROVAL");
  CHECK(Fact(status, "requested_by") == "web");
  CHECK(refund.fields() == RefundIn(kRequested).fields());
  // The state is checked first: another approver can't approve the refund either.
  Refund approved = RefundIn(kApproved);
  CHECK(ReasonOf(approved.Approve("web", "", now)) == "REFUND_STATE");
  Must(refund.Reject("web", "", now));
  CHECK_FALSE(refund->due_time.has_value());
}

TEST_CASE(
    "Callers without authentication can approve each other's refunds, because they can't be told apart") {
  RefundFields fields = RefundIn(kRequested).fields();
  fields.requested_by = std::string(kAnonymous);
  Refund refund(fields);
  Must(refund.Approve(std::string(kAnonymous), "", FakeClock().Now()));
  CHECK(refund->state == kApproved);
  CHECK(refund->decided_by == "anonymous");
}

TEST_CASE("A retried refund keeps its decision unless it needs approval again, and loses the failure") {
  const absl::Time now = FakeClock().Now();
  const bool needs_approval = GENERATE(false, true);
  Refund failed = RefundIn(kRequested);
  Must(failed.Approve("boss", "fine", now));
  Must(failed.BeginAttempt(now, now));
  Must(failed.Fail("charge_disputed", "no", now));
  Refund refund = failed;
  Must(refund.Retry({100, 0, {{0, 1, 100, 7}}}, needs_approval, now));

  RefundFields expected = failed.fields();
  expected.state = needs_approval ? kRequested : kApproved;
  expected.lines = {{0, 1, 100, 7}};
  expected.failure_code.clear();
  expected.failure_message.clear();
  expected.settle_time.reset();
  expected.retries = 1;
  ++expected.version;
  if (needs_approval) {
    expected.decided_by.clear();
    expected.decision_note.clear();
    expected.decide_time.reset();
  } else {
    expected.due_time = now;
  }
  CHECK(refund.fields() == expected);
}

TEST_CASE("BeginAttempt counts the attempt and sets due_time; a SUCCEEDED or FAILED refund has no due_time") {
  const absl::Time now = FakeClock().Now();
  Refund refund = RefundIn(kApproved);
  Must(refund.BeginAttempt(now + absl::Minutes(2), now));
  CHECK(refund->attempts == 3);
  CHECK(refund->due_time == now + absl::Minutes(2));

  Refund postponed = refund;
  Must(postponed.Postpone("503", "busy", now + absl::Seconds(9), now));
  CHECK(postponed->state == kProcessing);
  CHECK(postponed->attempts == 3);
  CHECK(postponed->due_time == now + absl::Seconds(9));
  CHECK(postponed->failure_code == "503");
  CHECK(postponed->failure_message == "busy");
  CHECK_FALSE(postponed->settle_time.has_value());

  Refund succeeded = postponed;
  Must(succeeded.Succeed("provider-1", now));
  CHECK(succeeded->provider_reference == "provider-1");
  CHECK(succeeded->failure_code.empty());
  CHECK(succeeded->failure_message.empty());
  CHECK_FALSE(succeeded->due_time.has_value());
  CHECK(succeeded->settle_time == now);

  Refund failed = refund;
  Must(failed.Fail("charge_disputed", "no", now));
  CHECK(failed->failure_code == "charge_disputed");
  CHECK(failed->failure_message == "no");
  CHECK_FALSE(failed->due_time.has_value());
  CHECK(failed->settle_time == now);
}

}  // namespace
}  // namespace keelson
