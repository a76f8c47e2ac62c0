#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/contract/payments/fixtures.h"

namespace keelson {

// A provider that executes refunds of one payment and recognizes idempotency keys, as the provider's
// documentation describes. Thread-safe.
class SimulatedProvider {
 public:
  explicit SimulatedProvider(const PaymentFixture& fixture) : fixture_(fixture) {}

  // Responds to a request; a script of ScriptedServer.
  Reply Respond(const servers::SeenRequest& request);

  // The next request that refunds is executed, but its response is lost.
  void LoseNextResponse();
  // The provider forgets every idempotency key, but keeps the refunds.
  void ForgetKeys();
  // Whether the provider responds to a search with HTTP 500.
  void SetSearchFails(bool fails);
  // After this number of refunds, the payment is refunded completely.
  void SetMaxRefunds(std::size_t max);
  // Returns the number of refunds that the provider has paid out.
  std::size_t paid();

 private:
  struct Execution {
    std::string body;
    Reply reply;
  };

  Reply Execute(const servers::SeenRequest& request);

  const PaymentFixture& fixture_;
  std::mutex mutex_;
  bool loses_response_ = false;
  bool search_fails_ = false;
  std::size_t max_refunds_ = 100;
  std::map<std::string, Execution> by_key_;
  std::vector<nlohmann::json> refunds_;
};

}  // namespace keelson
