#include "app/config/schema.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "core/common/nearest.h"
#include "core/common/strings.h"

// The place of a key: the member of Config that its value goes to.
#define KEELSON_PLACE(member) \
  MemberRef(static_cast<MemberOf<decltype(Config::member)>>([](Config & c) -> auto& { return c.member; }))

namespace keelson {
namespace {

std::vector<Key> ServerKeys() {
  return {
      {"server.listen", KEELSON_PLACE(server.listen),
       "where gRPC is served: HOST:PORT (port 0: any free one); off the loopback it needs tls "
       "and "
       "auth, unless insecure"},
      {"server.health_listen", KEELSON_PLACE(server.health_listen),
       "where grpc.health.v1 alone is served in the clear, for probes that have no certificate: HOST:PORT; "
       "empty: nowhere"},
      {"server.insecure", KEELSON_PLACE(server.insecure),
       "serve off the loopback without tls and auth: behind a proxy or in a closed network"},
      {"server.reflection", KEELSON_PLACE(server.reflection), "answer gRPC server reflection"},
      {"server.drain", KEELSON_PLACE(server.drain), "how long calls under way may take to end at a shutdown",
       "0s", "1h"},
      {"server.default_deadline", KEELSON_PLACE(server.default_deadline), "for calls that come without one",
       "1ms", "1h"},
      {"server.max_receive", KEELSON_PLACE(server.max_receive), "the largest request", "1KiB", "64MiB"},
      {"server.workers", KEELSON_PLACE(server.workers), "threads for calls that wait (a commit, a hash)", "1",
       "4096"},
      {"server.queue", KEELSON_PLACE(server.queue),
       "calls that may wait for a worker; beyond it they are answered OVERLOADED", "1", "1000000"},
      {"server.tls.cert", KEELSON_PLACE(server.tls.cert),
       "PEM file of the certificate chain, the server's own first; this file and the next two are reloaded "
       "when they change; empty: no tls"},
      {"server.tls.key", KEELSON_PLACE(server.tls.key), "PEM file of the private key"},
      {"server.tls.client_ca", KEELSON_PLACE(server.tls.client_ca),
       "PEM file of the authority whose certificates clients must present; empty: none asked for"},
  };
}

std::vector<Key> AuthKeys() {
  return {
      {.name = "auth.mode",
       .place = KEELSON_PLACE(auth.mode),
       .description = "how callers are told apart",
       .choices = {"none", "token", "mtls"}},
      {.name = "auth.clients",
       .place = KEELSON_PLACE(auth.clients),
       .description = "the callers that modes token and mtls let in; none by default",
       .reloads = true},
  };
}

std::vector<Key> StoreKeys(const AdapterNames& adapters) {
  return {
      {.name = "store.adapter",
       .place = KEELSON_PLACE(store.adapter),
       .description = "where everything is kept",
       .choices = adapters.stores},
      {"store.migrate", KEELSON_PLACE(store.migrate), "bring the schema up to date at start"},
      {"store.sqlite.path", KEELSON_PLACE(store.sqlite.path), "the database file"},
      {"store.sqlite.group_commit", KEELSON_PLACE(store.sqlite.group_commit),
       "units of work that may share one commit; 1: each has its own", "1", "1024"},
      {.name = "store.postgres.url",
       .place = KEELSON_PLACE(store.postgres.url),
       .description = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE",
       .secret = true},
      {"store.postgres.pool_size", KEELSON_PLACE(store.postgres.pool_size), "connections", "1", "1000"},
      {"store.postgres.prepared_statements", KEELSON_PLACE(store.postgres.prepared_statements),
       "false behind a transaction-pooling PgBouncer before 1.21"},
  };
}

std::vector<Key> EmailKeys(const AdapterNames& adapters) {
  return {
      {"email.from", KEELSON_PLACE(email.from), "the sender of every message"},
      {"email.product_name", KEELSON_PLACE(email.product_name),
       "the product's name in messages; empty: the name in email.from, or else its domain"},
      {.name = "email.providers",
       .place = KEELSON_PLACE(email.providers),
       .description = "who sends, in failover order",
       .choices = adapters.email_providers},
      {"email.templates", KEELSON_PLACE(email.templates),
       "a folder that overrides the built-in templates by LOCALE/NAME.{subject,txt,html}; empty: none"},
      {"email.link_base", KEELSON_PLACE(email.link_base), "what the links in messages begin with"},
      {"email.file.directory", KEELSON_PLACE(email.file_directory),
       "one .eml file is written for each message"},
      {"email.smtp.host", KEELSON_PLACE(email.smtp.host), "the relay"},
      {"email.smtp.port", KEELSON_PLACE(email.smtp.port), "of the relay", "1", "65535"},
      {.name = "email.smtp.tls",
       .place = KEELSON_PLACE(email.smtp.tls),
       .description = "how the connection is secured",
       .choices = {"starttls", "implicit", "none"}},
      {"email.smtp.ca", KEELSON_PLACE(email.smtp.ca),
       "the authorities that vouch for the relay: a PEM file; empty: the system's"},
      {"email.smtp.helo", KEELSON_PLACE(email.smtp.helo),
       "the name for EHLO: a qualified host name or an address literal; empty: this machine's"},
      {"email.smtp.username", KEELSON_PLACE(email.smtp.username), "empty: no authentication"},
      {.name = "email.smtp.password",
       .place = KEELSON_PLACE(email.smtp.password),
       .description = "for the username",
       .secret = true},
  };
}

constexpr std::string_view kApiKeyMeaning = "the provider's API key";
constexpr std::string_view kBaseUrlMeaning =
    "scheme and host, the documented path is appended; empty: the provider's own";

Key ApiKey(std::string name, MemberRef place) {
  return {.name = std::move(name), .place = place, .description = kApiKeyMeaning, .secret = true};
}
Key BaseUrl(std::string name, MemberRef place) {
  return {.name = std::move(name), .place = place, .description = kBaseUrlMeaning};
}

std::vector<Key> EmailHttpProviderKeys() {
  return {
      ApiKey("email.sendgrid.api_key", KEELSON_PLACE(email.sendgrid.api_key)),
      BaseUrl("email.sendgrid.base_url", KEELSON_PLACE(email.sendgrid.base_url)),
      ApiKey("email.postmark.api_key", KEELSON_PLACE(email.postmark.api_key)),
      BaseUrl("email.postmark.base_url", KEELSON_PLACE(email.postmark.base_url)),
      {"email.postmark.message_stream", KEELSON_PLACE(email.postmark.message_stream),
       "the message stream; empty: the server's default"},
      {"email.ses.region", KEELSON_PLACE(email.ses.region), "such as eu-central-1"},
      {"email.ses.access_key_id", KEELSON_PLACE(email.ses.access_key_id), "of the AWS credentials"},
      {.name = "email.ses.secret_access_key",
       .place = KEELSON_PLACE(email.ses.secret_access_key),
       .description = "of the AWS credentials",
       .secret = true},
      {.name = "email.ses.session_token",
       .place = KEELSON_PLACE(email.ses.session_token),
       .description = "of temporary AWS credentials; empty: they are lasting",
       .secret = true},
      {"email.ses.configuration_set", KEELSON_PLACE(email.ses.configuration_set), "empty: none"},
      BaseUrl("email.ses.base_url", KEELSON_PLACE(email.ses.base_url)),
      ApiKey("email.mailgun.api_key", KEELSON_PLACE(email.mailgun.api_key)),
      BaseUrl("email.mailgun.base_url", KEELSON_PLACE(email.mailgun.base_url)),
      {"email.mailgun.domain", KEELSON_PLACE(email.mailgun.domain), "the sending domain"},
      ApiKey("email.resend.api_key", KEELSON_PLACE(email.resend.api_key)),
      BaseUrl("email.resend.base_url", KEELSON_PLACE(email.resend.base_url)),
      ApiKey("email.brevo.api_key", KEELSON_PLACE(email.brevo.api_key)),
      BaseUrl("email.brevo.base_url", KEELSON_PLACE(email.brevo.base_url)),
  };
}

std::vector<Key> EmailSendingKeys() {
  return {
      {"email.dispatch.concurrency", KEELSON_PLACE(email.dispatch.concurrency),
       "messages under way at once, per provider", "1", "256"},
      {"email.dispatch.rate", KEELSON_PLACE(email.dispatch.rate),
       "the most messages a second that a process hands to a provider; 0: no bound", "0", "100000"},
      {"email.dispatch.poll", KEELSON_PLACE(email.dispatch.poll), "between two looks into an empty outbox",
       "10ms", "1h"},
      {"email.dispatch.timeout", KEELSON_PLACE(email.dispatch.timeout),
       "for one attempt; SMTP's final dot has ten minutes of its own", "100ms", "1h"},
      {"email.dispatch.lease", KEELSON_PLACE(email.dispatch.lease),
       "how long a killed sender's messages wait for another; longer than timeout", "1s", "24h"},
      {"email.dispatch.base_delay", KEELSON_PLACE(email.dispatch.base_delay),
       "the first retry's bound; it doubles, with full jitter", "1ms", "24h"},
      {"email.dispatch.max_delay", KEELSON_PLACE(email.dispatch.max_delay), "the bound of every retry", "1ms",
       "168h"},
      {"email.dispatch.max_attempts", KEELSON_PLACE(email.dispatch.max_attempts),
       "after so many a message is dead", "1", "1000"},
      {"email.dispatch.retention", KEELSON_PLACE(email.dispatch.retention),
       "of sent, dead and cancelled messages", "1h", "87600h"},
      {"email.circuit.window", KEELSON_PLACE(email.circuit.window), "a provider's last calls that are judged",
       "1", "10000"},
      {"email.circuit.min_calls", KEELSON_PLACE(email.circuit.min_calls), "fewer are not judged", "1",
       "10000"},
      {"email.circuit.failure_ratio", KEELSON_PLACE(email.circuit.failure_ratio),
       "the share of failures that opens the circuit", "0.01", "1"},
      {"email.circuit.open", KEELSON_PLACE(email.circuit.open), "before it is probed; doubles to max_open",
       "1ms", "24h"},
      {"email.circuit.max_open", KEELSON_PLACE(email.circuit.max_open), "the most between two probes", "1ms",
       "24h"},
      {"email.circuit.probes", KEELSON_PLACE(email.circuit.probes), "successes that close it", "1", "1000"},
  };
}

std::vector<Key> PaymentsKeys(const AdapterNames& adapters) {
  return {
      {.name = "payments.provider",
       .place = KEELSON_PLACE(payments.provider),
       .description = "who gives money back",
       .choices = adapters.payment_providers},
      {"payments.poll", KEELSON_PLACE(payments.poll), "between two looks for refunds to settle", "10ms",
       "1h"},
      ApiKey("payments.stripe.api_key", KEELSON_PLACE(payments.stripe.api_key)),
      BaseUrl("payments.stripe.base_url", KEELSON_PLACE(payments.stripe.base_url)),
  };
}

std::vector<Key> AccountsKeys() {
  return {
      {"accounts.verification_ttl", KEELSON_PLACE(accounts.verification_ttl),
       "how long a verification link works", "1m", "8760h"},
      {"accounts.reset_ttl", KEELSON_PLACE(accounts.reset_ttl), "how long a password reset link works", "1m",
       "8760h"},
      {"accounts.resend_cooldown", KEELSON_PLACE(accounts.resend_cooldown),
       "between two e-mails that anybody can have sent to an address", "0s", "24h"},
      {"accounts.retention", KEELSON_PLACE(accounts.retention), "from deletion to erasure", "0s", "87600h"},
      {"accounts.conceal_existing_email", KEELSON_PLACE(accounts.conceal_existing_email),
       "answer a registration with a taken address as if it had succeeded"},
  };
}

std::vector<Key> SecretsKeys() {
  return {
      {"passwords.min_length", KEELSON_PLACE(passwords.min_length), "in characters", "8", "64"},
      {"passwords.argon2_memory", KEELSON_PLACE(passwords.argon2_memory),
       "for one hash; 8KiB for each lane of parallelism at least", "8KiB", "512MiB"},
      {"passwords.argon2_iterations", KEELSON_PLACE(passwords.argon2_iterations), "passes over it", "1",
       "10"},
      {"passwords.argon2_parallelism", KEELSON_PLACE(passwords.argon2_parallelism), "lanes of one hash", "1",
       "16"},
      {"passwords.memory_budget", KEELSON_PLACE(passwords.memory_budget),
       "for all hashes under way; one hash's memory at least", "8KiB", "64GiB"},
      {"passwords.queue", KEELSON_PLACE(passwords.queue),
       "hashes that may wait for a slot; beyond it they are answered OVERLOADED", "1", "100000"},
      {"sessions.access_ttl", KEELSON_PLACE(sessions.access_ttl), "how long an access token works", "1s",
       "8760h"},
      {"sessions.refresh_ttl", KEELSON_PLACE(sessions.refresh_ttl), "how long a refresh token works", "1s",
       "87600h"},
      {"sessions.refresh_grace", KEELSON_PLACE(sessions.refresh_grace),
       "how long a spent refresh token is taken for a repeat, not for theft", "0s", "1h"},
  };
}

std::vector<Key> RefundsKeys() {
  return {
      {"refunds.window", KEELSON_PLACE(refunds.window), "after delivery", "1s", "87600h"},
      {"refunds.states", KEELSON_PLACE(refunds.states),
       "the states of an order in which it can be refunded: pending, paid, shipped, delivered, cancelled"},
      {"refunds.partial", KEELSON_PLACE(refunds.partial), "allow less than everything"},
      {"refunds.max_per_order", KEELSON_PLACE(refunds.max_per_order), "refunds that one order may have", "1",
       "1000"},
      {"refunds.approval_above", KEELSON_PLACE(refunds.approval_above),
       "minor units by currency, { EUR = 10000, JPY = 10000 }: a larger refund waits for approval; other "
       "currencies need none"},
  };
}

std::vector<Key> TelemetryKeys() {
  return {
      {.name = "telemetry.log_level",
       .place = KEELSON_PLACE(telemetry.log_level),
       .description = "the least severe lines that are written",
       .choices = {"debug", "info", "warning", "error"},
       .reloads = true},
      {.name = "telemetry.log_format",
       .place = KEELSON_PLACE(telemetry.log_format),
       .description = "how they are written",
       .choices = {"json", "text"}},
      {"telemetry.metrics_listen", KEELSON_PLACE(telemetry.metrics_listen),
       "where Prometheus finds http://HOST:PORT/metrics; empty: nowhere. An address in use is a warning, no "
       "error"},
      {"telemetry.otlp_endpoint", KEELSON_PLACE(telemetry.otlp_endpoint),
       "kept for traces by OTLP over HTTP; this build sends none"},
  };
}

}  // namespace

std::string_view Key::section() const {
  return std::string_view(name).substr(0, name.rfind('.'));
}

std::string_view Key::leaf() const {
  return std::string_view(name).substr(name.rfind('.') + 1);
}

Schema::Schema(const AdapterNames& adapters) : checks_(adapters.checks) {
  for (std::vector<Key>& keys :
       std::vector{ServerKeys(), AuthKeys(), StoreKeys(adapters), EmailKeys(adapters),
                   EmailHttpProviderKeys(), EmailSendingKeys(), PaymentsKeys(adapters), AccountsKeys(),
                   SecretsKeys(), RefundsKeys(), TelemetryKeys()}) {
    std::ranges::move(keys, std::back_inserter(keys_));
  }
}

const Key* Schema::Find(std::string_view name) const {
  const auto key = std::ranges::find(keys_, name, &Key::name);
  return key == keys_.end() ? nullptr : &*key;
}

bool Schema::HasSection(std::string_view name) const {
  const std::string prefix = StrCat(name, ".");
  return std::ranges::any_of(keys_, [&](const Key& key) { return key.name.starts_with(prefix); });
}

std::string Schema::NearestTo(std::string_view name) const {
  std::vector<std::string> known;
  for (const Key& key : keys_) {
    known.push_back(key.name);
    known.emplace_back(key.section());
  }
  return Nearest(name, known);
}

std::string EnvironmentName(const Key& key) {
  return StrCat("KEELSON_", absl::AsciiStrToUpper(absl::StrReplaceAll(key.name, {{".", "__"}})));
}

}  // namespace keelson
