#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/e2e/support/service_process.h"
#include "tests/support/http/scripted_server.h"

namespace keelson::e2e {

// A simulation of Resend's HTTP API: it accepts a message once per idempotency key, and records keys that are
// sent with different bodies. Thread-safe.
class MailApi {
 public:
  struct Request {
    std::string key;
    std::string to;
    std::string text;
    // Number of earlier requests with the same key.
    int repeats = 0;
    // True if the provider has accepted the message, by this request or an earlier one.
    bool taken = false;
  };
  using Responder = std::function<servers::ScriptedAnswer(const Request&)>;

  static servers::ScriptedAnswer Accepted(const Request& request);

  // `refuse` returns the error response for a message, or Accepted; `respond` returns the response for
  // an accepted message. Calls to both functions are serialized.
  explicit MailApi(Responder refuse = Accepted, Responder respond = Accepted);

  // Settings for a service that sends through this provider, optionally followed by the file provider.
  ServiceProcess::Settings settings(bool then_file = false) const;

  // Returns the accepted messages by idempotency key.
  std::map<std::string, Request> taken();
  // Returns all send requests in order of arrival.
  std::vector<Request> requests();
  // Returns the idempotency keys that the service sent with different bodies.
  std::vector<std::string> changed();

 private:
  servers::ScriptedAnswer Handle(const servers::SeenRequest& seen);

  const Responder refuse_;
  const Responder respond_;
  std::mutex mutex_;
  std::map<std::string, Request> taken_;
  std::map<std::string, std::string> bodies_;
  std::vector<Request> requests_;
  std::vector<std::string> changed_;
  servers::ScriptedServer server_;
};

}  // namespace keelson::e2e
