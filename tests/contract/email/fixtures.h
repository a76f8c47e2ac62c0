// Every HTTP e-mail provider, with a scripted server that sends the provider's documented responses.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/common/deadline.h"
#include "core/notifications/email_provider.h"
#include "tests/support/http/scripted_server.h"

namespace keelson {

using Reply = servers::ScriptedAnswer;

// To add a provider, write a function that returns its fixture, and call it in HttpEmailFixtures. A response
// that the provider does not document is nullopt: the tests skip the response.
struct EmailFixture {
  std::string name;
  std::function<std::unique_ptr<EmailProvider>(const std::string& base_url)> make;
  // Compares the request for SampleEmail() with the provider's documentation. Returns the differences, or an
  // empty text.
  std::function<std::string(const servers::SeenRequest&)> misformed;
  // Method and path of the probe.
  std::string probe;
  Reply accepted;
  // The message id in the response `accepted`.
  std::string id;
  Reply bad_key;
  Reply rate_limited;
  std::optional<Reply> quota;
  Reply rejected_message;
  std::optional<Reply> rejected_recipient;
};

const std::vector<EmailFixture>& HttpEmailFixtures();
const EmailFixture& FixtureOf(const std::string& name);

inline constexpr char kTestKey[] = "K3Y-that-nobody-may-see";
Email SampleEmail();
// Return the outcome of sending SampleEmail(), or of a probe, if the provider's server responds with `reply`.
SendOutcome OutcomeOfSend(const std::string& name, const Reply& reply);
SendOutcome OutcomeOfProbe(const std::string& name, const Reply& reply);
// Returns a deadline ten seconds from now.
Deadline Soon();

}  // namespace keelson
