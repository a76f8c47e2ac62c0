#include "adapters/payments/sandbox/sandbox_payment_provider.h"

#include <future>

#include "adapters/payments/sandbox/sandbox_behavior.h"
#include "tests/adapters/payments/sandbox_fixture.h"

namespace keelson {
namespace {

using Kind = PaymentOutcome::Kind;

TEST_CASE("the behavior is the name that the payment reference begins with; settles by default") {
  CHECK(BehaviorOf("settles") == SandboxBehavior::kSettles);
  CHECK(BehaviorOf("") == SandboxBehavior::kSettles);
  CHECK(BehaviorOf("ch_1") == SandboxBehavior::kSettles);
  CHECK(BehaviorOf("declines") == SandboxBehavior::kDeclines);
  CHECK(BehaviorOf("declines-42") == SandboxBehavior::kDeclines);
  CHECK(BehaviorOf("pending_settles/1") == SandboxBehavior::kPendingSettles);
  CHECK(BehaviorOf("pending_fails") == SandboxBehavior::kPendingFails);
  CHECK(BehaviorOf("pays_then_times_out") == SandboxBehavior::kPaysThenTimesOut);
  CHECK(BehaviorOf("answers_late") == SandboxBehavior::kAnswersLate);
  CHECK(BehaviorOf("limits_rate") == SandboxBehavior::kLimitsRate);
  CHECK(BehaviorOf("ch_declines") == SandboxBehavior::kSettles);
}

TEST_CASE("settles: the sandbox pays once per idempotency key, also after a restart") {
  SandboxFixture fixture;
  auto sandbox = fixture.Open();
  CHECK(sandbox->name() == "sandbox");
  const PaymentRefund refund = SandboxFixture::Refund("settles");
  CHECK(sandbox->FindRefund(refund, "", SandboxFixture::Soon()).kind == Kind::kNotFound);
  const PaymentOutcome first = sandbox->Refund(refund, SandboxFixture::Soon());
  CHECK(first.kind == Kind::kSucceeded);
  CHECK(first.provider_reference == "sandbox_key-1");
  CHECK(first.code.empty());
  sandbox = fixture.Open();
  const PaymentOutcome second = sandbox->Refund(refund, SandboxFixture::Soon());
  CHECK(second.kind == Kind::kSucceeded);
  CHECK(second.provider_reference == first.provider_reference);
  CHECK(sandbox->FindRefund(refund, first.provider_reference, SandboxFixture::Soon()).kind ==
        Kind::kSucceeded);
  CHECK(fixture.Count("request") == 2);
  CHECK(fixture.Count("payout") == 1);
  CHECK(sandbox->Refund(SandboxFixture::Refund("settles", "key-2"), SandboxFixture::Soon()).kind ==
        Kind::kSucceeded);
  CHECK(fixture.Count("payout") == 2);
}

TEST_CASE("a line of the journal holds the time, key, refund, payment, amount and result") {
  SandboxFixture fixture;
  const PaymentRefund refund = SandboxFixture::Refund("caf\xc3\xa9 \"1\"");
  fixture.Open()->Refund(refund, SandboxFixture::Soon());
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", fixture.clock.Now(), absl::UTCTimeZone());
  const std::string parameters =
      StrCat(R"("key":"key-1","refund_id":")", refund.id.ToString(),
             R"(","payment_reference":"café \"1\"","currency":"EUR","minor_units":1250,)");
  CHECK(fixture.ReadJournal() == StrCat(R"({"time":")", time, R"(","type":"request",)", parameters,
                                        R"("answer":"succeeded"})", "\n", R"({"time":")", time,
                                        R"(","type":"payout",)", parameters,
                                        R"("payout_id":"sandbox_key-1"})", "\n"));
}

TEST_CASE("the same key with other parameters has an unknown outcome and pays nothing") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  const PaymentRefund refund = SandboxFixture::Refund("settles");
  REQUIRE(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
  PaymentRefund other = refund;
  SECTION("another amount") {
    other.amount.minor_units = 1251;
  }
  SECTION("another currency") {
    other.amount.currency = *Currency::Parse("USD");
  }
  SECTION("another payment") {
    other.payment_reference = "settles-2";
  }
  SECTION("another refund") {
    other.id = *RefundId::Parse("refund_01m83m0vr0e5m941d4yb3vwq6e");
  }
  for (const PaymentOutcome& outcome : {sandbox->Refund(other, SandboxFixture::Soon()),
                                        sandbox->FindRefund(other, "", SandboxFixture::Soon())}) {
    CHECK(outcome.kind == Kind::kUnknown);
    CHECK(outcome.code == "idempotency_key_reused");
  }
  CHECK(fixture.Count("payout") == 1);
  CHECK(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
}

TEST_CASE("declines: the refund fails, with every key") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  for (const char* key : {"key-1", "key-1", "key-1-1"}) {
    const PaymentOutcome outcome =
        sandbox->Refund(SandboxFixture::Refund("declines", key), SandboxFixture::Soon());
    CHECK(outcome.kind == Kind::kFailed);
    CHECK(outcome.code == "declined");
    CHECK_FALSE(outcome.message.empty());
  }
  CHECK(sandbox->FindRefund(SandboxFixture::Refund("declines"), "", SandboxFixture::Soon()).kind ==
        Kind::kFailed);
  CHECK(fixture.Count("payout") == 0);
}

