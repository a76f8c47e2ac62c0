// Every e-mail provider, each before a server that speaks as the provider documents it.
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

// To add a provider, write one of these and its line in fixtures.cc. An answer that a provider does not
// document is left out: the test names it and passes it by.
struct EmailFixture {
  std::string name;
  std::function<std::unique_ptr<EmailProvider>(const std::string& base_url)> make;
  // What is wrong with the request to send SampleEmail(), by the provider's documents; empty: nothing.
  std::function<std::string(const servers::SeenRequest&)> misformed;
  // Method and path of the probe.
  std::string probe;
  Reply accepted;
  // The id that the accepting answer gives.
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
// What the provider of this name says of SampleEmail(), or of a probe, where its server answers `reply`.
SendOutcome OutcomeOfSend(const std::string& name, const Reply& reply);
SendOutcome OutcomeOfProbe(const std::string& name, const Reply& reply);
// From now, ten seconds.
Deadline Soon();

}  // namespace keelson
