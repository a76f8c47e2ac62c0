#include "adapters/email/log/log_email_provider.h"

#include <catch2/catch.hpp>
#include <string>

namespace keelson {
namespace {

class RecordingLog final : public Log {
 public:
  using Log::Write;
  bool Enabled(Severity) const override { return true; }
  void Write(Severity, std::string_view event_name, std::string_view message, Fields fields) override {
    text.append(event_name).append(" ").append(message);
    for (const auto& [name, value] : fields) text.append(" ").append(name).append("=").append(value);
  }

  std::string text;
};

}  // namespace

TEST_CASE("the log line contains the message's id, but neither content nor addresses") {
  RecordingLog log;
  LogEmailProvider provider(log);
  Email email;
  email.id = *MessageId::Parse("message_01hf7yat00e8r8e2dhp52c4m2r");
  email.from = "Sender <sender@example.com>";
  email.to = "ada@example.org";
  email.content = {"Subject", "Body with T0KEN", "<p>T0KEN</p>", "de"};
  const SendOutcome outcome = provider.Send(email, Deadline::Never());
  CHECK(outcome.kind == SendOutcome::Kind::kAccepted);
  CHECK(log.text.find("message_id=message_01hf7yat00e8r8e2dhp52c4m2r") != std::string::npos);
  CHECK(log.text.find("language=de") != std::string::npos);
  CHECK(log.text.find("text_bytes=15") != std::string::npos);
  for (const std::string secret : {"T0KEN", "Subject", "ada", "sender", "Body"}) {
    CHECK(log.text.find(secret) == std::string::npos);
  }
}

}  // namespace keelson