TEST_CASE("pending_settles: the refund is pending for the configured time, and is then paid once") {
  SandboxFixture fixture;
  fixture.settings.pending = absl::Seconds(5);
  auto sandbox = fixture.Open();
  const PaymentRefund refund = SandboxFixture::Refund("pending_settles");
  const PaymentOutcome accepted = sandbox->Refund(refund, SandboxFixture::Soon());
  CHECK(accepted.kind == Kind::kPending);
  CHECK(accepted.provider_reference == "sandbox_key-1");
  CHECK(accepted.retry_after == absl::Seconds(5));
  fixture.clock.Advance(absl::Seconds(4));
  const PaymentOutcome pending = sandbox->FindRefund(refund, "sandbox_key-1", SandboxFixture::Soon());
  CHECK(pending.kind == Kind::kPending);
  CHECK(pending.retry_after == absl::Seconds(1));
  CHECK(fixture.Count("payout") == 0);
  fixture.clock.Advance(absl::Seconds(1));
  sandbox = fixture.Open();
  CHECK(sandbox->FindRefund(refund, "sandbox_key-1", SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(sandbox->FindRefund(refund, "sandbox_key-1", SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(fixture.Count("payout") == 1);
}

TEST_CASE("pending_fails: the refund is pending for the configured time, and then fails") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  const PaymentRefund refund = SandboxFixture::Refund("pending_fails");
  CHECK(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kPending);
  fixture.clock.Advance(fixture.settings.pending);
  const PaymentOutcome failed = sandbox->FindRefund(refund, "", SandboxFixture::Soon());
  CHECK(failed.kind == Kind::kFailed);
  CHECK(failed.code == "declined_later");
  CHECK(fixture.Count("payout") == 0);
}

TEST_CASE("pays_then_times_out: the first call pays and waits for its deadline, and a repeat succeeds") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  const PaymentRefund refund = SandboxFixture::Refund("pays_then_times_out");
  const Deadline deadline = Deadline::After(absl::Milliseconds(50));
  const PaymentOutcome first = sandbox->Refund(refund, deadline);
  CHECK(deadline.expired());
  CHECK(first.kind == Kind::kUnknown);
  CHECK(first.code == "timeout");
  CHECK(fixture.Count("payout") == 1);
  CHECK(sandbox->FindRefund(refund, "", SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(fixture.Count("payout") == 1);
}

TEST_CASE("answers_late: the response comes after half of the time until the deadline") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  const Deadline deadline = Deadline::After(absl::Milliseconds(1000));
  CHECK(sandbox->Refund(SandboxFixture::Refund("answers_late"), deadline).kind == Kind::kSucceeded);
  CHECK(deadline.remaining() <= absl::Milliseconds(500));
}

TEST_CASE("limits_rate: a new key is refused for a second, and is then paid once") {
  SandboxFixture fixture;
  const auto sandbox = fixture.Open();
  const PaymentRefund refund = SandboxFixture::Refund("limits_rate");
  const PaymentOutcome refused = sandbox->Refund(refund, SandboxFixture::Soon());
  CHECK(refused.kind == Kind::kRetry);
  CHECK(refused.retry_after == absl::Seconds(1));
  fixture.clock.Advance(absl::Seconds(1));
  CHECK(sandbox->FindRefund(refund, "", SandboxFixture::Soon()).kind == Kind::kNotFound);
  CHECK(fixture.Count("payout") == 0);
  CHECK(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(sandbox->FindRefund(refund, "", SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(fixture.Count("payout") == 1);
}

TEST_CASE("the latency delays each response, and beyond the deadline the outcome is unknown") {
  SandboxFixture fixture;
  fixture.settings.latency = absl::Milliseconds(100);
  const auto sandbox = fixture.Open();
  const PaymentRefund refund = SandboxFixture::Refund("settles");
  const Deadline after_latency = Deadline::After(fixture.settings.latency);
  CHECK(sandbox->Refund(refund, SandboxFixture::Soon()).kind == Kind::kSucceeded);
  CHECK(after_latency.expired());
  CHECK(sandbox->Refund(SandboxFixture::Refund("settles", "key-2"), Deadline::After(absl::Milliseconds(50)))
            .kind == Kind::kUnknown);
  CHECK(fixture.Count("payout") == 2);
}

TEST_CASE("after the deadline, the sandbox accepts no refund") {
  SandboxFixture fixture;
  const PaymentOutcome outcome =
      fixture.Open()->Refund(SandboxFixture::Refund("settles"), Deadline::After(absl::ZeroDuration()));
  CHECK(outcome.kind == Kind::kUnreachable);
  CHECK(fixture.ReadJournal().empty());
}

TEST_CASE("concurrent calls of two instances with one key pay once") {
  SandboxFixture fixture;
  constexpr int kKeys = 20;
  const auto one = fixture.Open();
  const auto other = fixture.Open();
  std::vector<std::future<int>> callers;
  for (SandboxPaymentProvider* sandbox : {one.get(), other.get(), one.get(), other.get()}) {
    callers.push_back(std::async(std::launch::async, [sandbox] {
      int succeeded = 0;
      for (int i = 0; i < kKeys; ++i) {
        const PaymentOutcome outcome =
            sandbox->Refund(SandboxFixture::Refund("settles", StrCat("key-", i)), SandboxFixture::Soon());
        if (outcome.kind == Kind::kSucceeded) ++succeeded;
      }
      return succeeded;
    }));
  }
  for (std::future<int>& caller : callers) CHECK(caller.get() == kKeys);
  CHECK(fixture.Count("request") == 4 * kKeys);
  CHECK(fixture.Count("payout") == kKeys);
}

}  // namespace
}  // namespace keelson
