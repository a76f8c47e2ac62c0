// Every payment provider with an HTTP API, with a scripted server that sends the provider's documented
// responses.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/common/deadline.h"
#include "core/refunds/payment_provider.h"
#include "tests/support/http/scripted_server.h"

namespace keelson {

using Reply = servers::ScriptedAnswer;

// The purpose of a request to a provider.
enum class Purpose { kToken, kRefund, kLookup, kSearch, kProbe };
// The state of a refund at a provider.
enum class RefundAt { kPaid, kOpen, kRejected };

// To add a provider, write a function that returns its fixture, and call it in PaymentFixtures. A response
// that the provider does not document is nullopt: the tests skip the response.
struct PaymentFixture {
  std::string name;
  std::function<std::unique_ptr<PaymentProvider>(const std::string& base_url)> make;
  std::string payment_reference;
  std::function<Purpose(const servers::SeenRequest&)> purpose_of;
  // Returns the idempotency key of a request that refunds.
  std::function<std::string(const servers::SeenRequest&)> key_of;
  // Compares the request for SampleRefund() with the provider's documentation. Returns the differences, or an
  // empty text.
  std::function<std::string(const servers::SeenRequest&)> misformed;
  // A refund as the provider's API represents it.
  std::function<nlohmann::json(const std::string& id, const std::string& key, RefundAt)> refund;
  // The responses to a request that refunds, to a lookup, and to the requests of a search.
  std::function<Reply(const nlohmann::json& refund)> refunded;
  std::function<Reply(const nlohmann::json& refund)> looked_up;
  std::function<Reply(const servers::SeenRequest&, const std::vector<nlohmann::json>& refunds)> searched;
  // The codes of a pending and of a rejected refund.
  std::string open_code;
  std::string rejected_code;
  // The response to a lookup of an unknown refund.
  Reply missing;
  // Method and path of the probe, and the response to it.
  std::string probe;
  Reply probed;
  Reply bad_key;
  Reply rate_limited;
  // The payment is already refunded completely, and the provider's code for it.
  Reply already_refunded;
  std::string already_refunded_code;
  // The first request with this idempotency key is in progress; the key was sent with other parameters.
  Reply in_flight;
  Reply key_reused;
  // This refund must wait, but other refunds need not.
  std::optional<Reply> not_settled;
  // Values that must not occur in an outcome.
  std::vector<std::string> secrets;
};

const std::vector<PaymentFixture>& PaymentFixtures();
const PaymentFixture& FixtureOf(const std::string& name);
// Calls `holds` in a section for each fixture.
void ForEveryProvider(const std::function<void(const PaymentFixture&)>& holds);

inline constexpr char kTestKey[] = "K3Y-that-nobody-may-see";
inline constexpr char kTestToken[] = "T0KEN";
inline constexpr char kSampleKey[] = "refund_01hf7yat00e8r8e2dhp52c4m2r-1";

// A first attempt, now.
PaymentRefund SampleRefund(const PaymentFixture& fixture);
// A repeated attempt of SampleRefund, whose first attempt began `age` ago.
PaymentRefund RepeatedRefund(const PaymentFixture& fixture, absl::Duration age);

Reply JsonReply(int status, const nlohmann::json& body, std::vector<std::string> headers = {});
Reply TokenReply();

// A provider, and a server that responds with `reply` to every request, except that it grants tokens and
// finds no refund.
class Counterpart {
 public:
  Counterpart(const PaymentFixture& fixture, Reply reply);

  PaymentOutcome Refund();
  PaymentProvider& provider() { return *provider_; }
  servers::ScriptedServer& server() { return server_; }
  void SetReply(Reply reply);
  // Returns the requests with this purpose.
  std::vector<servers::SeenRequest> Requests(Purpose purpose);

 private:
  const PaymentFixture& fixture_;
  servers::ScriptedServer server_;
  std::unique_ptr<PaymentProvider> provider_;
};

// Checks that the texts of an outcome are short, valid and without secrets.
void CheckClean(const PaymentFixture& fixture, const PaymentOutcome& outcome);
// Returns the outcome of refunding SampleRefund() if the provider's server responds with `reply`.
PaymentOutcome OutcomeOfRefund(const PaymentFixture& fixture, const Reply& reply);
// Returns the name of the outcome's kind, which Catch2 prints.
std::string KindName(const PaymentOutcome& outcome);
std::string KindName(PaymentOutcome::Kind kind);
// Returns a deadline ten seconds from now.
Deadline Soon();

}  // namespace keelson
