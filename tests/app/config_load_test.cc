#include <catch2/catch.hpp>

#include "tests/app/config_fixture.h"
#include "tests/app/recording_log.h"

namespace keelson {
namespace {

TEST_CASE("without a configuration file, environment variables or --set, every key has its default") {
  const ConfigFixture fixture;
  const auto loaded = fixture.Load({});
  REQUIRE(loaded.ok());
  CHECK(loaded->config.server.listen == "127.0.0.1:50051");
  CHECK(loaded->config.store.adapter == "sqlite");
  CHECK(fixture.Value(loaded->config, "store.postgres.url") == R"("")");
  CHECK(loaded->origins.empty());
}

TEST_CASE("a configuration file can set values of every type") {
  const auto loaded = ConfigFixture().LoadFile(R"(
[server]
listen = "127.0.0.1:0"
reflection = false
drain = "1h"
max_receive = "2MiB"
workers = 7
tls = { cert = "a.pem", key = "b.pem" }
[email]
providers = ["log", "file"]
circuit.failure_ratio = 1
[refunds]
states = ["paid", "delivered"]
max_per_order = 3
approval_above = { EUR = 10000, JPY = 0 }
[[auth.clients]]
name = "web"
roles = ["reader", "admin"]
)");
  REQUIRE(loaded.ok());
  const Config& config = loaded->config;
  CHECK(config.server.listen == "127.0.0.1:0");
  CHECK_FALSE(config.server.reflection);
  CHECK(config.server.drain == absl::Hours(1));
  CHECK(config.server.max_receive == MiB(2));
  CHECK(config.server.workers == 7);
  CHECK(config.server.tls.key == "b.pem");
  CHECK(config.email.providers == std::vector<std::string>{"log", "file"});
  CHECK(config.email.circuit.failure_ratio == 1.0);
  CHECK(config.refunds.states == std::set{OrderState::kPaid, OrderState::kDelivered});
  CHECK(config.refunds.max_per_order == 3);
  CHECK(config.refunds.approval_above.at(*Currency::Parse("EUR")) == 10000);
  REQUIRE(config.auth.clients.size() == 1);
  CHECK(config.auth.clients[0].roles == std::vector<std::string>{"reader", "admin"});
}

TEST_CASE("the environment overrides the file, and --set overrides both") {
  const ConfigFixture fixture;
  const std::string file = fixture.WriteFile("test.toml",
                                             "[server]\nworkers = 1\nqueue = 1\n"
                                             "drain = \"1s\"\n");
  const auto loaded =
      fixture.Load({.file = file,
                    .environment = {{"KEELSON_SERVER__WORKERS", "2"}, {"KEELSON_SERVER__QUEUE", "2"}},
                    .settings = {"server.workers=3", "server.workers=4"}});
  REQUIRE(loaded.ok());
  CHECK(loaded->config.server.workers == 4);
  CHECK(loaded->config.server.queue == 2);
  CHECK(loaded->config.server.drain == absl::Seconds(1));
  CHECK(loaded->origins.at("server.workers") == "--set");
  CHECK(loaded->origins.at("server.queue") == "KEELSON_SERVER__QUEUE");
  CHECK(loaded->origins.at("server.drain") == file + ":4");
}

TEST_CASE(
    "an override that is TOML of the key's type is parsed as TOML; any other override is read as a string") {
  const ConfigFixture fixture;
  const auto loaded = fixture.LoadSettings(
      {"email.providers=[\"log\",\"file\"]", "server.listen=\"localhost:1\"", "email.smtp.username=12",
       "email.smtp.password=a\"b=c", "email.smtp.host=a\nb = 1", "refunds.approval_above={EUR=5}",
       "server.drain=3s", "auth.clients=[{name='web',roles=['reader']}]",
       "email.circuit.failure_ratio=0.25"});
  REQUIRE(loaded.ok());
  const Config& config = loaded->config;
  CHECK(config.email.providers == std::vector<std::string>{"log", "file"});
  CHECK(config.server.listen == "localhost:1");
  CHECK(fixture.Value(config, "email.smtp.username") == R"("12")");
  CHECK(fixture.Value(config, "email.smtp.password") == R"("a\"b=c")");
  CHECK(fixture.Value(config, "email.smtp.host") == R"("a\u000Ab = 1")");
  CHECK(config.refunds.approval_above.size() == 1);
  CHECK(config.server.drain == absl::Seconds(3));
  CHECK(config.auth.clients.size() == 1);
  CHECK(config.email.circuit.failure_ratio == 0.25);
}

TEST_CASE("env: and file: references are replaced with the variable's value and the file's content") {
  const ConfigFixture fixture;
  const std::string secret = fixture.WriteFile("secret", "hunter2\n");
  const std::string file =
      fixture.WriteFile("test.toml", "[email.smtp]\nusername = \"env:WHO\"\npassword = \"file:" + secret +
                                         "\"\nport = \"env:PORT\"\n[email]\nproviders = \"env:SENDERS\"\n"
                                         "[[auth.clients]]\nname = \"env:WHO\"\nroles = [\"env:ROLE\"]\n");
  const auto loaded = fixture.Load({.file = file,
                                    .environment = {{"WHO", "\"me\""},
                                                    {"PORT", "25"},
                                                    {"SENDERS", "[\"log\"]"},
                                                    {"ROLE", "admin"},
                                                    {"DATABASE_URL", "postgresql://x"}}});
  REQUIRE(fixture.Errors(loaded) == "");
  CHECK(fixture.Value(loaded->config, "email.smtp.username") == R"("\"me\"")");
  CHECK(fixture.Value(loaded->config, "email.smtp.password") == R"("hunter2")");
  CHECK(fixture.Value(loaded->config, "email.smtp.port") == "25");
  CHECK(loaded->config.email.providers == std::vector<std::string>{"log"});
  CHECK(loaded->config.auth.clients[0].name == "\"me\"");
  CHECK(loaded->config.auth.clients[0].roles == std::vector<std::string>{"admin"});
  CHECK(fixture.Value(loaded->config, "store.postgres.url") == R"("postgresql://x")");
}

TEST_CASE("the error for a missing variable or an unreadable file names the key") {
  const ConfigFixture fixture;
  CHECK(fixture.Errors(fixture.LoadFile("[store.postgres]\nurl = \"env:NOWHERE\"\n"
                                        "[email.smtp]\npassword = \"file:/nowhere\"\n")) ==
        "test.toml:4: email.smtp.password refers to the file /nowhere, which can't be read: No such file or "
        "directory\n"
        "test.toml:2: store.postgres.url refers to the environment variable NOWHERE, which is not set");
}

TEST_CASE("all errors are reported together; each error names its source, its key and the most similar key") {
  const ConfigFixture fixture;
  const std::string file = fixture.WriteFile("test.toml", R"([server]
lisen = "127.0.0.1:1"
workers = 0
drain = 5
[stroe]
adapter = "sqlite"
[store]
adapter = "oracle"
sqlite = 1
[email]
providers = ["file", "pigeon", "file", 3]
[refunds]
approval_above = { EUR = -1, XYZ = 1 }
states = ["shipped", "lost"]
[[auth.clients]]
nmae = "web"
roles = ["boss"]
)");
  const auto loaded = fixture.Load({.file = file,
                                    .environment = {{"KEELSON_STORE__ADAPTR", "x"},
                                                    {"KEELSON_SERVER__QUEUE", "many"},
                                                    {"KEELSON_BUILD", "build"}},
                                    .settings = {"payments.provider=coins", "server.drain", "a.b=c"}});
  CHECK(fixture.Errors(loaded) ==
        R"(test.toml:16: auth.clients[0].nmae is not a known key; did you mean name?
test.toml:17: auth.clients[0].roles[0] must be one of: reader, writer, approver, admin
test.toml:11: email.providers[1] must be one of: file, log, smtp, sendgrid, postmark, ses, mailgun, resend, brevo
test.toml:11: email.providers[2] must not be listed twice
test.toml:11: email.providers[3] must be a string
test.toml:13: refunds.approval_above.EUR must be a whole number, from 0 to 1000000000000000
test.toml:13: refunds.approval_above.XYZ must be the code of an ISO 4217 currency such as EUR
test.toml:14: refunds.states[1] must be one of: pending, paid, shipped, delivered, cancelled
test.toml:4: server.drain must be a duration such as "30s" or "24h", from 0s to 1h
test.toml:2: server.lisen is not a known key; did you mean server.listen?
test.toml:3: server.workers must be a whole number, from 1 to 4096
test.toml:8: store.adapter must be one of: sqlite, postgres, memory
test.toml:9: store.sqlite is a section, not a key; write [store.sqlite]
test.toml:5: stroe is not a known key; did you mean store?
KEELSON_SERVER__QUEUE: server.queue must be a whole number, from 1 to 1000000
KEELSON_STORE__ADAPTR: does not override any known key; did you mean KEELSON_STORE__ADAPTER?
--set: payments.provider must be one of: recorded, stripe, paypal, braintree, sandbox
--set: server.drain has no value; write --set KEY=VALUE
--set: a.b is not a known key)");
}

TEST_CASE("the keys of [payments] set the providers and the policy of the settlement") {
  const ConfigFixture fixture;
  const auto loaded = fixture.LoadFile(R"([payments]
providers = ["sandbox", "recorded"]
concurrency = 3
rate = 7
poll = "1s"
timeout = "2s"
lease = "3s"
base_delay = "4s"
max_delay = "5s"
pending_interval = "6s"
max_pending_interval = "7s"
[payments.circuit]
window = 8
min_calls = 2
failure_ratio = 0.75
open = "9s"
max_open = "10s"
probes = 4
[payments.webhooks]
listen = "127.0.0.1:8080"
[payments.reconcile]
interval = "13h"
window = "14h"
[payments.sandbox]
path = "paid.jsonl"
pending = "11s"
latency = "12ms"
)");
  REQUIRE(fixture.Errors(loaded) == "");
  const PaymentsConfig& payments = loaded->config.payments;
  CHECK(payments.providers == std::vector<std::string>{"sandbox", "recorded"});
  CHECK(payments.poll == absl::Seconds(1));
  CHECK(payments.settlement.concurrency == 3);
  CHECK(payments.settlement.rate == 7);
  CHECK(payments.settlement.timeout == absl::Seconds(2));
  CHECK(payments.settlement.lease == absl::Seconds(3));
  CHECK(payments.settlement.base_delay == absl::Seconds(4));
  CHECK(payments.settlement.max_delay == absl::Seconds(5));
  CHECK(payments.settlement.pending_interval == absl::Seconds(6));
  CHECK(payments.settlement.max_pending_interval == absl::Seconds(7));
  CHECK(payments.settlement.circuit.window == 8);
  CHECK(payments.settlement.circuit.min_calls == 2);
  CHECK(payments.settlement.circuit.failure_ratio == 0.75);
  CHECK(payments.settlement.circuit.open == absl::Seconds(9));
  CHECK(payments.settlement.circuit.max_open == absl::Seconds(10));
  CHECK(payments.settlement.circuit.probes == 4);
  CHECK(payments.webhooks.listen == "127.0.0.1:8080");
  CHECK(payments.reconcile.interval == absl::Hours(13));
  CHECK(payments.reconcile.window == absl::Hours(14));
  CHECK(fixture.Value(loaded->config, "payments.sandbox.path") == R"("paid.jsonl")");
  CHECK(fixture.Value(loaded->config, "payments.sandbox.pending") == R"("11s")");
  CHECK(fixture.Value(loaded->config, "payments.sandbox.latency") == R"("12ms")");
}

TEST_CASE("MakePaymentProviders creates the providers in order, and warns of the sandbox") {
  const ConfigFixture fixture;
  const auto loaded = fixture.LoadSettings(
      {"payments.providers=['sandbox','recorded']", "payments.sandbox.path=" + fixture.Path("paid.jsonl")});
  REQUIRE(fixture.Errors(loaded) == "");
  RecordingLog log;
  const auto providers = MakePaymentProviders(loaded->config, log);
  REQUIRE(providers.ok());
  REQUIRE(providers->size() == 2);
  CHECK((*providers)[0]->name() == "sandbox");
  CHECK((*providers)[1]->name() == "recorded");
  CHECK(log.events() == std::vector<std::string>{"payments.test_provider"});
}

TEST_CASE("the former key payments.provider is accepted as the only entry of payments.providers") {
  const ConfigFixture fixture;
  const auto loaded = fixture.LoadFile("[payments]\nprovider = \"sandbox\"\n");
  REQUIRE(fixture.Errors(loaded) == "");
  CHECK(loaded->config.payments.providers == std::vector<std::string>{"sandbox"});
  CHECK(loaded->config.payments.provider.empty());
  CHECK(loaded->origins.at("payments.providers") == fixture.Path("test.toml") + ":2");
  CHECK_FALSE(loaded->origins.contains("payments.provider"));
  const auto by_variable = fixture.LoadEnvironment({{"KEELSON_PAYMENTS__PROVIDER", "sandbox"}});
  CHECK(by_variable->config.payments.providers == std::vector<std::string>{"sandbox"});
  CHECK(
      fixture.Errors(fixture.LoadFile("[payments]\nprovider = \"sandbox\"\nproviders = [\"recorded\"]\n")) ==
      "test.toml:2: payments.provider was replaced by payments.providers, which is set too; delete "
      "payments.provider");
  CHECK(fixture.Errors(fixture.LoadSettings({"payments.provider="})) ==
        "--set: payments.provider must be one of: recorded, stripe, paypal, braintree, sandbox");
  CHECK(fixture.Errors(fixture.LoadSettings({"payments.provder=recorded"})) ==
        "--set: payments.provder is not a known key; did you mean payments.providers?");
}

TEST_CASE("a missing or malformed file is reported in one line") {
  const ConfigFixture fixture;
  CHECK(fixture.Errors(fixture.Load({.file = fixture.Path("none.toml")})) ==
        "none.toml: can't be read: No such file or directory");
  CHECK(fixture.Errors(fixture.Load({.file = fixture.Path("")})).find("can't be read: Is a directory") !=
        std::string::npos);
  const std::string errors = fixture.Errors(fixture.LoadFile("[server]\nlisten = \n"));
  CHECK(errors.starts_with("test.toml:2:10: is not TOML: "));
  CHECK(errors.find('\n') == std::string::npos);
}

TEST_CASE("an error never contains a secret") {
  const ConfigFixture fixture;
  const std::string errors = fixture.Errors(fixture.LoadSettings(
      {"email.smtp.password=[1", "auth.clients=[{name='a',token_sha256='hunter2',roles=['reader']}]",
       "email.smtp.pasword=hunter2"}));
  CHECK(errors.find("hunter2") == std::string::npos);
  CHECK(errors.find("auth.clients number 1 must have a token_sha256") != std::string::npos);
}

}  // namespace
}  // namespace keelson
