#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "tests/e2e/support/service_process.h"
#include "tests/support/http/scripted_server.h"

namespace keelson::e2e {

// A provider of e-mail over HTTP as Resend documents itself: it takes a message once for each idempotency
// key, and refuses a key that comes with another body. Thread-safe.
class MailApi {
 public:
  struct Request {
    std::string key;
    std::string to;
    std::string text;
    // How often the key came before.
    int repeats = 0;
    // The provider has it, now or from before.
    bool taken = false;
  };
  using Answer = std::function<servers::ScriptedAnswer(const Request&)>;

  static servers::ScriptedAnswer Accepted(const Request& request);

  // `refuse` says what is answered in the place of taking a message, or Accepted; `answer` what is once it is
  // taken. Both are called by one thread at a time.
  explicit MailApi(Answer refuse = Accepted, Answer answer = Accepted);

  // What has a service send by it, then by the file provider where asked for.
  ServiceProcess::Settings settings(bool then_file = false) const;

  // The messages that were taken, by key.
  std::map<std::string, Request> taken();
  // All requests to send, in the order they came.
  std::vector<Request> requests();
  // The keys that came with more than one body.
  std::vector<std::string> changed();

 private:
  servers::ScriptedAnswer Handle(const servers::SeenRequest& seen);

  const Answer refuse_;
  const Answer answer_;
  std::mutex mutex_;
  std::map<std::string, Request> taken_;
  std::map<std::string, std::string> bodies_;
  std::vector<Request> requests_;
  std::vector<std::string> changed_;
  servers::ScriptedServer server_;
};

}  // namespace keelson::e2e
