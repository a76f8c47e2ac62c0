// Tests every provider with every kind of response.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "tests/contract/payments/fixtures.h"

namespace keelson {
namespace {

using nlohmann::json;
using servers::ScriptedServer;

std::string KindOfReply(const PaymentFixture& fixture, const Reply& reply) {
  return KindName(OutcomeOfRefund(fixture, reply));
}

Reply BodyReply(int status, std::string body) {
  return {.status = status, .body = std::move(body), .headers = {}, .act = {}};
}

json SampleAt(const PaymentFixture& fixture, RefundAt state) {
  return fixture.refund("re-1", kSampleKey, state);
}

TEST_CASE("a request has the documented form, and kSucceeded contains the provider's reference",
          "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, fixture.refunded(SampleAt(fixture, RefundAt::kPaid)));
    const PaymentOutcome outcome = counterpart.Refund();
    CHECK(KindName(outcome) == "succeeded");
    CHECK(outcome.provider_reference == "re-1");
    CHECK_FALSE(outcome.retry_after);
    CHECK(counterpart.provider().name() == fixture.name);
    const auto requests = counterpart.Requests(Purpose::kRefund);
    REQUIRE(requests.size() == 1);
    CHECK_THAT(fixture.misformed(requests[0]), Catch::Equals(""));
    CHECK(counterpart.Requests(Purpose::kSearch).empty());
  });
}

TEST_CASE("a pending refund has a reference, and a rejected refund has the provider's code", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const PaymentOutcome open =
        OutcomeOfRefund(fixture, fixture.refunded(SampleAt(fixture, RefundAt::kOpen)));
    CHECK(KindName(open) == "pending");
    CHECK(open.provider_reference == "re-1");
    CHECK(open.code == fixture.open_code);
    const PaymentOutcome rejected =
        OutcomeOfRefund(fixture, fixture.refunded(SampleAt(fixture, RefundAt::kRejected)));
    CHECK(KindName(rejected) == "failed");
    CHECK(rejected.code == fixture.rejected_code);
  });
}

TEST_CASE("a state that the provider does not document is classified as kUnknown", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    json refund = SampleAt(fixture, RefundAt::kPaid);
    for (const json& status : {json("exploded"), json(7), json()}) {
      refund["status"] = status;
      CHECK(KindOfReply(fixture, fixture.refunded(refund)) == "unknown");
    }
    refund = SampleAt(fixture, RefundAt::kPaid);
    refund.erase("id");
    CHECK(KindOfReply(fixture, fixture.refunded(refund)) == "unknown");
  });
}

TEST_CASE("a repeated request has the same bytes and the same idempotency key", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, fixture.refunded(SampleAt(fixture, RefundAt::kPaid)));
    counterpart.Refund();
    const PaymentOutcome repeated =
        counterpart.provider().Refund(RepeatedRefund(fixture, absl::Minutes(1)), Soon());
    CHECK(KindName(repeated) == "succeeded");
    const auto requests = counterpart.Requests(Purpose::kRefund);
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].body == requests[1].body);
    CHECK(fixture.key_of(requests[0]) == kSampleKey);
    CHECK(fixture.key_of(requests[1]) == kSampleKey);
    CHECK(counterpart.server().connections() == 1);
  });
}

TEST_CASE(
    "after a rate limit, the retry delay is Retry-After, or one second if the header is missing or invalid",
    "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Reply reply = fixture.rate_limited;
    CHECK(KindOfReply(fixture, reply) == "retry");
    CHECK(OutcomeOfRefund(fixture, reply).retry_after == absl::Seconds(1));
    reply.headers.emplace_back("Retry-After: 17");
    CHECK(OutcomeOfRefund(fixture, reply).retry_after == absl::Seconds(17));
    reply.headers.back() =
        "retry-after: " +
        absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now() + absl::Seconds(60), absl::UTCTimeZone());
    const auto after = OutcomeOfRefund(fixture, reply).retry_after;
    REQUIRE(after);
    CHECK(*after > absl::Seconds(50));
    CHECK(*after <= absl::Seconds(60));
    reply.headers.back() = "Retry-After: soon";
    CHECK(OutcomeOfRefund(fixture, reply).retry_after == absl::Seconds(1));
  });
}

TEST_CASE("a refund of an unsettled payment is retried without a pause of the provider", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    if (!fixture.not_settled) return;
    const PaymentOutcome outcome = OutcomeOfRefund(fixture, *fixture.not_settled);
    CHECK(KindName(outcome) == "retry");
    CHECK_FALSE(outcome.retry_after);
  });
}

TEST_CASE("an invalid key, a rejected refund, a request in flight and a reused key have different outcomes",
          "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    CHECK(KindOfReply(fixture, fixture.bad_key) == "config");
    const PaymentOutcome rejected = OutcomeOfRefund(fixture, fixture.already_refunded);
    CHECK(KindName(rejected) == "failed");
    CHECK(rejected.code == fixture.already_refunded_code);
    CHECK(KindOfReply(fixture, fixture.in_flight) == "unknown");
    CHECK(KindOfReply(fixture, fixture.key_reused) == "unknown");
  });
}

