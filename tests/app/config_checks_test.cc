#include <catch2/catch.hpp>

#include "app/config/checks.h"
#include "core/common/strings.h"
#include "tests/app/config_fixture.h"

namespace keelson {
namespace {

std::string MistakesOf(std::vector<std::string> settings) {
  const ConfigFixture fixture;
  return fixture.Mistakes(fixture.LoadSettings(std::move(settings)));
}

const std::string kToken(64, 'a');

TEST_CASE("only addresses of this machine are the loopback") {
  for (const char* listen : {"127.0.0.1:1", "127.8.0.1:1", "localhost:1", "[::1]:1"}) {
    INFO(listen);
    CHECK(IsLoopback(listen));
  }
  for (const char* listen : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "example.com:1", "localhost.example.com:1",
                             "127.0.0.1.example.com:1"}) {
    INFO(listen);
    CHECK_FALSE(IsLoopback(listen));
  }
}

TEST_CASE("an address off the loopback needs tls and auth, unless it is insecure on purpose") {
  const std::string refused =
      "--set: server.listen is off the loopback: it needs server.tls.cert and an auth.mode, or "
      "server.insecure = true";
  CHECK(MistakesOf({"server.listen=0.0.0.0:1"}) == refused);
  CHECK(MistakesOf({"server.listen=0.0.0.0:1", "server.tls.cert=c", "server.tls.key=k"}) == refused);
  CHECK(MistakesOf({"server.listen=0.0.0.0:1", "server.insecure=true"}) == "");
  CHECK(MistakesOf({"server.listen=0.0.0.0:1", "server.tls.cert=c", "server.tls.key=k", "auth.mode=token",
                    "auth.clients=[{name='a',roles=['reader'],token_sha256='" + kToken + "'}]"}) == "");
}

TEST_CASE("an address must have a host and a port") {
  for (const char* listen :
       {"", "localhost", ":1", "localhost:", "localhost:x", "localhost:65536", "::1:1"}) {
    INFO(listen);
    CHECK(MistakesOf({std::string("server.listen=") + listen}) == "--set: server.listen must be HOST:PORT");
  }
  CHECK(MistakesOf({"telemetry.metrics_listen=x"}) ==
        "--set: telemetry.metrics_listen must be HOST:PORT or empty");
  CHECK(MistakesOf({"telemetry.metrics_listen="}) == "");
}

TEST_CASE("tls comes whole") {
  CHECK(MistakesOf({"server.tls.cert=c"}) ==
        "--set: server.tls.cert and server.tls.key must be given together");
  CHECK(MistakesOf({"server.tls.key=c"}) ==
        "--set: server.tls.cert and server.tls.key must be given together");
  CHECK(MistakesOf({"server.tls.client_ca=c"}) ==
        "--set: server.tls.client_ca needs server.tls.cert and server.tls.key");
}

TEST_CASE("a mode that tells callers apart needs callers it can tell apart") {
  CHECK(MistakesOf({"auth.mode=token"}) == "--set: auth.mode token needs at least one [[auth.clients]]");
  CHECK(MistakesOf({"auth.mode=mtls", "auth.clients=[{name='a',roles=['reader'],certificate_name='a'}]"}) ==
        "--set: auth.mode mtls needs server.tls.client_ca");
  CHECK(MistakesOf({"auth.mode=token", "auth.clients=[{name='a',roles=['reader']},{name='a',roles=[]}]"}) ==
        "--set: auth.clients number 1 needs a token_sha256 for mode token\n"
        "--set: auth.clients number 2 needs roles\n"
        "--set: auth.clients number 2 has the name of an earlier one");
}

TEST_CASE("an empty list of strings is refused for every key") {
  const ConfigFixture fixture;
  std::vector<std::string> lists;
  for (const Key& key : fixture.schema().keys()) {
    if (std::holds_alternative<MemberOf<std::vector<std::string>>>(key.place) ||
        std::holds_alternative<MemberOf<std::set<OrderState>>>(key.place)) {
      lists.push_back(key.name);
    }
  }
  CHECK(lists == std::vector<std::string>{"email.providers", "refunds.states"});
  for (const std::string& list : lists) {
    CHECK(MistakesOf({list + "=[]"}) == StrCat("--set: ", list, " must name one at least"));
  }
}

TEST_CASE("times and sizes that must fit each other do") {
  CHECK(MistakesOf({"email.dispatch.timeout=2m"}) ==
        "--set: email.dispatch.lease must be longer than email.dispatch.timeout");
  CHECK(MistakesOf({"email.dispatch.base_delay=1h"}) ==
        "--set: email.dispatch.max_delay must not be shorter than email.dispatch.base_delay");
  CHECK(MistakesOf({"passwords.argon2_memory=8KiB", "passwords.argon2_parallelism=2"}) ==
        "--set: passwords.argon2_memory must be 8KiB at least for each of passwords.argon2_parallelism");
  CHECK(MistakesOf({"passwords.memory_budget=1MiB"}) ==
        "--set: passwords.memory_budget must not be less than passwords.argon2_memory");
}

TEST_CASE("a listed provider has its keys, each of which is asked for by itself") {
  AdapterNames adapters = TestAdapters();
  adapters.email_providers = {"file", "sendgrid", "postmark", "ses", "mailgun", "resend", "brevo"};
  const ConfigFixture fixture(adapters);
  const auto mistakes = [&fixture](std::vector<std::string> settings) {
    return fixture.Mistakes(fixture.LoadSettings(std::move(settings)));
  };
  CHECK(mistakes({"email.providers=['ses']"}) ==
        "--set: email.ses.region must not be empty where email.providers lists ses\n"
        "--set: email.ses.access_key_id must not be empty where email.providers lists ses\n"
        "--set: email.ses.secret_access_key must not be empty where email.providers lists ses");
  CHECK(mistakes({"email.providers=['file','mailgun']", "email.mailgun.api_key=k"}) ==
        "--set: email.mailgun.domain must not be empty where email.providers lists mailgun");
  for (const std::string provider : {"sendgrid", "postmark", "resend", "brevo"}) {
    const std::string listed = StrCat("email.providers=['", provider, "']");
    CHECK(mistakes({listed}) == StrCat("--set: email.", provider,
                                       ".api_key must not be empty where email.providers lists ", provider));
    CHECK(mistakes({listed, StrCat("email.", provider, ".api_key=k")}).empty());
  }
}

TEST_CASE("smtp has a host, and a password goes in the clear on this machine alone") {
  AdapterNames adapters = TestAdapters();
  adapters.email_providers = {"file", "smtp"};
  const ConfigFixture fixture(adapters);
  const auto mistakes = [&fixture](std::vector<std::string> settings) {
    return fixture.Mistakes(fixture.LoadSettings(std::move(settings)));
  };
  CHECK(mistakes({"email.providers=['smtp']", "email.smtp.host="}) ==
        "--set: email.smtp.host must not be empty where email.providers lists smtp");
  const std::string heard =
      "--set: email.smtp.username would go to email.smtp.host in the clear: it needs email.smtp.tls starttls "
      "or implicit";
  CHECK(mistakes({"email.smtp.host=relay.example", "email.smtp.tls=none", "email.smtp.username=u"}) == heard);
  CHECK(mistakes({"email.smtp.host=relay.example", "email.smtp.tls=none"}).empty());
  CHECK(mistakes({"email.smtp.host=relay.example", "email.smtp.username=u"}).empty());
  for (const std::string host : {"localhost", "127.0.0.1", "::1", "[::1]"}) {
    CHECK(mistakes({"email.smtp.host=\"" + host + "\"", "email.smtp.tls=none", "email.smtp.username=u"})
              .empty());
  }
}

TEST_CASE("what could not be read is not judged a second time") {
  CHECK(MistakesOf({"email.dispatch.lease=soon", "email.dispatch.timeout=3m"}) ==
        "--set: email.dispatch.lease must be a duration such as \"30s\" or \"24h\", from 1s to 24h");
}

}  // namespace
}  // namespace keelson
