// Tests the verification of the provider's TLS certificate.
#include <curl/curl.h>

#include <catch2/catch.hpp>

#include "tests/contract/email/fixtures.h"
#include "tests/support/http/self_signed.h"

namespace keelson {
namespace {

using servers::ScriptedServer;

std::size_t Discard(char*, std::size_t, std::size_t size, void*) {
  return size;
}

// Returns the result of a request by a client that accepts any certificate.
CURLcode PostCarelessly(const std::string& url) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, "hello");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Discard);
  return curl_easy_perform(curl.get());
}

TEST_CASE("a server with an untrusted certificate receives no request", "[email]") {
  for (const EmailFixture& fixture : HttpEmailFixtures()) {
    DYNAMIC_SECTION(fixture.name) {
      ScriptedServer server([&fixture](const auto&) { return fixture.accepted; }, servers::SelfSigned());
      const auto provider = fixture.make(server.url());
      const SendOutcome sent = provider->Send(SampleEmail(), Soon());
      CHECK(sent.kind == SendOutcome::Kind::kUnreachable);
      CHECK_THAT(sent.error, Catch::Contains("certificate"));
      CHECK(provider->Probe(Soon()).kind == SendOutcome::Kind::kUnreachable);
      CHECK(server.connections() == 2);
      CHECK(server.handshakes() == 0);
      CHECK(server.requests().empty());
      // The server works: a client that accepts any certificate gets a response.
      REQUIRE(PostCarelessly(server.url()) == CURLE_OK);
      CHECK(server.handshakes() == 1);
      REQUIRE(server.requests().size() == 1);
      CHECK(server.requests()[0].body == "hello");
    }
  }
}

}  // namespace
}  // namespace keelson
