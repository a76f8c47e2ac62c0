#include <catch2/catch.hpp>

#include "acme_email_provider.h"
#include "tests/contract/email/fixtures.h"

namespace keelson {
namespace {

TEST_CASE("the README's example provider sends a request and translates responses", "[email]") {
  servers::ScriptedServer server([](const auto&) {
    return Reply{.status = 200, .body = R"({"id":"acme-1"})", .headers = {}, .act = {}};
  });
  AcmeEmailProvider provider({.key = Secret(kTestKey), .base_url = server.url()});
  CHECK(provider.Send(SampleEmail(), Soon()).provider_message_id == "acme-1");
  CHECK(provider.Probe(Soon()).kind == SendOutcome::Kind::kAccepted);
  server.SetScript([](const auto&) {
    return Reply{.status = 422, .body = R"({"code":"no_such_mailbox"})", .headers = {}, .act = {}};
  });
  CHECK(provider.Send(SampleEmail(), Soon()).kind == SendOutcome::Kind::kRecipientRejected);
}

}  // namespace
}  // namespace keelson
