#include <catch2/catch.hpp>

#include "app/config/checks.h"
#include "app/config/product_name.h"
#include "core/common/strings.h"
#include "tests/app/config_fixture.h"

namespace keelson {
namespace {

std::string ErrorsOf(std::vector<std::string> settings) {
  const ConfigFixture fixture;
  return fixture.Errors(fixture.LoadSettings(std::move(settings)));
}

const std::string kToken(64, 'a');

TEST_CASE("IsLoopback accepts only loopback addresses") {
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

TEST_CASE("a listen address other than loopback requires TLS and auth, or server.insecure") {
  const std::string refused =
      "--set: server.listen is not a loopback address: set server.tls.cert and auth.mode, or set "
      "server.insecure = true";
  CHECK(ErrorsOf({"server.listen=0.0.0.0:1"}) == refused);
  CHECK(ErrorsOf({"server.listen=0.0.0.0:1", "server.tls.cert=c", "server.tls.key=k"}) == refused);
  CHECK(ErrorsOf({"server.listen=0.0.0.0:1", "server.insecure=true"}) == "");
  CHECK(ErrorsOf({"server.listen=0.0.0.0:1", "server.tls.cert=c", "server.tls.key=k", "auth.mode=token",
                  "auth.clients=[{name='a',roles=['reader'],token_sha256='" + kToken + "'}]"}) == "");
}

TEST_CASE("a listen address must have a host and a port") {
  for (const char* listen :
       {"", "localhost", ":1", "localhost:", "localhost:x", "localhost:65536", "::1:1"}) {
    INFO(listen);
    CHECK(ErrorsOf({std::string("server.listen=") + listen}) == "--set: server.listen must be HOST:PORT");
  }
  CHECK(ErrorsOf({"telemetry.metrics_listen=x"}) ==
        "--set: telemetry.metrics_listen must be HOST:PORT or empty");
  CHECK(ErrorsOf({"telemetry.metrics_listen="}) == "");
}

TEST_CASE("server.health_listen must be empty, or a HOST:PORT other than server.listen") {
  for (const char* listen : {"localhost", ":1", "x"}) {
    INFO(listen);
    CHECK(ErrorsOf({std::string("server.health_listen=") + listen}) ==
          "--set: server.health_listen must be HOST:PORT or empty");
  }
  CHECK(ErrorsOf({"server.health_listen=127.0.0.1:50051"}) ==
        "--set: server.health_listen must not be the address of server.listen");
  CHECK(ErrorsOf({"server.health_listen=0.0.0.0:50052"}) == "");
  CHECK(ErrorsOf({"server.health_listen=127.0.0.1:0", "server.listen=127.0.0.1:0"}) == "");
  CHECK(ErrorsOf({"server.health_listen="}) == "");
}

TEST_CASE("every configuration error names its key") {
  const Schema schema(BuiltInAdapters());
  Config config;
  CHECK(CheckConfig(schema.checks(), config).empty());
  config.auth.mode = "token";
  config.server.listen = "nowhere";
  CHECK(CheckConfig(schema.checks(), config) ==
        std::vector<std::string>{"server.listen must be HOST:PORT",
                                 "auth.mode token needs at least one [[auth.clients]]"});
}

TEST_CASE("server.tls.cert and server.tls.key require each other") {
  CHECK(ErrorsOf({"server.tls.cert=c"}) ==
        "--set: server.tls.cert and server.tls.key must be given together");
  CHECK(ErrorsOf({"server.tls.key=c"}) == "--set: server.tls.cert and server.tls.key must be given together");
  CHECK(ErrorsOf({"server.tls.client_ca=c"}) ==
        "--set: server.tls.client_ca needs server.tls.cert and server.tls.key");
}

TEST_CASE(
    "auth.mode token requires clients with a token_sha256; auth.mode mtls requires server.tls.client_ca") {
  CHECK(ErrorsOf({"auth.mode=token"}) == "--set: auth.mode token needs at least one [[auth.clients]]");
  CHECK(ErrorsOf({"auth.mode=mtls", "auth.clients=[{name='a',roles=['reader'],certificate_name='a'}]"}) ==
        "--set: auth.mode mtls needs server.tls.client_ca");
  CHECK(ErrorsOf({"auth.mode=token", "auth.clients=[{name='a',roles=['reader']},{name='a',roles=[]}]"}) ==
        "--set: auth.clients number 1 must have a token_sha256, because auth.mode is token\n"
        "--set: auth.clients number 2 must have roles\n"
        "--set: auth.clients number 2 must not have the name of an earlier client");
}

TEST_CASE("a client must not have the name of callers without authentication or of background jobs") {
  for (const std::string name : {"anonymous", "system"}) {
    CHECK(ErrorsOf({"auth.mode=token",
                    "auth.clients=[{name='" + name + "',roles=['reader'],token_sha256='" + kToken + "'}]"}) ==
          "--set: auth.clients number 1 must not have the reserved name " + name);
  }
}

TEST_CASE("the address and the secrets of webhooks must be well-formed") {
  CHECK(ErrorsOf({"payments.webhooks.listen=8080"}) ==
        "--set: payments.webhooks.listen must be HOST:PORT or empty");
  CHECK(ErrorsOf({"payments.webhooks.listen=127.0.0.1:8080"}) == "");
  const std::string secret = "whsec_0123456789abcdef";
  CHECK(ErrorsOf({"payments.stripe.webhook_secret=" + secret + ",whsec_fedcba9876543210",
                  "payments.stripe.api_key=sk_test_1", "payments.providers=['stripe']"}) == "");
  CHECK(
      ErrorsOf({"payments.stripe.webhook_secret=" + secret + ",sk_test_0123456789",
                "payments.stripe.api_key=sk_test_1", "payments.providers=['stripe']"}) ==
      "--set: payments.stripe.webhook_secret must be signing secrets of webhook endpoints, which begin with "
      "whsec_");
  CHECK(ErrorsOf({"payments.sandbox.webhook_secret=short", "payments.providers=['sandbox']"}) ==
        "--set: payments.sandbox.webhook_secret must be secrets of at least 16 printable ASCII characters "
        "without spaces, separated by commas");
}

TEST_CASE("the limits of the settlement must fit each other") {
  CHECK(ErrorsOf({"payments.lease=30s"}) == "--set: payments.lease must be longer than payments.timeout");
  CHECK(ErrorsOf({"payments.timeout=1m", "payments.lease=61s"}) == "");
  CHECK(ErrorsOf({"payments.max_delay=1s"}) ==
        "--set: payments.max_delay must not be shorter than payments.base_delay");
  CHECK(ErrorsOf({"payments.max_pending_interval=10s"}) ==
        "--set: payments.max_pending_interval must not be shorter than payments.pending_interval");
  for (const std::string section : {"email.circuit", "payments.circuit"}) {
    CHECK(ErrorsOf({section + ".min_calls=21"}) ==
          StrCat("--set: ", section, ".min_calls must not be more than ", section, ".window"));
    CHECK(ErrorsOf({section + ".max_open=1s"}) ==
          StrCat("--set: ", section, ".max_open must not be shorter than ", section, ".open"));
  }
}

TEST_CASE("a selected sandbox needs a path") {
  CHECK(ErrorsOf({"payments.sandbox.path="}) == "");
  CHECK(ErrorsOf({"payments.sandbox.path=", "payments.providers=['recorded','sandbox']"}) ==
        "--set: payments.sandbox.path must not be empty when payments.providers lists sandbox");
}

TEST_CASE("every key whose type is a list of strings rejects an empty list") {
  const ConfigFixture fixture;
  std::vector<std::string> lists, inheriting;
  for (const Key& key : fixture.schema().keys()) {
    if (std::holds_alternative<MemberOf<std::vector<std::string>>>(key.member) ||
        std::holds_alternative<MemberOf<std::set<OrderState>>>(key.member)) {
      (key.inherits.empty() ? lists : inheriting).push_back(key.name);
    }
  }
  CHECK(lists == std::vector<std::string>{"email.providers", "payments.providers", "refunds.states",
                                          "refunds.reasons.not_received.states",
                                          "refunds.reasons.order_cancelled.states"});
  lists.insert(lists.end(), inheriting.begin(), inheriting.end());
  for (const std::string& list : lists) {
    CHECK(ErrorsOf({list + "=[]"}) == StrCat("--set: ", list, " must have at least one entry"));
  }
}

TEST_CASE("store.sqlite.path must name a file if the store is SQLite") {
  CHECK(ErrorsOf({"store.sqlite.path="}) == "--set: store.sqlite.path must not be empty");
  CHECK(ErrorsOf({"store.sqlite.path=:memory:"}) ==
        "--set: store.sqlite.path must name a file; for a store in memory, set store.adapter = memory");
  CHECK(ErrorsOf({"store.sqlite.path=data/"}) ==
        "--set: store.sqlite.path must name a file, not a directory");
  CHECK(ErrorsOf({"store.sqlite.path=:memory:", "store.adapter=memory"}).empty());
  CHECK(ErrorsOf({"store.sqlite.path=./file:keelson.db"}).empty());
}

TEST_CASE("a duration or a size that contradicts a related key is rejected") {
  CHECK(ErrorsOf({"email.dispatch.timeout=2m"}) ==
        "--set: email.dispatch.lease must be longer than email.dispatch.timeout");
  CHECK(ErrorsOf({"email.dispatch.base_delay=1h"}) ==
        "--set: email.dispatch.max_delay must not be shorter than email.dispatch.base_delay");
  CHECK(ErrorsOf({"passwords.argon2_memory=8KiB", "passwords.argon2_parallelism=2"}) ==
        "--set: passwords.argon2_memory must be at least 8KiB for each lane (passwords.argon2_parallelism)");
  CHECK(ErrorsOf({"passwords.memory_budget=1MiB"}) ==
        "--set: passwords.memory_budget must not be less than passwords.argon2_memory");
  CHECK(ErrorsOf({"sessions.refresh_ttl=14m"}) ==
        "--set: sessions.refresh_ttl must not be shorter than sessions.access_ttl");
  CHECK(ErrorsOf({"sessions.access_ttl=9s"}) ==
        "--set: sessions.refresh_grace must not be longer than sessions.access_ttl");
}

TEST_CASE("sessions.idle_ttl must be off or at least one minute") {
  CHECK(ErrorsOf({"sessions.idle_ttl=59s"}) == "--set: sessions.idle_ttl must be 0s or at least 1m");
  CHECK(ErrorsOf({"sessions.idle_ttl=0s"}).empty());
  CHECK(ErrorsOf({"sessions.idle_ttl=1m"}).empty());
}

TEST_CASE("a provider in email.providers requires its keys, and each missing key is reported") {
  const ConfigFixture fixture;
  const auto errors = [&fixture](std::vector<std::string> settings) {
    return fixture.Errors(fixture.LoadSettings(std::move(settings)));
  };
  CHECK(errors({"email.providers=['ses']"}) ==
        "--set: email.ses.region must not be empty when email.providers lists ses\n"
        "--set: email.ses.access_key_id must not be empty when email.providers lists ses\n"
        "--set: email.ses.secret_access_key must not be empty when email.providers lists ses");
  CHECK(errors({"email.providers=['file','mailgun']", "email.mailgun.api_key=k"}) ==
        "--set: email.mailgun.domain must not be empty when email.providers lists mailgun");
  for (const std::string provider : {"sendgrid", "postmark", "resend", "brevo"}) {
    const std::string listed = StrCat("email.providers=['", provider, "']");
    CHECK(errors({listed}) == StrCat("--set: email.", provider,
                                     ".api_key must not be empty when email.providers lists ", provider));
    CHECK(errors({listed, StrCat("email.", provider, ".api_key=k")}).empty());
  }
}

TEST_CASE("SMTP requires a host; credentials without TLS are allowed only for a loopback host") {
  const ConfigFixture fixture;
  const auto errors = [&fixture](std::vector<std::string> settings) {
    return fixture.Errors(fixture.LoadSettings(std::move(settings)));
  };
  CHECK(errors({"email.providers=['smtp']", "email.smtp.host="}) ==
        "--set: email.smtp.host must not be empty when email.providers lists smtp");
  const std::string heard =
      "--set: email.smtp.username would be sent unencrypted to email.smtp.host: set email.smtp.tls to "
      "starttls or implicit";
  CHECK(errors({"email.smtp.host=relay.example", "email.smtp.tls=none", "email.smtp.username=u"}) == heard);
  CHECK(errors({"email.smtp.host=relay.example", "email.smtp.tls=none"}).empty());
  CHECK(errors({"email.smtp.host=relay.example", "email.smtp.username=u"}).empty());
  for (const std::string host : {"localhost", "127.0.0.1", "::1", "[::1]"}) {
    CHECK(
        errors({"email.smtp.host=\"" + host + "\"", "email.smtp.tls=none", "email.smtp.username=u"}).empty());
  }
}

// Returns `more`, followed by the other settings that make email.providers=[`provider`] valid.
std::vector<std::string> SettingsFor(const std::string& provider, std::vector<std::string> more) {
  more.insert(more.end(),
              {StrCat("email.providers=['", provider, "']"), "email.sendgrid.api_key=k",
               "email.postmark.api_key=k", "email.mailgun.api_key=k", "email.resend.api_key=k",
               "email.brevo.api_key=k", "email.ses.access_key_id=k", "email.ses.secret_access_key=k"});
  const auto add_default = [&more](const std::string& key, const std::string& value) {
    for (const std::string& setting : more) {
      if (setting.starts_with(key + "=")) return;
    }
    more.push_back(key + "=" + value);
  };
  add_default("email.ses.region", "eu-central-1");
  add_default("email.mailgun.domain", "mg.example.com");
  return more;
}

std::string EmailErrors(const std::string& provider, std::vector<std::string> settings) {
  const ConfigFixture fixture;
  return fixture.Errors(fixture.LoadSettings(SettingsFor(provider, std::move(settings))));
}

TEST_CASE("the error for an invalid email.from names the violated rule") {
  const std::pair<std::string, std::string> cases[] = {
      {"Shop, Inc. <no-reply@example.com>",
       "must have quotation marks around a display name with special characters"},
      {"a@example.com <a@example.com>",
       "must have quotation marks around a display name with special characters"},
      {"Shop: EU <a@example.com>", "must have quotation marks around a display name with special characters"},
      {"\"Shop\" Inc\" <a@example.com>", "has an unescaped quotation mark inside the display name"},
      {"Shop < a@example.com >", "must not have spaces around its address"},
      {"Shop no-reply@example.com>", "must have a \"<\" before its address"},
      {"Shop\r\nBcc: eve@example.org <a@example.com>", "must not have control characters"},
      {"Shop\x7f <a@example.com>", "must not have control characters"},
  };
  for (const auto& [from, rule] : cases) {
    CAPTURE(from);
    for (const char* provider : {"file", "smtp", "postmark"}) {
      CHECK(EmailErrors(provider, {"email.from=" + from}) == "--set: email.from " + rule);
    }
  }
  for (const std::string from :
       {"", "no-reply", "Shop <>", "a@b@example.com", "a@-.example", "Shop <a@exa mple.com>"}) {
    CAPTURE(from);
    CHECK_THAT(EmailErrors("file", {"email.from=" + from}), Catch::StartsWith("--set: email.from "));
  }
  for (const std::string from :
       {"no-reply@example.com", "Shop <no-reply@example.com>", "\"Shop, Inc.\" <no-reply@example.com>",
        "Käufer & Co <no-reply@bücher.example>", "zoë@example.com"}) {
    CAPTURE(from);
    CHECK(EmailErrors("smtp", {"email.from=" + from}).empty());
  }
}

TEST_CASE("email.from is checked only against the limits of the providers in email.providers") {
  const std::string long_name(240, 'x');
  const std::string from = "email.from=" + long_name + " <no-reply@example.com>";
  const std::string name = "email.product_name=Shop";
  CHECK(EmailErrors("postmark", {from, name}) ==
        "--set: email.from must have at most 255 characters for postmark");
  CHECK(EmailErrors("brevo", {from, name}) ==
        "--set: email.from must have a name of at most 70 characters for brevo");
  for (const char* provider : {"file", "smtp", "sendgrid", "ses", "mailgun", "resend"}) {
    CAPTURE(provider);
    CHECK(EmailErrors(provider, {from, name}).empty());
  }
  for (const char* provider : {"sendgrid", "postmark", "ses", "mailgun", "resend", "brevo"}) {
    CAPTURE(provider);
    CHECK(EmailErrors(provider, {"email.from=zoë@example.com"}) ==
          "--set: email.from must have an ASCII local part (before the @) for providers with an HTTP API");
  }
}

TEST_CASE("email.product_name must have 1 to 200 valid characters") {
  const std::string rule =
      "must have 1 to 200 characters of UTF-8, not only spaces, and no control characters";
  for (const std::string name : {" ", "Acme\nShop", "Acme\x01", "Acme \xff"}) {
    CAPTURE(name);
    CHECK_THAT(EmailErrors("file", {"email.product_name=" + name}),
               Catch::StartsWith("--set: email.product_name "));
  }
  CHECK(EmailErrors("file", {"email.product_name=" + std::string(201, 'x')}) ==
        "--set: email.product_name " + rule);
  CHECK(EmailErrors("file", {"email.from=" + std::string(201, 'x') + " <a@example.com>"}) ==
        "--set: email.product_name " + rule);
  CHECK(EmailErrors("file", {"email.product_name=Käufer & Söhne"}).empty());
}

TEST_CASE("the product name defaults to the sender's name or domain") {
  EmailConfig email;
  email.from = "\"Acme, Inc.\" <no-reply@acme.example>";
  CHECK(ProductName(email) == "Acme, Inc.");
  email.from = "no-reply@bücher.example";
  CHECK(ProductName(email) == "bücher.example");
  email.product_name = "The Shop";
  CHECK(ProductName(email) == "The Shop");
}

TEST_CASE("email.link_base must be a URL with a host and without query, fragment or invalid characters") {
  for (const std::string base :
       {"http://", "https://:443", "https:///app", "https://example.com?a=b", "https://example.com#a",
        "https://exa mple.com", "https://example.com/\"", "https://<host>", "https://example.com/\x01"}) {
    CAPTURE(base);
    CHECK_THAT(EmailErrors("file", {"email.link_base=" + base}),
               Catch::StartsWith("--set: email.link_base must "));
  }
  CHECK(EmailErrors("file", {"email.link_base=https://example.com/"}) ==
        "--set: email.link_base must begin with http:// or https:// and not end with a slash");
  CHECK(EmailErrors("file", {"email.link_base=https://example.com:8443/app"}).empty());
}

TEST_CASE("invalid settings of a provider in email.providers are rejected") {
  CHECK(EmailErrors("ses", {"email.ses.region=eu central"}) ==
        "--set: email.ses.region must be an AWS region such as eu-central-1");
  CHECK_THAT(EmailErrors("ses", {"email.ses.configuration_set=a set"}),
             Catch::StartsWith("--set: email.ses.configuration_set must have at most 64 letters"));
  CHECK(EmailErrors("mailgun", {"email.mailgun.domain=mg/example"}) ==
        "--set: email.mailgun.domain must be an ASCII domain name such as mg.example.com");
  for (const std::string provider : {"sendgrid", "postmark", "mailgun", "resend", "brevo"}) {
    CAPTURE(provider);
    const ConfigFixture fixture;
    const auto errors = [&](const std::string& key, const std::string& value) {
      std::vector<std::string> settings = {StrCat("email.providers=['", provider, "']"),
                                           "email.mailgun.domain=mg.example.com",
                                           StrCat("email.", provider, ".api_key=k")};
      settings.push_back(StrCat("email.", provider, ".", key, "=", value));
      return fixture.Errors(fixture.LoadSettings(settings));
    };
    for (const char* key : {"two words", "k\n", "schlüssel"}) {
      CHECK(errors("api_key", key) ==
            StrCat("--set: email.", provider, ".api_key must be printable ASCII without spaces"));
    }
    for (const char* url : {"api.example.com", "ftp://api.example.com", "https://", "https://exa mple.com"}) {
      CHECK(errors("base_url", url) ==
            StrCat("--set: email.", provider,
                   ".base_url must be empty, or a URL such as https://api.example.com"));
    }
    CHECK(errors("base_url", "http://127.0.0.1:8080/").empty());
    CHECK(EmailErrors("file", {StrCat("email.", provider, ".base_url=nonsense")}).empty());
  }
  CHECK(EmailErrors("file", {"email.file.directory="}) ==
        "--set: email.file.directory must not be empty when email.providers lists file");
}

TEST_CASE("SMTP requires a valid host, EHLO name and CA file") {
  CHECK(EmailErrors("smtp", {"email.smtp.host=relay/?@x"}) ==
        "--set: email.smtp.host must be a host name or an IP address");
  for (const char* helo : {"app", "app_1.example.com", "192.0.2.1", "[IPv6:192.0.2.1]"}) {
    CAPTURE(helo);
    CHECK_THAT(EmailErrors("smtp", {std::string("email.smtp.helo=") + helo}),
               Catch::StartsWith("--set: email.smtp.helo must be a fully qualified host name"));
  }
  for (const char* helo : {"", "app.example.com", "\"[192.0.2.1]\"", "\"[IPv6:2001:db8::1]\""}) {
    CAPTURE(helo);
    CHECK(EmailErrors("smtp", {std::string("email.smtp.helo=") + helo}).empty());
  }
  const ConfigFixture fixture;
  const auto errors = [&fixture](const std::string& ca) {
    return fixture.Errors(fixture.LoadSettings({"email.providers=['smtp']", "email.smtp.ca=" + ca}));
  };
  CHECK_THAT(errors("/nowhere/ca.pem"), Catch::StartsWith("--set: email.smtp.ca names a file that "));
  CHECK(errors(fixture.WriteFile("ca.pem", "no certificate")) ==
        "--set: email.smtp.ca must be a PEM file with CA certificates");
  CHECK(errors(fixture.WriteFile("ca.pem", "-----BEGIN CERTIFICATE-----\n")).empty());
  CHECK(EmailErrors("file", {"email.smtp.ca=/nowhere/ca.pem"}).empty());
}

TEST_CASE("the error for an invalid template file names the unknown variable") {
  const ConfigFixture fixture;
  std::filesystem::create_directories(fixture.Path("templates/en"));
  fixture.WriteFile("templates/en/welcome.subject", "Hello {{nobody}}\n");
  const std::string errors =
      fixture.Errors(fixture.LoadSettings({"email.templates=" + fixture.Path("templates")}));
  CHECK_THAT(errors, Catch::StartsWith("--set: email.templates ") && Catch::Contains("nobody"));
}

TEST_CASE("a check of several keys is skipped if one of their values is invalid") {
  CHECK(ErrorsOf({"email.dispatch.lease=soon", "email.dispatch.timeout=3m"}) ==
        "--set: email.dispatch.lease must be a duration such as \"30s\" or \"24h\", from 1s to 24h");
}

}  // namespace
}  // namespace keelson