TEST_CASE("every HTTP 5xx response is classified as kUnknown, and the request is sent once", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    for (const int status : {500, 502, 503, 504}) {
      Counterpart counterpart(fixture, BodyReply(status, "{}"));
      CHECK(KindName(counterpart.Refund()) == "unknown");
      CHECK(counterpart.Requests(Purpose::kRefund).size() == 1);
    }
  });
}

TEST_CASE("an HTML response is classified by its HTTP status, and never as kFailed", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const auto kind = [&](int status) {
      return KindOfReply(fixture, BodyReply(status, "<html><body>\x01\xff</body></html>"));
    };
    CHECK(kind(200) == "unknown");
    CHECK(kind(400) == "unreachable");
    CHECK(kind(403) == "config");
    CHECK(kind(404) == "config");
    CHECK(kind(409) == "unknown");
    CHECK(kind(422) == "unreachable");
    CHECK(kind(502) == "unknown");
  });
}

TEST_CASE("a redirect is not followed", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    for (const int status : {301, 302, 307, 308}) {
      Counterpart counterpart(fixture, fixture.bad_key);
      Reply redirect = BodyReply(status, "");
      redirect.headers = {"Location: " + counterpart.server().url() + "/v1/elsewhere"};
      counterpart.SetReply(redirect);
      CHECK(KindName(counterpart.Refund()) == "config");
      CHECK(counterpart.Requests(Purpose::kRefund).size() == 1);
    }
  });
}

TEST_CASE("a 422 response without an error code is classified as kUnreachable", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    for (const char* body :
         {"[]", "null", "7", R"({"error":{},"errors":[7],"details":[7],"name":{},"message":{}})", "{", ""}) {
      INFO(body);
      CHECK(KindOfReply(fixture, BodyReply(422, body)) == "unreachable");
    }
  });
}

TEST_CASE("an outcome contains no secret and no control character", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const std::string words = absl::StrJoin(fixture.secrets, " ") + "\r\n\u0085" + std::string(5000, 'x');
    const json error = {{"type", words}, {"code", words}, {"message", words}};
    const json issue = {{"issue", words}, {"description", words}};
    const json graphql = {{"message", words}, {"extensions", {{"legacyCode", words}}}};
    const json body = {{"error", error},
                       {"name", words},
                       {"debug_id", words},
                       {"details", json::array({issue})},
                       {"errors", json::array({graphql})}};
    CHECK(KindOfReply(fixture, JsonReply(400, body)) == "failed");
    json refund = SampleAt(fixture, RefundAt::kRejected);
    refund["failure_reason"] = words;
    refund["status_details"] = {{"reason", words}};
    CHECK(KindOfReply(fixture, fixture.refunded(refund)) == "failed");
  });
}

TEST_CASE("a reference that is unsafe in a URL or a header is rejected, and no request is sent",
          "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, fixture.refunded(SampleAt(fixture, RefundAt::kPaid)));
    for (const std::string& reference :
         {std::string("../../v1/charges"), std::string("ch_1/capture"), std::string("ch_1?x=y"),
          std::string("ch_1#x"), std::string("ch_1%2f"), std::string("ch_1\r\nX-Evil: 1"),
          std::string("ch 1"), std::string(".."), std::string("ch_\xc3\xa9"), std::string(),
          std::string(256, 'a')}) {
      CAPTURE(reference);
      PaymentRefund refund = SampleRefund(fixture);
      refund.payment_reference = reference;
      const PaymentOutcome outcome = counterpart.provider().Refund(refund, Soon());
      CHECK(KindName(outcome) == "failed");
      CHECK(outcome.code == "PAYMENT_REFERENCE_INVALID");
      CheckClean(fixture, outcome);
      CHECK(KindName(counterpart.provider().FindRefund(refund, "", Soon())) == "not_found");
    }
    CHECK(counterpart.server().requests().empty());
  });
}

TEST_CASE("an amount of zero or less is rejected, and no request is sent", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, fixture.refunded(SampleAt(fixture, RefundAt::kPaid)));
    for (const std::int64_t units : {std::int64_t{0}, std::int64_t{-1250}}) {
      PaymentRefund refund = SampleRefund(fixture);
      refund.amount.minor_units = units;
      const PaymentOutcome outcome = counterpart.provider().Refund(refund, Soon());
      CHECK(KindName(outcome) == "failed");
      CHECK(outcome.code == "AMOUNT_NOT_POSITIVE");
    }
    CHECK(counterpart.server().requests().empty());
  });
}

