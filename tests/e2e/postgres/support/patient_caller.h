#pragma once

#include <cstddef>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/e2e/postgres/support/fleet.h"
#include "tests/e2e/support/await.h"

namespace keelson::e2e {

// Calls the services of a fleet in turn, and repeats a call on the next service while it returns UNAVAILABLE.
// Every request therefore needs a request id. Remembers all responses. Not thread-safe: each thread
// needs its own caller. Makes no Catch assertions, because Catch is not thread-safe.
class PatientCaller {
 public:
  explicit PatientCaller(const Fleet& fleet, std::size_t first = 0);

  // Returns the response. Throws if the call fails with an error other than UNAVAILABLE.
  template <typename Service, typename Request, typename Response>
  Response Ask(grpc::Status (Service::*method)(grpc::ClientContext*, const Request&, Response*),
               const std::string& request) {
    const auto send = [method, request](const Client& client) { return client(method, request); };
    const CallResult<Response> answer = Insist(send);
    if (!answer.ok()) throw std::runtime_error(Outcome(answer) + " for " + request);
    answered_.push_back({request, answer.value.SerializeAsString(), [send](PatientCaller& self) {
                           return self.Insist(send).value.SerializeAsString();
                         }});
    return answer.value;
  }

  // Sends every request again. Returns the requests whose response differs from the first one; empty if all
  // are equal.
  std::string RepeatAll();

 private:
  struct Answered {
    std::string request;
    std::string answer;
    std::function<std::string(PatientCaller&)> repeat;
  };

  template <typename Send>
  auto Insist(const Send& send) {
    auto answer = send(Next());
    Await([&] {
      if (answer.status.error_code() != grpc::StatusCode::UNAVAILABLE) return true;
      answer = send(Next());
      return false;
    });
    return answer;
  }
  const Client& Next() { return clients_[next_++ % clients_.size()]; }

  std::vector<Client> clients_;
  std::size_t next_;
  std::vector<Answered> answered_;
};

}  // namespace keelson::e2e
