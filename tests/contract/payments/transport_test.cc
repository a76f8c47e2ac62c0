// Tests the network behaviour of the HTTP providers: failing connections, deadlines, TLS.
#include <catch2/catch.hpp>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "tests/contract/payments/fixtures.h"
#include "tests/support/http/self_signed.h"

namespace keelson {
namespace {

using servers::ScriptedServer;

Reply PaidReply(const PaymentFixture& fixture) {
  return fixture.refunded(fixture.refund("re-1", kSampleKey, RefundAt::kPaid));
}

Reply ActReply(Reply::Act act) {
  return {.status = 0, .body = "", .headers = {}, .act = act};
}

std::string RefundAtUrl(const PaymentFixture& fixture, const std::string& url) {
  const PaymentOutcome outcome = fixture.make(url)->Refund(SampleRefund(fixture), Soon());
  CheckClean(fixture, outcome);
  return KindName(outcome);
}

TEST_CASE("Refund returns kUnreachable if the connection is refused or the host is unknown", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const std::string gone = ScriptedServer([](const auto&) { return Reply(); }).url();
    CHECK(RefundAtUrl(fixture, gone) == "unreachable");
    CHECK(RefundAtUrl(fixture, "http://nowhere.invalid") == "unreachable");
  });
}

TEST_CASE("Refund returns kUnreachable if the connection closes during the TLS handshake", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    ScriptedServer server([](const auto&) { return Reply(); });
    server.ResetAtOnce();
    CHECK(RefundAtUrl(fixture, "https" + server.url().substr(4)) == "unreachable");
  });
}

TEST_CASE("a server with an untrusted certificate receives no request", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    ScriptedServer server([](const auto&) { return Reply(); }, servers::SelfSigned());
    const PaymentOutcome outcome = fixture.make(server.url())->Refund(SampleRefund(fixture), Soon());
    CHECK(KindName(outcome) == "unreachable");
    CHECK_THAT(outcome.message, Catch::Contains("certificate"));
    CHECK(KindName(fixture.make(server.url())->Probe(Soon())) == "unreachable");
    CHECK(server.connections() == 2);
    CHECK(server.handshakes() == 0);
    CHECK(server.requests().empty());
  });
}

TEST_CASE("Refund returns kUnknown if the connection closes after the request body", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, ActReply(Reply::Act::kReset));
    const PaymentOutcome outcome = counterpart.Refund();
    CHECK(KindName(outcome) == "unknown");
    CHECK(outcome.code == "NO_RESPONSE");
    CHECK(counterpart.Requests(Purpose::kRefund).size() == 1);
  });
}

TEST_CASE("Refund returns kUnknown if the connection closes before the response is complete", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    for (Reply reply :
         {PaidReply(fixture), fixture.already_refunded, fixture.bad_key, fixture.rate_limited}) {
      reply.act = Reply::Act::kCutShort;
      CHECK(KindName(OutcomeOfRefund(fixture, reply)) == "unknown");
    }
  });
}

TEST_CASE("Refund returns kUnknown if the connection closes before the request is complete", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, PaidReply(fixture));
    counterpart.server().ResetAfterHead();
    // Without a token, PayPal's provider requests no refund.
    CHECK(KindName(counterpart.Refund()) == (fixture.name == "paypal" ? "unreachable" : "unknown"));
    CHECK(counterpart.server().requests().empty());
  });
}

TEST_CASE("Refund does not repeat a request if a reused connection closes", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, PaidReply(fixture));
    CHECK(KindName(counterpart.Refund()) == "succeeded");
    counterpart.SetReply(ActReply(Reply::Act::kReset));
    CHECK(KindName(counterpart.Refund()) == "unknown");
    CHECK(counterpart.Requests(Purpose::kRefund).size() == 2);
  });
}

TEST_CASE("Refund returns at its deadline even if the response takes longer", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, ActReply(Reply::Act::kStall));
    const absl::Time begin = absl::Now();
    const PaymentOutcome outcome =
        counterpart.provider().Refund(SampleRefund(fixture), Deadline::After(absl::Milliseconds(500)));
    CHECK(KindName(outcome) == "unknown");
    CHECK(absl::Now() - begin < absl::Seconds(2));
    CHECK(counterpart.Requests(Purpose::kRefund).size() == 1);
    const Deadline expired = Deadline::After(absl::ZeroDuration());
    CHECK(KindName(counterpart.provider().Refund(SampleRefund(fixture), expired)) == "unreachable");
    CHECK(counterpart.Requests(Purpose::kRefund).size() == 1);
  });
}

TEST_CASE("a huge response is truncated and never classified as kFailed", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const std::string huge(std::size_t{8} << 20, 'x');
    const auto kind = [&](int status) {
      return KindName(OutcomeOfRefund(fixture, {.status = status, .body = huge, .headers = {}, .act = {}}));
    };
    CHECK(kind(200) == "unknown");
    CHECK(kind(422) == "unreachable");
  });
}

TEST_CASE("a key that is invalid in a header is reported as kConfig, and no request is sent", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, PaidReply(fixture));
    PaymentRefund refund = SampleRefund(fixture);
    refund.idempotency_key = "k\r\nX-Evil: 1";
    const PaymentOutcome outcome = counterpart.provider().Refund(refund, Soon());
    // Braintree's key is part of a JSON body, in which every character is valid.
    CHECK(KindName(outcome) == (fixture.name == "braintree" ? "succeeded" : "config"));
    for (const auto& request : counterpart.server().requests())
      CHECK_FALSE(request.headers.contains("x-evil"));
  });
}

TEST_CASE("concurrent refunds share connections", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, PaidReply(fixture));
    std::vector<std::thread> threads;
    std::vector<int> paid(8);
    for (int& count : paid) {
      threads.emplace_back([&count, &counterpart, &fixture] {
        for (int i = 0; i < 10; ++i) {
          const PaymentOutcome outcome = counterpart.provider().Refund(SampleRefund(fixture), Soon());
          if (outcome.kind == PaymentOutcome::Kind::kSucceeded) ++count;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(paid == std::vector<int>(8, 10));
    CHECK(counterpart.Requests(Purpose::kRefund).size() == 80);
    CHECK(counterpart.Requests(Purpose::kToken).size() <= 1);
    CHECK(counterpart.server().connections() <= 8);
  });
}

}  // namespace
}  // namespace keelson