TEST_CASE("FindRefund by reference returns the state of the refund, and changes nothing", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, fixture.looked_up(SampleAt(fixture, RefundAt::kPaid)));
    const auto find = [&] {
      const PaymentOutcome outcome = counterpart.provider().FindRefund(SampleRefund(fixture), "re-1", Soon());
      CheckClean(fixture, outcome);
      return outcome;
    };
    CHECK(KindName(find()) == "succeeded");
    CHECK(find().provider_reference == "re-1");
    counterpart.SetReply(fixture.looked_up(SampleAt(fixture, RefundAt::kOpen)));
    CHECK(KindName(find()) == "pending");
    counterpart.SetReply(fixture.looked_up(SampleAt(fixture, RefundAt::kRejected)));
    CHECK(KindName(find()) == "failed");
    CHECK(find().code == fixture.rejected_code);
    counterpart.SetReply(fixture.missing);
    CHECK(KindName(find()) == "not_found");
    CHECK(counterpart.Requests(Purpose::kRefund).empty());
    CHECK(counterpart.Requests(Purpose::kSearch).empty());
    CHECK(counterpart.Requests(Purpose::kLookup).size() == 6);
  });
}

TEST_CASE("an error of a lookup or a search is never classified as kFailed or kNotFound", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const auto find = [&](const Reply& reply, const std::string& reference) {
      ScriptedServer server([&](const servers::SeenRequest& request) {
        return fixture.purpose_of(request) == Purpose::kToken ? TokenReply() : reply;
      });
      const PaymentOutcome outcome =
          fixture.make(server.url())->FindRefund(SampleRefund(fixture), reference, Soon());
      CheckClean(fixture, outcome);
      return KindName(outcome);
    };
    for (const std::string& reference : {std::string("re-1"), std::string()}) {
      CAPTURE(reference);
      CHECK(find(fixture.already_refunded, reference) == "unknown");
      CHECK(find(fixture.bad_key, reference) == "config");
      CHECK(find(fixture.rate_limited, reference) == "retry");
      CHECK(find(BodyReply(200, "<html>"), reference) == "unknown");
      CHECK(find(BodyReply(200, "{}"), reference) == "unknown");
      CHECK(find(BodyReply(404, "<html>"), reference) == "config");
      CHECK(find(BodyReply(500, "{}"), reference) == "unknown");
      CHECK(find({.status = 0, .body = "", .headers = {}, .act = Reply::Act::kReset}, reference) ==
            "unknown");
    }
    CHECK(find(fixture.missing, "../re-1") == "unknown");
  });
}

TEST_CASE("FindRefund without a reference finds the refund with the idempotency key", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const auto script = [&fixture](std::vector<json> refunds) {
      return [&fixture, refunds = std::move(refunds)](const servers::SeenRequest& request) {
        if (fixture.purpose_of(request) == Purpose::kToken) return TokenReply();
        return fixture.searched(request, refunds);
      };
    };
    const json earlier = fixture.refund("re-2", "refund_01hf7yat00e8r8e2dhp52c4m2r", RefundAt::kRejected);
    const json other = fixture.refund("re-3", "another", RefundAt::kPaid);
    ScriptedServer server(script({earlier, other}));
    const auto provider = fixture.make(server.url());
    const auto find = [&] { return provider->FindRefund(SampleRefund(fixture), "", Soon()); };
    CHECK(KindName(find()) == "not_found");
    server.SetScript(script({earlier, other, SampleAt(fixture, RefundAt::kOpen)}));
    CHECK(KindName(find()) == "pending");
    CHECK(find().provider_reference == "re-1");
  });
}

TEST_CASE("Probe sends one request that changes nothing, and returns kConfig for an invalid key",
          "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    const auto probe = [&](const Reply& reply) {
      ScriptedServer server([&](const servers::SeenRequest&) { return reply; });
      const PaymentOutcome outcome = fixture.make(server.url())->Probe(Soon());
      CheckClean(fixture, outcome);
      const auto requests = server.requests();
      REQUIRE(requests.size() == 1);
      CHECK(requests[0].method + " " + requests[0].target == fixture.probe);
      CHECK(fixture.purpose_of(requests[0]) != Purpose::kRefund);
      return KindName(outcome);
    };
    CHECK(probe(fixture.probed) == "succeeded");
    CHECK(probe(fixture.bad_key) == "config");
    CHECK(probe(fixture.rate_limited) == "retry");
    CHECK(probe(BodyReply(200, "<html>")) == "config");
    CHECK(probe(BodyReply(302, "")) == "config");
    CHECK(probe(BodyReply(500, "")) == "unreachable");
  });
}

TEST_CASE("trailing slashes of the base URL do not change the request path", "[payments]") {
  ForEveryProvider([](const PaymentFixture& fixture) {
    Counterpart counterpart(fixture, fixture.refunded(SampleAt(fixture, RefundAt::kPaid)));
    for (const char* end : {"", "/", "//"}) {
      const auto provider = fixture.make(counterpart.server().url() + end);
      CHECK(KindName(provider->Refund(SampleRefund(fixture), Soon())) == "succeeded");
    }
    const auto requests = counterpart.Requests(Purpose::kRefund);
    REQUIRE(requests.size() == 3);
    CHECK(requests[1].target == requests[0].target);
    CHECK(requests[2].target == requests[0].target);
  });
}

}  // namespace
}  // namespace keelson
