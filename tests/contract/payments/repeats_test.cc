// Tests that a repeated refund is paid out once, with a simulated provider.
#include <catch2/catch.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "tests/contract/payments/fixtures.h"
#include "tests/contract/payments/simulated_provider.h"

namespace keelson {
namespace {

// Longer than every provider recognizes an idempotency key.
constexpr absl::Duration kLongAgo = absl::Hours(24 * 60);

// A provider, and its simulation.
struct Simulation {
  explicit Simulation(const PaymentFixture& of)
      : fixture(of),
        simulated(of),
        server([this](const servers::SeenRequest& request) { return simulated.Respond(request); }),
        provider(of.make(server.url())) {}

  std::string First() { return Outcome(SampleRefund(fixture)); }
  std::string Repeat(absl::Duration age) { return Outcome(RepeatedRefund(fixture, age)); }
  std::string Outcome(const PaymentRefund& refund) {
    const PaymentOutcome outcome = provider->Refund(refund, Soon());
    CheckClean(fixture, outcome);
    return KindName(outcome);
  }
  // The first attempt pays, but neither its response nor a search shows it.
  void PayUnseen() {
    simulated.LoseNextResponse();
    simulated.SetSearchFails(true);
    REQUIRE(First() == "unknown");
    REQUIRE(simulated.paid() == 1);
  }
  std::size_t refund_requests() {
    std::size_t count = 0;
    for (const servers::SeenRequest& request : server.requests()) {
      if (fixture.purpose_of(request) == Purpose::kRefund) ++count;
    }
    return count;
  }

  const PaymentFixture& fixture;
  SimulatedProvider simulated;
  servers::ScriptedServer server;
  std::unique_ptr<PaymentProvider> provider;
};

void WithEveryProvider(const std::function<void(Simulation&)>& holds) {
  ForEveryProvider([&](const PaymentFixture& fixture) {
    Simulation simulation(fixture);
    holds(simulation);
  });
}

TEST_CASE("a refund whose response is lost is found by a search at once", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.simulated.LoseNextResponse();
    CHECK(simulation.First() == "succeeded");
    CHECK(simulation.simulated.paid() == 1);
    CHECK(simulation.refund_requests() == 1);
  });
}

TEST_CASE("a refund whose response is lost is paid once, although the attempt is repeated", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.PayUnseen();
    simulation.simulated.SetSearchFails(false);
    CHECK(simulation.Repeat(absl::Minutes(5)) == "succeeded");
    CHECK(simulation.Repeat(absl::Minutes(5)) == "succeeded");
    CHECK(simulation.simulated.paid() == 1);
  });
}

TEST_CASE("a refund is found by a search after the provider has forgotten the idempotency key",
          "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.PayUnseen();
    simulation.simulated.SetSearchFails(false);
    simulation.simulated.ForgetKeys();
    CHECK(simulation.Repeat(kLongAgo) == "succeeded");
    CHECK(simulation.simulated.paid() == 1);
    CHECK(simulation.refund_requests() == 1);
  });
}

TEST_CASE("an old refund that no search finds is requested again", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    CHECK(simulation.Repeat(kLongAgo) == "succeeded");
    CHECK(simulation.simulated.paid() == 1);
    CHECK(simulation.refund_requests() == 1);
  });
}

TEST_CASE("an old refund is not requested again while the search fails", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.PayUnseen();
    simulation.simulated.ForgetKeys();
    CHECK(simulation.Repeat(kLongAgo) == "unknown");
    CHECK(simulation.simulated.paid() == 1);
    CHECK(simulation.refund_requests() == 1);
  });
}

TEST_CASE("a refund of unknown age is searched for before it is requested again", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.PayUnseen();
    simulation.simulated.SetSearchFails(false);
    simulation.simulated.ForgetKeys();
    PaymentRefund refund = SampleRefund(simulation.fixture);
    refund.repeated = true;
    refund.not_before = absl::InfinitePast();
    CHECK(simulation.Outcome(refund) == "succeeded");
    CHECK(simulation.simulated.paid() == 1);
    CHECK(simulation.refund_requests() == 1);
  });
}

TEST_CASE("a rejected repeat succeeds if the search finds the refund that an earlier attempt paid",
          "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.simulated.SetMaxRefunds(1);
    simulation.PayUnseen();
    simulation.simulated.SetSearchFails(false);
    simulation.simulated.ForgetKeys();
    CHECK(simulation.Repeat(absl::Minutes(5)) == "succeeded");
    CHECK(simulation.simulated.paid() == 1);
  });
}

TEST_CASE("a rejected repeat is kUnknown while the search fails", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.simulated.SetMaxRefunds(1);
    simulation.PayUnseen();
    simulation.simulated.ForgetKeys();
    CHECK(simulation.Repeat(absl::Minutes(5)) == "unknown");
    CHECK(simulation.simulated.paid() == 1);
  });
}

TEST_CASE("a rejected repeat is kFailed if the search finds no refund", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    simulation.simulated.SetMaxRefunds(0);
    CHECK(simulation.Repeat(absl::Minutes(5)) == "failed");
    CHECK(simulation.simulated.paid() == 0);
  });
}

TEST_CASE("an idempotency key with other parameters pays nothing, and is never classified as kFailed",
          "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    CHECK(simulation.First() == "succeeded");
    simulation.simulated.SetSearchFails(true);
    PaymentRefund refund = SampleRefund(simulation.fixture);
    refund.amount.minor_units += 1;
    CHECK(simulation.Outcome(refund) == "unknown");
    CHECK(simulation.simulated.paid() == 1);
  });
}

TEST_CASE("concurrent attempts with one idempotency key pay once", "[payments]") {
  WithEveryProvider([](Simulation& simulation) {
    std::vector<std::thread> threads;
    std::vector<PaymentOutcome> outcomes(6);
    for (PaymentOutcome& outcome : outcomes) {
      threads.emplace_back([&outcome, &simulation] {
        outcome = simulation.provider->Refund(RepeatedRefund(simulation.fixture, absl::Minutes(1)), Soon());
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const PaymentOutcome& outcome : outcomes) CHECK(KindName(outcome) == "succeeded");
    CHECK(simulation.simulated.paid() == 1);
  });
}

}  // namespace
}  // namespace keelson
