// Tests the settlement with the threads of a process.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "absl/time/clock.h"
#include "core/refunds/settle_refunds.h"
#include "tests/core/world.h"

namespace keelson {
namespace {

// Takes some milliseconds for each refund. Thread-safe.
class DelayedProvider : public PaymentProvider {
 public:
  std::string_view name() const override { return "recorded"; }
  PaymentOutcome Refund(const PaymentRefund& refund, Deadline /*deadline*/) override {
    const int concurrent = ++concurrent_;
    int most = most_concurrent.load();
    while (concurrent > most && !most_concurrent.compare_exchange_weak(most, concurrent)) {
    }
    absl::SleepFor(absl::Milliseconds(5));
    --concurrent_;
    return FakePaymentProvider::Succeeded(refund);
  }
  PaymentOutcome FindRefund(const PaymentRefund& /*refund*/, std::string_view /*provider_reference*/,
                            Deadline /*deadline*/) override {
    return {PaymentOutcome::Kind::kNotFound};
  }
  PaymentOutcome Probe(Deadline /*deadline*/) override { return {PaymentOutcome::Kind::kSucceeded}; }

  std::atomic<int> most_concurrent = 0;

 private:
  std::atomic<int> concurrent_ = 0;
};

TEST_CASE("Threads settle a backlog concurrently while outcomes are saved, and end after Stop") {
  constexpr int kThreads = 4;
  constexpr int kRefunds = 30;
  World world;
  world.settlement.concurrency = kThreads;
  world.refunds.max_per_order = kRefunds;
  const Order order = world.Delivered();
  for (int i = 0; i < kRefunds; ++i) Must(world.Refunded(order, AmountOf(10)).status());
  DelayedProvider provider;
  const std::unique_ptr<SettleRefunds> settler = world.Settler({&provider});

  std::atomic<bool> ended = false;
  std::vector<std::thread> callers;
  for (int i = 0; i < kThreads; ++i) {
    callers.emplace_back([&] {
      while (!ended) {
        settler->WaitForReady(0, absl::Seconds(60));
        settler->SettleNext(0);
      }
    });
  }
  int saved = Must(settler->FlushAndClaim()).saved;
  while (saved < kRefunds && settler->WaitForOutcomes(absl::Seconds(60))) {
    const SettleRefunds::Progress progress = Must(settler->FlushAndClaim());
    saved += progress.saved;
  }
  ended = true;
  settler->Stop();
  for (std::thread& caller : callers) caller.join();
  Must(settler->Close());

  CHECK(saved == kRefunds);
  CHECK(world.Load(order->id)->refunded == 10 * kRefunds);
  CHECK(provider.most_concurrent >= 2);
  CHECK(provider.most_concurrent <= kThreads);
  CHECK(settler->ListPaymentProviders().at(0).CountOf(PaymentOutcome::Kind::kSucceeded) == kRefunds);
}

TEST_CASE("WaitForOutcomes returns after its timeout if no outcome arrives") {
  World world;
  const std::unique_ptr<SettleRefunds> settler = world.Settler({&world.payments});
  CHECK(settler->WaitForOutcomes(absl::Milliseconds(1)));
  settler->WaitForReady(0, absl::Milliseconds(1));
  CHECK_FALSE(settler->SettleNext(0));
}

}  // namespace
}  // namespace keelson
